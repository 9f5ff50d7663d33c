"""The MQTT side of ingest: reconnecting for ever, handing each message to the inbox.

A message is handled in the client's own thread and confirmed to the broker afterwards, so a worker that is
killed half-way gets it again from a broker that keeps sessions. Workers of a group have no session to come back to:
a broker would keep handing a dead worker its share, where the others cannot get it. What was at hand, boxes repeat.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from joserfc.jwk import OKPKey
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from central.broker_address import BrokerAddress
from central.column_types import now
from central.ingest.inbox import Inbox
from central.ingest.outcome import Reply
from central.problems import Problem
from protocol import topics
from protocol.acks import sign_ack

log = logging.getLogger(__name__)

KEEPALIVE_S = 60
_SHORTEST_PAUSE_S = 1
_LONGEST_PAUSE_S = 30
_ASK_AGAIN_AFTER_S = 5.0
_MOST_ASKED = 200
"""Boxes whose status is asked for at a time."""


class BrokerCertificates(Problem):
    """The file of certificate authorities cannot be used."""

    code = "broker_certificates"

    def __init__(self, path: Path, error: Exception) -> None:
        super().__init__(
            f"证书文件 {path} 无法使用（{error}）：请用 --broker-ca 指定 PEM 格式的 CA 证书",
            f"The certificates {path} cannot be used ({error}): name the authority's certificate (PEM) by --broker-ca",
        )


class Subscriber:
    """Listens to all boxes and answers them, signing with the centre's `key`."""

    def __init__(
        self, inbox: Inbox, address: BrokerAddress, client_id: str, key: OKPKey, share_group: str | None = None
    ) -> None:
        self.address = address
        self._key = key
        self._inbox = inbox
        self._filters = topics.from_boxes(share_group)
        self._troubled = False
        self._ask_for: set[str] = set()
        self._ask_timer: threading.Timer | None = None
        self._ask_lock = threading.Lock()
        self._stopping = False
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=share_group is not None)
        client.reconnect_delay_set(_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S)
        if address.user is not None:
            client.username_pw_set(address.user, address.password)
        if address.tls:
            _trust(client, address.ca_file)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        self._client = client

    @property
    def connected(self) -> bool:
        """Whether the broker is there and listens to us."""
        return self._client.is_connected()

    def start(self) -> None:
        """Connect in the background; a broker that is not there is tried for ever."""
        self._client.connect_async(self.address.host, self.address.port, KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Finish the message at hand and disconnect; the broker keeps the session."""
        self._stopping = True
        if self._ask_timer is not None:
            self._ask_timer.cancel()
        self._client.disconnect()
        with suppress(AttributeError):  # paho 2.2 joins a thread that may be gone, and forgotten, just then
            self._client.loop_stop()

    def answer(self, replies: Iterable[Reply]) -> None:
        """Acknowledge to the boxes what was taken, signed."""
        for reply in replies:
            self.say(topics.ack(reply.device), sign_ack(reply.ack, reply.device, now(), self._key))

    def say(self, topic: str, payload: bytes) -> None:
        """Publish a message to a box (QoS 1, not retained)."""
        self._client.publish(topic, payload, qos=1)

    def _on_connect(self, client: mqtt.Client, _: Any, __: Any, reason: ReasonCode, ___: Any) -> None:
        if reason.is_failure:
            self._say_trouble(f"the broker {self.address} refuses us: {reason}")
            return
        log.info("connected to the broker %s", self.address)
        self._troubled = False
        client.subscribe([(topic_filter, 1) for topic_filter in self._filters])

    def _on_connect_fail(self, _: mqtt.Client, __: Any) -> None:
        self._say_trouble(f"the broker {self.address} cannot be reached")

    def _on_disconnect(self, _: mqtt.Client, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        if not self._stopping:
            self._say_trouble(f"the connection to the broker {self.address} is lost: {reason}")

    def _on_subscribe(self, _: mqtt.Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error(
                "the broker %s does not let us subscribe to %s: check its access rules",
                self.address,
                ", ".join(self._filters),
            )

    def _on_message(self, _client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "(a topic that is not UTF-8)"
        result = self._inbox.receive(topic, bytes(message.payload), retained=bool(message.retain))
        self.answer(result.replies)
        if result.ask_for_status_of is not None:
            self._ask_for_status_soon(result.ask_for_status_of)

    def _ask_for_status_soon(self, device: str) -> None:
        # Subscribing to a topic has the broker repeat what it retains there. Box by box, since a broker keeps only so
        # much of an answer (Mosquitto: max_queued_messages); not at once: the database may need a moment to come back.
        with self._ask_lock:
            self._ask_for.add(device)
            if self._stopping or (self._ask_timer is not None and self._ask_timer.is_alive()):
                return
            self._ask_timer = threading.Timer(_ASK_AGAIN_AFTER_S, self._ask_for_statuses)
            self._ask_timer.daemon = True
            self._ask_timer.start()

    def _ask_for_statuses(self) -> None:
        with self._ask_lock:
            devices = [self._ask_for.pop() for _ in range(min(len(self._ask_for), _MOST_ASKED))]
            if self._ask_for and not self._stopping:
                self._ask_timer = threading.Timer(_ASK_AGAIN_AFTER_S, self._ask_for_statuses)
                self._ask_timer.daemon = True
                self._ask_timer.start()
        asked = [topics.status(device) for device in devices]
        if asked:
            self._client.subscribe([(topic, 1) for topic in asked])
            # Given up again at once: who subscribes twice may hear everything twice.
            self._client.unsubscribe(asked)

    def _say_trouble(self, what: str) -> None:
        if not self._troubled:
            log.warning("%s; trying again until it is there", what)
        self._troubled = True


def _trust(client: mqtt.Client, ca_file: Path | None) -> None:
    try:
        client.tls_set(str(ca_file) if ca_file else None)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        if ca_file is None:
            raise
        raise BrokerCertificates(ca_file, error) from error
