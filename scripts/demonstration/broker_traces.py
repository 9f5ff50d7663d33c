"""Leaving somebody else's broker as it was: no retained status of the demo's box, no session of the demo's centre."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.config.broker_url import Broker
from protocol import topics

_LIMIT_S = 5.0


def remove_traces(broker: str, client_id_file: Path, device: str) -> None:
    """Clear the retained status of `device` and the session of the centre's client. Never raises: it is a courtesy."""
    try:
        address = Broker.parse(broker)
        client_id = client_id_file.read_text(encoding="ascii").strip()
        # A clean session under the same id ends the one that the broker keeps (MQTT 3.1.1, 3.1.2.4).
        client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True)
        client.username_pw_set(address.username, address.password)
        if address.tls:
            client.tls_set_context(ssl.create_default_context())
        client.connect(address.host, address.port)
        client.loop_start()
        try:
            client.publish(topics.status(device), b"", qos=1, retain=True).wait_for_publish(_LIMIT_S)
        finally:
            client.disconnect()
            client.loop_stop()
    except (OSError, ValueError, RuntimeError) as error:
        logging.getLogger(__name__).debug("the broker could not be tidied: %s", error)
