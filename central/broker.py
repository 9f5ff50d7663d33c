"""The embedded MQTT broker (amqtt), for a first run without one. In life: Mosquitto, EMQX or any other."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from amqtt.adapters import BufferReader, ReaderAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.errors import AMQTTError
from amqtt.mqtt.connack import NOT_AUTHORIZED, ConnackPacket
from amqtt.mqtt.connect import ConnectPacket
from amqtt.session import Session

from central.broker_access import BrokerAccess, Visitor
from central.problems import Problem

log = logging.getLogger(__name__)

_START_LIMIT_S = 10.0
_STOP_LIMIT_S = 10.0
_SHUTDOWN_LIMIT_S = 5.0
_HANG_UP_LIMIT_S = 1.0
_CONNECT_LIMIT_S = 10.0

# amqtt tells with a traceback each time that a client takes longer than 5 s to answer. Nothing is lost then,
# and the box repeats whatever the centre has not acknowledged.
logging.getLogger("amqtt").setLevel(logging.CRITICAL)
logging.getLogger("transitions").setLevel(logging.WARNING)


class BrokerNotStarted(Problem):
    """The embedded broker cannot listen."""

    code = "broker_not_started"
    status = 503

    def __init__(self, host: str, port: int, error: Exception) -> None:
        super().__init__(
            f"内置 MQTT 代理无法监听 {host}:{port}（{error}）；请换 --mqtt-port，或用 --broker 指定已有代理",
            f"The embedded MQTT broker cannot listen on {host}:{port} ({error}); choose another --mqtt-port, "
            "or name a broker that is there with --broker",
        )


class EmbeddedBroker:
    """An MQTT 3.1.1 broker in a thread of its own. Without `access`, anybody who reaches its address may speak."""

    def __init__(self, host: str = "127.0.0.1", port: int = 1883, access: BrokerAccess | None = None) -> None:
        self.host = host
        self.port = port
        self._access = access
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None
        self._started = threading.Event()
        self._error: Exception | None = None

    def start(self) -> None:
        """Listen; `port` is the real one afterwards. Raises BrokerNotStarted."""
        try:
            listening = socket.create_server((self.host, self.port))
        except OSError as error:
            raise BrokerNotStarted(self.host, self.port, error) from error
        self.port = listening.getsockname()[1]
        self._started.clear()
        self._error = None
        self._thread = threading.Thread(target=self._run, args=(listening,), name="mqtt-broker", daemon=True)
        self._thread.start()
        if not self._started.wait(_START_LIMIT_S):
            self._error = TimeoutError(f"no answer in {_START_LIMIT_S:g} s")
        if self._error is not None:
            listening.close()
            raise BrokerNotStarted(self.host, self.port, self._error)

    def stop(self) -> None:
        """Close all connections and end."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_STOP_LIMIT_S)
        if self._thread.is_alive():
            log.warning("the embedded MQTT broker did not end in %g s; it is left behind", _STOP_LIMIT_S)
        self._thread = None

    def _run(self, listening: socket.socket) -> None:
        try:
            asyncio.run(self._serve(listening))
        except Exception as error:
            if self._started.is_set():
                log.exception("the embedded MQTT broker ended")
            self._error = error
            self._started.set()

    async def _serve(self, listening: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        broker = _Broker(listening, self._access)
        await broker.start()
        self._started.set()
        await self._stop.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(_SHUTDOWN_LIMIT_S):
                await broker.shutdown()
        listening.close()


class _Broker(Broker):  # type: ignore[misc]  # amqtt is untyped
    """amqtt with a socket that is open already, and with four of its faults (0.12) put right."""

    def __init__(self, listening: socket.socket, access: BrokerAccess | None = None) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )
        self._listening = listening
        self._access = access
        self._subscriptions = _SteadyDict()

    async def _create_server_instance(self, listener_name: str, *_: object) -> asyncio.Server:
        connected = partial(self.stream_connected, listener_name=listener_name)
        return await asyncio.start_server(connected, sock=self._listening)

    async def _initialize_client_session(self, reader: Any, writer: Any, address: str, port: int) -> Any:
        # amqtt asks for the password when the client has thrown out whoever has its id, and has changed that session;
        # and it asks nobody about the topic of a last will.
        if self._access is not None:
            reader = await self._let_in(reader, writer, address)
        return await super()._initialize_client_session(reader, writer, address, port)

    async def _let_in(self, reader: Any, writer: Any, address: str) -> Any:
        """Read the CONNECT packet and check it; give a reader from which it can be read again. Raises AMQTTError."""
        assert self._access is not None
        heard = _Recorder(reader)
        try:
            async with asyncio.timeout(_CONNECT_LIMIT_S):
                connect = await ConnectPacket.from_stream(heard)
            will = connect.will_topic if connect.will_flag else None
            visitor = Visitor(connect.username, connect.password, connect.client_id, will)
            admitted = await self._access.admits(visitor, address)
            if not admitted:
                await ConnackPacket.build(0, NOT_AUTHORIZED).to_stream(writer)
        except Exception as error:  # whatever a stranger sends
            await writer.close()
            raise AMQTTError(f"no CONNECT from {address}: {error!r}") from error
        if not admitted:
            await writer.close()
            raise AMQTTError(f"{address} is not let in")
        return BufferReader(bytes(heard.heard))

    async def _topic_filtering(self, session: Session, topic: str, action: Action) -> bool:
        if self._access is None or action is Action.RECEIVE:  # nobody subscribes to what it may not hear
            return True
        if action is Action.PUBLISH:
            return self._access.may_publish(session.username, topic)
        return self._access.may_subscribe(session.username, topic)

    async def _handle_client_session(
        self, reader: Any, writer: Any, client_session: Session, handler: Any, *rest: Any
    ) -> None:
        # amqtt waits for ever for the end of a connection that is ending already: then the broker cannot stop,
        # and the client cannot come back under its name.
        hang_up = handler.stop

        async def hang_up_soon() -> None:
            try:
                async with asyncio.timeout(_HANG_UP_LIMIT_S):
                    await hang_up()
            except TimeoutError:
                with suppress(Exception):
                    await writer.close()

        handler.stop = hang_up_soon
        await super()._handle_client_session(reader, writer, client_session, handler, *rest)

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        # amqtt gives a client that connects the retained messages of everybody's subscriptions.
        subscribers = self._subscriptions.get(subscription[0], [])
        if any(subscriber.client_id == session.client_id for subscriber, _ in subscribers):
            await super()._publish_retained_messages_for_subscription(subscription, session)


class _Recorder(ReaderAdapter):  # type: ignore[misc]
    """A reader that remembers what was read."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.heard = bytearray()

    async def read(self, n: int = -1) -> bytes:
        data = bytes(await self._reader.read(n))
        self.heard += data
        return data

    def feed_eof(self) -> None:
        self._reader.feed_eof()


class _SteadyDict(dict[str, Any]):
    """A dict whose iteration stands changes: amqtt awaits while it walks over its subscriptions.

    Without it, a client that subscribes while others connect has them thrown out, all of them when a site comes back.
    """

    def __iter__(self) -> Iterator[str]:
        return iter(list(super().__iter__()))

    def items(self) -> Any:
        return list(super().items())
