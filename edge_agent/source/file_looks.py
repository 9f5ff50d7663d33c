"""Which pictures of a file are looked at, and the cheapest way to decode them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import av

from edge_agent.source.decoder import ChainDecoder, KeyframeDecoders, Standalone
from edge_agent.source.steady_size import SteadySize
from edge_agent.source.stream_info import StreamInfo, VideoPacket

Packets: TypeAlias = Iterator[tuple[VideoPacket, float]]
Pictures: TypeAlias = Iterator[tuple[av.VideoFrame, float]]
OnDamage: TypeAlias = Callable[[float, str], None]

_EARLIEST, _LATEST = 0.5, 1.25
"""A keyframe so many look intervals after the last look is looked at instead of the picture that is exactly due."""

_SLACK_S = 0.001
_REMEMBERED = 64  # times of pictures that the decoder still holds; the rest were skipped


class _Timed(NamedTuple):
    packet: VideoPacket
    at_s: float


def every_picture(info: StreamInfo, packets: Packets, look_every_s: float, on_damage: OnDamage) -> Pictures:
    """Decode everything and give a picture every `look_every_s` seconds."""
    size = SteadySize(info.width_px, info.height_px)
    decoding = _Decoding(info, size, skip_nonref=False, on_damage=on_damage)
    due_s = 0.0
    for packet, at_s in packets:
        for picture, shown_s in decoding.feed(_Timed(packet, at_s)):
            if shown_s >= due_s - _SLACK_S:
                yield picture, shown_s
                due_s = _next_due(due_s, shown_s, look_every_s)
    for picture, shown_s in decoding.drain():
        if shown_s >= due_s - _SLACK_S:
            yield picture, shown_s
            due_s = _next_due(due_s, shown_s, look_every_s)


def owed_pictures(
    info: StreamInfo,
    packets: Packets,
    look_every_s: float,
    decoders: KeyframeDecoders,
    on_damage: OnDamage,
) -> Pictures:
    """Give a picture about every `look_every_s` seconds.

    By keyframes alone where one is near the moment that is due; else on from the last picture or the last keyframe
    before that moment, whichever is nearer, without the pictures that no other refers to.
    """
    looks = _OwedLooks(info, packets, look_every_s, decoders, on_damage)
    return looks.pictures()


class _OwedLooks:
    def __init__(
        self,
        info: StreamInfo,
        packets: Packets,
        look_every_s: float,
        decoders: KeyframeDecoders,
        on_damage: OnDamage,
    ) -> None:
        self._info, self._packets, self._every_s = info, packets, look_every_s
        self._decoders, self._on_damage = decoders, on_damage
        self._ahead: deque[_Timed] = deque()  # read and not yet decoded, in decoding order
        self._size = SteadySize(info.width_px, info.height_px)
        self._chain = _Decoding(info, self._size, skip_nonref=True, on_damage=on_damage)
        self._standalone = Standalone()

    def pictures(self) -> Pictures:
        due_s, last_s = 0.0, -self._every_s
        while True:
            self._read_until(last_s + _LATEST * self._every_s, due_s)
            key = self._keyframe_near(due_s, last_s)
            shown = self._alone(key) if key is not None else self._onwards_to(due_s)
            if shown is not None:
                picture, last_s = shown
                yield picture, last_s
                due_s = _next_due(due_s, last_s, self._every_s)
            elif key is None:
                return

    def _read_until(self, at_s: float, due_s: float) -> None:
        """Read ahead until a packet at or after a moment, forgetting what no picture that is due depends on."""
        while not (self._ahead and self._ahead[-1].at_s >= at_s) and self._read():
            is_start = self._standalone and self._ahead[-1].packet.is_keyframe
            if is_start and not any(one.at_s >= due_s for one in list(self._ahead)[:-1]):
                self._drop(len(self._ahead) - 1)
                self._chain.restart()

    def _read(self) -> bool:
        following = next(self._packets, None)
        if following is not None:
            self._ahead.append(_Timed(*following))
        return following is not None

    def _keyframe_near(self, due_s: float, last_s: float) -> int | None:
        """Find the keyframe nearest to what is due; its index in what is read ahead."""
        earliest_s, latest_s = last_s + _EARLIEST * self._every_s, last_s + _LATEST * self._every_s
        near = [
            (abs(one.at_s - due_s), index)
            for index, one in enumerate(self._ahead)
            if one.packet.is_keyframe and earliest_s < one.at_s <= latest_s
        ]
        return min(near)[1] if near and self._standalone else None

    def _alone(self, index: int) -> tuple[av.VideoFrame, float] | None:
        """Decode a keyframe by itself. It stays first in what is read ahead: decoding onwards starts with it again."""
        self._drop(index)
        self._chain.restart()
        key = self._ahead[0]
        try:
            picture = self._decoders.decode(self._info, key.packet)
        except av.FFmpegError as error:
            self._on_damage(key.at_s, str(error.strerror))
        else:
            self._standalone.note(gave_a_picture=picture is not None)
            if not self._standalone:
                return None
            if picture is not None and not picture.is_corrupt and self._size.accepts(picture):
                return picture, key.at_s
            self._on_damage(key.at_s, "keyframe incomplete")
        self._ahead.popleft()
        return None

    def _onwards_to(self, due_s: float) -> tuple[av.VideoFrame, float] | None:
        """Decode on until a picture at or after `due_s`; None when the file ends before."""
        if not any(one.at_s >= due_s - _SLACK_S for one in self._ahead):
            return None
        while self._ahead or self._read():
            for shown in self._chain.feed(self._ahead.popleft()):
                if shown[1] >= due_s - _SLACK_S:
                    return shown
        return next((shown for shown in self._chain.drain() if shown[1] >= due_s - _SLACK_S), None)

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._ahead.popleft()


class _Decoding:
    """Decodes in a chain and gives whole pictures with their stream times."""

    def __init__(self, info: StreamInfo, size: SteadySize, *, skip_nonref: bool, on_damage: OnDamage) -> None:
        self._size = size
        self._decoder = ChainDecoder(info, skip_nonref=skip_nonref)
        self._on_damage = on_damage
        self._times: dict[int | None, float] = {}

    def feed(self, timed: _Timed) -> list[tuple[av.VideoFrame, float]]:
        self._times[timed.packet.pts] = timed.at_s
        if len(self._times) > _REMEMBERED:
            del self._times[next(iter(self._times))]
        try:
            return self._shown(self._decoder.decode((timed.packet,)), timed.at_s)
        except av.FFmpegError as error:
            self._on_damage(timed.at_s, str(error.strerror))
            return []

    def drain(self) -> list[tuple[av.VideoFrame, float]]:
        try:
            return self._shown(self._decoder.drain(), max(self._times.values(), default=0.0))
        except av.FFmpegError:
            return []

    def restart(self) -> None:
        self._decoder.restart()
        self._times.clear()

    def _shown(self, pictures: list[av.VideoFrame], fed_s: float) -> list[tuple[av.VideoFrame, float]]:
        shown: list[tuple[av.VideoFrame, float]] = []
        for picture in pictures:
            at_s = self._times.pop(picture.pts, fed_s)
            if picture.is_corrupt or not self._size.accepts(picture):
                self._on_damage(at_s, "picture incomplete")
            else:
                shown.append((picture, at_s))
        return shown


def _next_due(due_s: float, shown_s: float, look_every_s: float) -> float:
    """Keep to the grid of looks unless the file left it (a gap, keyframes off the grid)."""
    on_grid = abs(shown_s - due_s) < look_every_s / 4
    return (due_s if on_grid else shown_s) + look_every_s
