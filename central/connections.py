"""Connections that say nothing or speak slowly: they are closed, and never take the place of somebody who asks.

uvicorn waits for ever for a header, and its limit on concurrency answers 503 to everybody once idle connections reach
it. Here a header and a body have a deadline (as Apache's mod_reqtimeout and nginx's client_header_timeout), and when
the process has as many connections open as it should, the one that has waited longest without a request goes.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from dataclasses import dataclass, field
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

log = logging.getLogger(__name__)

_MOST_FILES = 65_536
_MOST_CONNECTIONS = 8_192
_FEWEST_CONNECTIONS = 64


def raise_file_limit() -> int:
    """Let this process open as many files as it may (RLIMIT_NOFILE, soft to hard); give how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError) as error:
            log.warning("the limit of %d open files stays: %s", soft, error)
            return soft
        return wanted
    return _MOST_FILES if soft == resource.RLIM_INFINITY else soft


def connections_for(files: int) -> int:
    """Say how many web connections leave enough of `files` for database, broker, boxes and evidence."""
    return max(_FEWEST_CONNECTIONS, min(_MOST_CONNECTIONS, files - max(192, files // 4)))


@dataclass(eq=False)
class Doorkeeper:
    """The limits of one server, and its connections that wait without a request, the longest first."""

    most_open: int
    header_s: float = 10.0
    body_s: float = 60.0
    waiting: dict[GuardedProtocol, None] = field(default_factory=dict)
    _told: bool = False

    def make_room(self, newcomer: GuardedProtocol) -> None:
        """Close the connection that has waited longest; the newcomer itself, when all others are at work."""
        if not self._told:
            log.warning(
                "%d web connections are open, the most that this process should have: idle ones are closed",
                self.most_open,
            )
            self._told = True
        oldest = next(iter(self.waiting), newcomer)
        self.waiting.pop(oldest, None)
        oldest.transport.abort()

    def protocol(self) -> type[HttpToolsProtocol]:
        """Give the protocol class for uvicorn's `http` option."""
        return type("DoorProtocol", (GuardedProtocol,), {"door": self})


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol with deadlines. Use it through `Doorkeeper.protocol`."""

    door: Doorkeeper
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request, but not for ever."""
        super().connection_made(transport)
        self.door.waiting[self] = None
        self._expect_within(self.door.header_s)
        if len(self.connections) > self.door.most_open:  # uvicorn's own set, WebSockets included
            self.door.make_room(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._forget()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Give a following request on this connection its deadline too."""
        self._expect_within(self.door.header_s)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin with a request; its body has a deadline of its own."""
        self._forget()
        self._expect_within(self.door.body_s)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait no longer: the request is whole."""
        self._expect_within(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Be idle again when nothing follows."""
        super().on_response_complete()
        if self.cycle is None or self.cycle.response_complete:
            self.door.waiting[self] = None
        if self.transport.is_closing():
            self._forget()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the WebSocket's protocol, which has its own pings."""
        self._forget()
        super().handle_websocket_upgrade()

    def _forget(self) -> None:
        self.door.waiting.pop(self, None)
        self._expect_within(None)

    def _expect_within(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._close_slow)

    def _close_slow(self, *_: Any) -> None:
        if not self.transport.is_closing():
            self.transport.abort()
