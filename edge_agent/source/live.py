"""A camera that is always there: one thread fetches packets for ever, and pictures are decoded when asked for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable

import av

from edge_agent.backoff import backoff_s
from edge_agent.source.address import Address, Kind
from edge_agent.source.connection import follow, play_file
from edge_agent.source.decoder import KeyframeDecoders
from edge_agent.source.frame import Frame
from edge_agent.source.on_demand import OnDemandDecoder
from edge_agent.source.remux import Clip
from edge_agent.source.report import Observer, SourceError, SourceReport, ignore
from edge_agent.source.ring import DEFAULT_KEEP_BYTES, DEFAULT_KEEP_S, PacketRing
from edge_agent.source.telling import SilentError, Teller
from protocol.messages import CameraState

_log = logging.getLogger(__name__)

_FIRST_RETRY_S, _LONGEST_RETRY_S = 1.0, 60.0
_SETTLED_S = 30.0  # a connection that held this long was a good one
_STOP_WITHIN_S = 2.0
_LOOP_PAUSE_S = 0.04

shared_decoders = KeyframeDecoders()
"""One process decodes for all its cameras with these."""


class LiveSource:
    """A camera at an RTSP or HTTP address, or a file that is played in real time.

    `take()` gives the newest picture, decoded in the caller's thread; `ring` has the last `keep_s` seconds for the
    evidence clip. Whatever happens to the camera, the source reconnects with growing pauses, for ever, and tells
    `observer` (called from the source's thread or the caller's). A file is started over at its end if `loop`.
    """

    def __init__(
        self,
        url: str,
        *,
        look_every_s: float,
        keep_s: float = DEFAULT_KEEP_S,
        keep_bytes: int = DEFAULT_KEEP_BYTES,
        silence_s: float = 10.0,
        longest_retry_s: float = _LONGEST_RETRY_S,
        loop: bool = False,
        observer: Observer = ignore,
        decoders: KeyframeDecoders = shared_decoders,
    ) -> None:
        self.address = Address(url)
        self.ring = PacketRing(keep_s, keep_bytes)
        self._silence_s, self._longest_retry_s, self._loop = silence_s, longest_retry_s, loop
        self._teller = Teller(self.address.shown, look_every_s, observer)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._pictures = OnDemandDecoder(self.ring, decoders, look_every_s, self._teller.damaged, self._teller.long_gop)

    @property
    def state(self) -> CameraState:
        """How the camera is."""
        return self._teller.report.state

    @property
    def report(self) -> SourceReport:
        """The last change of state, in words."""
        return self._teller.report

    def start(self) -> None:
        """Begin to fetch, in a thread of its own."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"source {self.address.shown}", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End fetching. Returns within two seconds; a read that hangs on a dead camera ends later by its own limit."""
        stop_all((self,))

    def take(self) -> Frame | None:
        """Decode the newest picture, if one is there that is newer than the last by about a look; never raises."""
        return self._pictures.take()

    def newest(self) -> Frame | None:
        """Decode the newest picture there is, for a person who wants to see it now (see `OnDemandDecoder.newest`)."""
        return self._pictures.newest()

    def clip(self, from_s: float, to_s: float) -> Clip | None:
        """Cut a clip from the ring (see `PacketRing.clip`)."""
        return self.ring.clip(from_s, to_s)

    def _run(self) -> None:
        self._teller.starting()
        attempts = 0
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                error: Exception | None = None
                self._fetch()
                if self.address.kind is Kind.FILE:
                    self._file_over()
                    continue
            except (av.FFmpegError, SilentError, SourceError, OSError) as failed:
                error = failed
            except Exception as unforeseen:  # a camera must not be lost for ever because of one odd stream
                _log.exception("%s: reading failed in a way that was not foreseen", self.address.shown)
                error = unforeseen
            finally:
                self.ring.end_connection()
            attempts = 1 if time.monotonic() - started > _SETTLED_S else attempts + 1
            retry_s = backoff_s(attempts, _FIRST_RETRY_S, self._longest_retry_s)
            if not self._stop.is_set():
                self._teller.failed(error, retry_s)
                self._stop.wait(retry_s)

    def _fetch(self) -> None:
        if self.address.kind is Kind.FILE:
            play_file(self.address, self.ring, self._stop, self._teller)
        else:
            follow(self.address, self._silence_s, self.ring, self._stop, self._teller)

    def _file_over(self) -> None:
        if self._loop:
            self._stop.wait(_LOOP_PAUSE_S)  # a file without a single picture must not keep a core busy
        elif not self._stop.is_set():
            self._teller.ended()
            self._stop.set()


def stop_all(sources: Iterable[LiveSource]) -> None:
    """End fetching from many cameras at once, within two seconds in all."""
    stopped = list(sources)
    for source in stopped:
        source._stop.set()
    deadline = time.monotonic() + _STOP_WITHIN_S
    for source in stopped:
        if source._thread is not None:
            source._thread.join(max(0.0, deadline - time.monotonic()))
