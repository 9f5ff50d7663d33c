"""Somebody on the broker who hears everything that boxes and centre say to each other."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from protocol import signing, topics

PATIENCE_S = 60.0
"""How long tests wait for what must come: generous, for a busy machine."""


class Listener:
    """Somebody who hears everything that goes over the broker, and keeps what the box says for good."""

    def __init__(self, port: int) -> None:
        self.violations: list[dict[str, Any]] = []
        self.acks: list[dict[str, Any]] = []
        self.parts = 0
        self.health: dict[str, Any] = {}
        self._told = threading.Condition()
        self._subscribed = threading.Event()
        client = Client(CallbackAPIVersion.VERSION2, client_id="listener", clean_session=True)
        client.reconnect_delay_set(1, 1)
        client.on_connect = lambda client, *_: client.subscribe(
            [(one, 1) for one in (*topics.from_boxes(), topics.ack("+"))]
        )
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_message = lambda _client, _userdata, message: self._take(message)
        client.connect_async("127.0.0.1", port)
        client.loop_start()
        self._client = client

    def wait_ready(self) -> None:
        assert self._subscribed.wait(PATIENCE_S), "the listener could not subscribe"

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def wait_for(self, check: Callable[[], bool], what: str) -> None:
        """Wait for something that is said, without missing a moment."""
        with self._told:
            assert self._told.wait_for(check, PATIENCE_S), f"never heard: {what}"

    def looks(self) -> int:
        """Give how often the camera was looked at that was looked at least, by the last health message."""
        return min((int(camera["looks"]) for camera in self.health.get("cameras", ())), default=0)

    def ids(self, phase: str = "confirmed") -> set[str]:
        """Give the ids of all violations of a phase that were ever said."""
        return {one["id"] for one in self.violations if one["phase"] == phase}

    def _take(self, message: MQTTMessage) -> None:
        topic = topics.parse(message.topic)
        with self._told:
            match topic.channel:
                case "violation":
                    self.violations.append(signing.unwrap(bytes(message.payload))[0])
                case "evidence":
                    self.parts += 1
                case "health":
                    self.health = json.loads(message.payload)
                case "ack":
                    self.acks.append(json.loads(message.payload))
            self._told.notify_all()
