"""The box's line to the broker: MQTT 3.1.1, reconnecting for ever, with a last will.

On connecting it subscribes to what the centre says to it and says that the box is online (retained, with the public
key); the broker says offline when the line breaks, the box itself when it is stopped. An outage is told once.
"""

from __future__ import annotations

import logging
import math
import random
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from joserfc.jwk import OKPKey
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge_agent import SOFTWARE
from edge_agent.config.box import DeviceConfig, UplinkConfig
from edge_agent.words import notices as box_notices
from edge_agent.words import uplink_notices as notices
from protocol import topics
from protocol.messages import HealthEvent, Status
from protocol.signing import public_jwk

_log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 10.0
RECONNECT_S = (1, 60)
_LARGE_BYTES = 2048
_THROWN_OFF_TIMES = 3
_THROWN_OFF_WITHIN_S = 60.0
_TWICE_SAID_AGAIN_S = 3600.0


class _Client(Client):
    """paho's client, which keeps to itself why it could not connect, and lets its thread end over a bad host name."""

    why_not = ""

    def reconnect(self) -> MQTTErrorCode:
        try:
            return super().reconnect()
        except Exception as error:
            self.why_not = str(error)
            if isinstance(error, OSError):
                raise
            raise OSError(str(error)) from error


def _log_of_paho(_client: Client, _userdata: Any, _level: int, text: str) -> None:
    """Log what paho says; it calls every lost connection an error, but only exceptions are."""
    _log.log(logging.ERROR if "exception" in text else logging.DEBUG, "paho: %s", text)


