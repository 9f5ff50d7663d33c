"""Decoding a live camera only when a look is owed, from the packets in its ring."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import chain

import av

from edge_agent.source.decoder import ChainDecoder, KeyframeDecoders, Standalone
from edge_agent.source.frame import Frame
from edge_agent.source.ring import CLOCK_BREAK_S, Gop, KeptPacket, PacketRing
from edge_agent.source.steady_size import SteadySize

NOW_S = 2.0
"""For a person who wants to see the camera now, a picture this old is as good as the newest."""
LONG_GOP = 1.25
"""Keyframes up to this many look intervals apart are all that is decoded."""

_FRESH = 0.25  # of the look interval: a keyframe no older than this is as good as the newest picture
_OWED = 0.9  # of the look interval: looks are not to the millisecond
_SURELY_LONG = 4  # look intervals without a keyframe are enough to speak of it before the next one comes
_LATER_S = 0.001
_SKIP_NONREF_FROM_S = 0.5  # looks this far apart do not miss the pictures that nothing refers to

OnDamage = Callable[[float, str], None]
"""Told the stream time in seconds and the cause."""


class OnDemandDecoder:
    """Gives the newest picture of one camera, decoding the least that yields the wanted rate.

    A keyframe by itself where the camera sends them often enough. Else everything since the last look, or since the
    newest keyframe where that is less; pictures that no other refers to are passed over. Safe to use from several
    threads, one of which decodes at a time.
    """

    def __init__(
        self,
        ring: PacketRing,
        decoders: KeyframeDecoders,
        look_every_s: float,
        on_damage: OnDamage,
        on_long_gop: Callable[[float], None],
    ) -> None:
        self._ring, self._decoders, self._look_every_s = ring, decoders, look_every_s
        self._on_damage, self._on_long_gop = on_damage, on_long_gop
        self._lock = threading.Lock()
        self._gop = 0  # number of the group last looked at
        self._key_s = self._given_s = 0.0  # stream time of its keyframe, and of the picture last given
        self._gop_s = 0.0
        self._taken_at_s = 0.0
        self._connection = -1
        self._standalone = Standalone()
        self._size = SteadySize(0, 0)
        self._told_long = False
        self._chain: ChainDecoder | None = None
        self._chain_at = (0, 0)  # group number and index of the next packet to feed

    def take(self) -> Frame | None:
        """Decode the newest picture; None when there is none newer than the last.

        Where keyframes come too seldom, newer means by about a look.
        """
        with self._lock:
            gop = self._ring.newest()
            if gop is None:
                return None
            newest = gop.packets[-1]
            is_new = gop.number != self._gop
            if is_new:
                self._enter(gop)
            if not self._is_long(gop, newest):
                return self._later_than_before(self._by_keyframe(gop)) if is_new else None
            if newest.pts_s - self._given_s < _OWED * self._look_every_s:
                return None
            is_fresh = newest.pts_s - gop.key.pts_s <= _FRESH * self._look_every_s
            frame = self._by_keyframe(gop) if is_fresh and self._standalone else self._by_chain(gop)
            return self._later_than_before(frame)

    def newest(self) -> Frame | None:
        """Decode the newest picture there is, given before or not; None when there is none, or none that is whole.

        Takes nothing from the looks. The newest keyframe where it is at most NOW_S old, else all that came since: where
        keyframes are seldom, that is seconds of work.
        """
        gop = self._ring.newest()
        if gop is None:
            return None
        packets = list(gop.packets)
        if self._standalone and packets[-1].pts_s - gop.key.pts_s <= NOW_S:
            packets = packets[:1]
        elif not self._standalone:
            groups = [one for one in self._ring.since(0) if one.connection == gop.connection]
            packets = list(chain.from_iterable(list(one.packets) for one in groups))
        last = _last_picture(gop, packets)
        if last is None or last.is_corrupt:
            return None
        return _frame(last, next((one for one in reversed(packets) if one.packet.pts == last.pts), packets[-1]))

    def _enter(self, gop: Gop) -> None:
        """Note a new group of pictures and how far apart they are."""
        if gop.connection != self._connection:
            self._connection, self._gop_s, self._told_long = gop.connection, 0.0, False
            self._standalone, self._chain = Standalone(), None
            self._size = SteadySize(gop.info.width_px, gop.info.height_px)
            self._given_s = gop.key.pts_s - self._look_every_s
        else:
            self._gop_s = (gop.key.pts_s - self._key_s) / (gop.number - self._gop)
        self._gop, self._key_s = gop.number, gop.key.pts_s

    def _is_long(self, gop: Gop, newest: KeptPacket) -> bool:
        open_s = newest.pts_s - gop.key.pts_s
        is_long = max(self._gop_s, open_s) > LONG_GOP * self._look_every_s
        if is_long and not self._told_long and (self._gop_s > 0 or open_s > _SURELY_LONG * self._look_every_s):
            self._told_long = True
            self._on_long_gop(max(self._gop_s, open_s))
        return is_long or not self._standalone

    def _by_keyframe(self, gop: Gop) -> Frame | None:
        self._given_s = gop.key.pts_s
        frame = self._decoded_keyframe(gop)
        if frame is not None:
            self._chain_at = (gop.number, 0)
        return frame

    def _decoded_keyframe(self, gop: Gop) -> Frame | None:
        try:
            picture = self._decoders.decode(gop.info, gop.key.packet)
        except av.FFmpegError as error:
            self._on_damage(gop.key.pts_s, str(error.strerror))
            return None
        self._standalone.note(gave_a_picture=picture is not None)
        if picture is None:
            return None
        return self._whole(picture, gop.key)

    def _by_chain(self, gop: Gop) -> Frame | None:
        fed = self._rest(gop)
        if not fed:
            return None
        if self._chain is None:
            self._chain = ChainDecoder(gop.info, skip_nonref=self._look_every_s >= _SKIP_NONREF_FROM_S)
        try:
            pictures = self._chain.decode(one.packet for one in fed)
        except av.FFmpegError as error:
            self._on_damage(fed[-1].pts_s, str(error.strerror))
            return None
        if not pictures:
            return None
        self._given_s = fed[-1].pts_s
        shown = next((one for one in reversed(gop.packets) if one.packet.pts == pictures[-1].pts), fed[-1])
        return self._whole(pictures[-1], shown)

    def _rest(self, gop: Gop) -> list[KeptPacket]:
        """Give what the chain has not decoded yet: of the newest group, or across groups that cannot stand alone."""
        number, index = self._chain_at
        groups = [gop] if self._standalone else self._ring.since(number)
        if self._chain is None or index == 0 or not groups or groups[0].number != number:
            self._chain, groups, index = None, [gop], 0
        packets = [list(group.packets) for group in groups]
        self._chain_at = (groups[-1].number, len(packets[-1]))
        return list(chain.from_iterable(packets))[index:]

    def _whole(self, picture: av.VideoFrame, kept: KeptPacket) -> Frame | None:
        """Give the picture unless parts of it are made up by the decoder."""
        if picture.is_corrupt or not self._size.accepts(picture):
            self._on_damage(kept.pts_s, "picture incomplete")
            return None
        return _frame(picture, kept)

    def _later_than_before(self, frame: Frame | None) -> Frame | None:
        """Keep pictures in order when the way of dating them changes (arrival, then RTCP); a clock set back is not."""
        if frame is None:
            return None
        if 0 <= self._taken_at_s - frame.taken_at_s < CLOCK_BREAK_S:
            frame = replace(frame, taken_at_s=self._taken_at_s + _LATER_S)
        self._taken_at_s = frame.taken_at_s
        return frame


def _last_picture(gop: Gop, packets: Iterable[KeptPacket]) -> av.VideoFrame | None:
    """Decode packets in order and keep only the last picture: all of a long group would take gigabytes."""
    decoder = ChainDecoder(gop.info, skip_nonref=False)
    last: list[av.VideoFrame] = []
    for one in packets:
        with suppress(av.FFmpegError):  # a broken packet: the next may be good
            last = decoder.decode((one.packet,))[-1:] or last
    with suppress(av.FFmpegError):
        last = decoder.drain()[-1:] or last
    return last[0] if last else None


def _frame(picture: av.VideoFrame, kept: KeptPacket) -> Frame:
    return Frame(kept.taken_at_s, kept.time_source, kept.pts_s, picture, picture.width, picture.height, kept.arrived_s)
