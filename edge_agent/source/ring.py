"""The last seconds of a camera, undecoded: the evidence clip comes from here, and every picture to look at."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from edge_agent.source.remux import Clip, remux
from edge_agent.source.stream_info import StreamInfo, VideoPacket
from protocol.messages import TimeSource

DEFAULT_KEEP_S = 20.0
DEFAULT_KEEP_BYTES = 16_000_000
CLOCK_BREAK_S = 10.0
"""Times that go back by more than this mean that a clock was set back."""


class KeptPacket(NamedTuple):
    """A packet, when its picture was taken (Unix epoch, seconds; known how), and its stream time in seconds.

    `arrived_s` is when it arrived by `time.monotonic`.
    """

    packet: VideoPacket
    taken_at_s: float
    time_source: TimeSource
    pts_s: float
    size_bytes: int
    arrived_s: float


@dataclass(slots=True)
class Gop:
    """A group of pictures: a keyframe and all that is decoded from it. `number` counts all groups of a ring."""

    number: int
    connection: int
    info: StreamInfo
    packets: list[KeptPacket] = field(default_factory=list)
    size_bytes: int = 0

    @property
    def key(self) -> KeptPacket:
        """The keyframe."""
        return self.packets[0]


class PacketRing:
    """Keeps whole groups of pictures, so that whatever is in it can be decoded: at least the last `keep_s` seconds.

    What is older than that goes with its whole group; when `keep_bytes` are reached the oldest groups go sooner, and
    a single group that is larger gives up its later packets. Safe to use from several threads.
    """

    def __init__(self, keep_s: float = DEFAULT_KEEP_S, keep_bytes: int = DEFAULT_KEEP_BYTES) -> None:
        self._keep_s, self._keep_bytes = keep_s, keep_bytes
        self._lock = threading.Lock()
        self._gops: deque[Gop] = deque()
        self._bytes = 0
        self._numbers = self._connections = 0
        self._closed = True

    @property
    def size_bytes(self) -> int:
        """How much it holds."""
        return self._bytes

    def add(self, info: StreamInfo, kept: KeptPacket, is_keyframe: bool) -> None:
        """Keep a packet. What comes before the first keyframe of a connection cannot be decoded and is not kept."""
        with self._lock:
            if self._gops and self._is_break(kept):
                self._drop_all()
            if is_keyframe:
                self._numbers += 1
                self._gops.append(Gop(self._numbers, self._connections, info))
                self._closed = False
            elif self._closed or self._is_full():
                self._closed = True
                return
            newest = self._gops[-1]
            newest.packets.append(kept)
            newest.size_bytes += kept.size_bytes
            self._bytes += kept.size_bytes
            if is_keyframe or self._bytes > self._keep_bytes:
                self._forget(kept.taken_at_s)

    def end_connection(self) -> None:
        """Say that what comes next does not continue the newest group."""
        with self._lock:
            self._connections += 1
            self._closed = True

    def newest(self) -> Gop | None:
        """Give the newest group; it grows while it is the newest, so take `packets` by slices."""
        with self._lock:
            return self._gops[-1] if self._gops else None

    def since(self, number: int) -> list[Gop]:
        """Give the group of a number and those after it, as far as they are kept."""
        with self._lock:
            return [gop for gop in self._gops if gop.number >= number]

    def clip(self, from_s: float, to_s: float) -> Clip | None:
        """Remux what was taken between two moments (Unix epoch, seconds); None when nothing of it is kept.

        It starts at the keyframe at or before `from_s` where that is kept. Of a stretch that spans a reconnection it
        has the later part. Raises ValueError when the codec fits in no clip.
        """
        chosen = self._between(from_s, to_s)
        if not chosen:
            return None
        last = chosen[-1]
        kept = [one for gop in chosen if gop.connection == last.connection for one in gop.packets]
        # Up to the last one that was taken in time, and none left out before: one that came late, or is shown later,
        # is decoded from all the same.
        ends = max(number for number, one in enumerate(kept) if one.taken_at_s <= to_s)
        kept = kept[: ends + 1]
        data, media_type = remux(last.info, [one.packet for one in kept])
        return Clip(data, media_type, kept[0].taken_at_s, max(one.taken_at_s for one in kept))

    def _between(self, from_s: float, to_s: float) -> list[Gop]:
        with self._lock:
            gops = [Gop(gop.number, gop.connection, gop.info, list(gop.packets)) for gop in self._gops]
        started = [gop for gop in gops if gop.key.taken_at_s <= to_s]
        first = max((index for index, gop in enumerate(started) if gop.key.taken_at_s <= from_s), default=0)
        return [gop for gop in started[first:] if gop.packets[-1].taken_at_s >= from_s]

    def _is_break(self, kept: KeptPacket) -> bool:
        """The box's clock, or the camera's, was set back: times before and after do not belong together."""
        return kept.taken_at_s < self._gops[-1].packets[-1].taken_at_s - CLOCK_BREAK_S

    def _is_full(self) -> bool:
        return len(self._gops) == 1 and self._bytes >= self._keep_bytes

    def _forget(self, now_s: float) -> None:
        while len(self._gops) > 1 and (
            self._bytes > self._keep_bytes or self._gops[1].key.taken_at_s <= now_s - self._keep_s
        ):
            self._bytes -= self._gops.popleft().size_bytes

    def _drop_all(self) -> None:
        self._gops.clear()
        self._bytes, self._closed = 0, True