class MqttLink:
    """A connection that heals itself, and says when somebody else has its name.

    `on_ack` and `on_request` get what the centre says, on the network thread.

    `session` grows whenever the broker turns out to have forgotten the box (CONNACK without "session present"):
    what it had taken before may be lost with it.
    """

    def __init__(
        self,
        device: DeviceConfig,
        uplink: UplinkConfig,
        key: OKPKey,
        on_ack: Callable[[bytes], None],
        tell: Callable[[HealthEvent], None],
        *,
        reconnect_s: tuple[int, int] = RECONNECT_S,
    ) -> None:
        self._device, self._broker = device, uplink.address
        self._keepalive_s = uplink.keepalive_s
        self._jwk = public_jwk(key)
        self._on_ack, self._tell = on_ack, tell
        self._connected = threading.Event()
        self._outage_since_s: float | None = None
        self._stopping = False
        self._uplink, self._reconnect_s = uplink, reconnect_s
        self._large: list[tuple[MQTTMessageInfo, int]] = []
        self._thrown_off_s: deque[float] = deque(maxlen=_THROWN_OFF_TIMES)
        self._twice_said_s = -math.inf
        self.generation = 0
        """Grows when the line is made anew (`renew`): what was handed to it before is forgotten."""
        self.hang_ups = 0
        """How often the line broke while a large packet was under way."""
        self._instance = secrets.token_hex(8)
        self.session = 0
        self.on_connected: Callable[[bool], None] = lambda _: None
        """Called on the network thread after each connect, with whether the broker had forgotten the box."""
        self.on_request: Callable[[bytes], None] = lambda _: None
        self._client = self._make_client()

    def _make_client(self) -> _Client:
        uplink = self._uplink
        client = _Client(CallbackAPIVersion.VERSION2, client_id=self._device.id, clean_session=False)
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.suppress_exceptions = True  # one from a callback would end paho's thread for good; it is logged
        client.on_log = _log_of_paho
        if self._broker.username is not None:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.tls:
            client.tls_set(str(uplink.ca_file) if uplink.ca_file else None)
        first_s, longest_s = self._reconnect_s
        # By chance, so that a city's boxes do not all come back in the same second.
        client.reconnect_delay_set(random.randint(first_s, 2 * first_s), random.randint(longest_s // 2 + 1, longest_s))
        client.on_pre_connect = self._before_connect
        client.on_connect = self._after_connect
        client.on_connect_fail = self._connect_failed
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        client.on_message = self._received
        return client

    @property
    def connected(self) -> bool:
        """Whether the broker is there now."""
        return self._connected.is_set()

    def start(self) -> None:
        """Connect in the background; an unreachable broker is no error."""
        self._client.connect_async(self._broker.host, self._broker.port, self._keepalive_s)
        self._client.loop_start()

    def revive(self) -> None:
        """Start the network thread again should it have died (a packet that paho could not bear)."""
        if not self._stopping and self._client.loop_start() == MQTTErrorCode.MQTT_ERR_SUCCESS:
            _log.error("the MQTT thread had died and was started again")

    def wait_connected(self, timeout_s: float) -> bool:
        """Block until the broker is there; False when `timeout_s` passed first."""
        return self._connected.wait(timeout_s)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> MQTTMessageInfo:
        """Hand a message to the network thread (QoS 1); it is repeated after a reconnect until the broker has it."""
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        if info.rc == MQTTErrorCode.MQTT_ERR_NO_CONN:
            # It is queued all the same and goes out after the next connect; paho would raise on asking about it.
            info.rc = MQTTErrorCode.MQTT_ERR_SUCCESS
        if len(payload) >= _LARGE_BYTES:
            self._large = [*((one, size) for one, size in self._large if not one.is_published()), (info, len(payload))]
        return info

    def renew(self) -> None:
        """Forget what the broker does not take, which would be sent again at every connect, and connect anew."""
        old = self._client
        self._client = self._make_client()
        self._connected.clear()
        self._large = []
        self.generation += 1
        _end(old, 5.0)  # first: two of one name would throw each other off
        if not self._stopping:
            self.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Say offline, let what is on its way arrive, and disconnect; give up waiting after `timeout_s`."""
        self._stopping = True
        if self.connected:
            try:
                self.publish(topics.status(self._device.id), self._status(online=False), retain=True).wait_for_publish(
                    timeout_s
                )
            except (RuntimeError, ValueError) as error:
                _log.info("could not say offline: %s", error)
        _end(self._client, timeout_s)

    def _status(self, *, online: bool) -> bytes:
        status = Status(
            device=self._device.id,
            online=online,
            at=datetime.now(UTC),
            name=self._device.name,
            software=SOFTWARE,
            public_key=self._jwk,
            instance=self._instance,
        )
        return status.model_dump_json().encode()

    def _before_connect(self, client: Client, _userdata: Any) -> None:
        client.will_set(topics.status(self._device.id), self._status(online=False), qos=1, retain=True)

    def _after_connect(
        self, client: Client, _userdata: Any, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if client is not self._client:
            return
        if reason.is_failure:
            self._outage(str(reason))
            return
        if not flags.session_present:
            self.session += 1
        client.subscribe([(topics.ack(self._device.id), 1), (topics.request(self._device.id), 1)])
        self.publish(topics.status(self._device.id), self._status(online=True), retain=True)
        if self._outage_since_s is not None:
            self._tell(box_notices.broker_back(str(self._broker), time.monotonic() - self._outage_since_s))
            self._outage_since_s = None
        self.on_connected(not flags.session_present)
        self._connected.set()

    def _connect_failed(self, client: Client, _userdata: Any) -> None:
        if client is self._client:
            self._outage(self._client.why_not)

    def _disconnected(
        self, client: Client, _userdata: Any, _flags: DisconnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if client is not self._client:
            return
        was_connected = self._connected.is_set()
        self._connected.clear()
        if not self._stopping:
            if was_connected:
                self._note_break()
            self._outage(str(reason))

    def _note_break(self) -> None:
        """Note that the line broke after the broker had let us in: over a large packet, or because of a second box."""
        if any(not info.is_published() for info, _ in self._large):
            self.hang_ups += 1
            return
        now_s = time.monotonic()
        self._thrown_off_s.append(now_s)
        often = len(self._thrown_off_s) == _THROWN_OFF_TIMES and now_s - self._thrown_off_s[0] < _THROWN_OFF_WITHIN_S
        if often and now_s - self._twice_said_s > _TWICE_SAID_AGAIN_S:
            self._twice_said_s = now_s
            self._tell(notices.device_id_twice(self._device.id, str(self._broker), _THROWN_OFF_TIMES))

    def _outage(self, why: str) -> None:
        if self._outage_since_s is None:
            self._outage_since_s = time.monotonic()
            self._tell(box_notices.broker_unreachable(str(self._broker), why))

    def _subscribed(
        self, _client: Client, _userdata: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        # In the order in which they were asked for; an older broker configuration may not know the second.
        for reason, topic, denied in zip(
            reasons,
            (topics.ack(self._device.id), topics.request(self._device.id)),
            (box_notices.ack_topic_denied, box_notices.request_topic_denied),
            strict=False,
        ):
            if reason.is_failure:
                self._tell(denied(str(self._broker), topic))

    def _received(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        heard = self.on_request if message.topic == topics.request(self._device.id) else self._on_ack
        heard(bytes(message.payload))


def _end(client: Client, timeout_s: float) -> None:
    client.disconnect()
    # A broker that no longer reads would keep loop_stop() waiting; the thread is a daemon and may be left.
    stopper = threading.Thread(target=client.loop_stop, daemon=True)
    stopper.start()
    stopper.join(timeout_s)
