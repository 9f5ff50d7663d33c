"""One connection to a camera, from opening to its end: packets go undecoded into the ring."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import av
from av.container import InputContainer

from edge_agent.source.address import Address, Kind
from edge_agent.source.clock import LiveClock, SenderReport
from edge_agent.source.reading import file_packets, open_video, packets_of
from edge_agent.source.ring import KeptPacket, PacketRing
from edge_agent.source.stream_info import StreamInfo, VideoPacket
from edge_agent.source.telling import SilentError, Teller
from protocol.messages import TimeSource

_BATCH_S = 0.2
"""A reader that has caught up sleeps so long: reading what has piled up costs half of waking for every packet."""

_WAITED_S = 0.001  # a read that took longer had to wait for the camera: the reader has caught up


def follow(address: Address, silence_s: float, ring: PacketRing, stop: threading.Event, teller: Teller) -> None:
    """Read a live stream until it ends or `stop` is set.

    Raises SilentError when nothing came for `silence_s`; av.FFmpegError or SourceError when it cannot be read.
    """
    container, stream = open_video(address, silence_s)
    with closing(container):
        info = StreamInfo.of(stream)
        dated = _Dating(container, info, teller, has_reports=address.kind is Kind.RTSP)
        asked, told = time.monotonic(), False
        try:
            for packet in packets_of(container, stream):
                waited_s = time.monotonic() - asked
                if stop.is_set():
                    return
                ring.add(info, dated.keep(packet, was_buffered=waited_s < _WAITED_S), packet.is_keyframe)
                if not told:
                    teller.opened(info)
                    told = True
                if waited_s >= _WAITED_S:
                    stop.wait(_BATCH_S)
                asked = time.monotonic()
        except av.FFmpegError as error:
            if isinstance(error, av.TimeoutError) or time.monotonic() - asked >= 0.9 * silence_s:
                raise SilentError(silence_s) from error
            raise


def play_file(address: Address, ring: PacketRing, stop: threading.Event, teller: Teller) -> None:
    """Read a file at the speed of life, as if it were a camera whose first picture is taken now.

    Raises av.FFmpegError or SourceError when it cannot be opened.
    """
    container, stream = open_video(address, silence_s=30.0)
    with closing(container):
        info = StreamInfo.of(stream)
        teller.opened(info)
        started_at_s, started = time.time(), time.monotonic()
        passed_s = 0.0
        for packet, at_s in file_packets(container, stream, teller.damaged):
            while at_s > passed_s:
                passed_s = time.monotonic() - started
                if at_s > passed_s and stop.wait(max(at_s - passed_s, _BATCH_S)):
                    return
            kept = KeptPacket(packet, started_at_s + at_s, TimeSource.FILE, at_s, packet.size, started + at_s)
            ring.add(info, kept, packet.is_keyframe)


class _Dating:
    """Says of each packet when its picture was taken."""

    def __init__(self, container: InputContainer, info: StreamInfo, teller: Teller, *, has_reports: bool) -> None:
        self._container, self._teller, self._has_reports = container, teller, has_reports
        self._clock = LiveClock()
        self._unit_s = float(info.time_base)
        self._frame_s = info.frame_s
        self._last_s = -info.frame_s

    def keep(self, packet: VideoPacket, *, was_buffered: bool) -> KeptPacket:
        now_s = time.time()
        if self._has_reports and packet.has_sidedata("rtcp_sr"):
            self._take_report(packet, now_s)
        ticks = packet.pts if packet.pts is not None else packet.dts
        pts_s = None if ticks is None else ticks * self._unit_s
        taken_at_s, source = self._clock.date(pts_s, now_s, waited=was_buffered)
        self._last_s = self._last_s + self._frame_s if pts_s is None else pts_s
        return KeptPacket(packet, taken_at_s, source, self._last_s, packet.size, time.monotonic())

    def _take_report(self, packet: VideoPacket, now_s: float) -> None:
        start_us = self._container.start_time_realtime
        if start_us is None:
            return
        try:
            report = SenderReport.from_side_data(bytes(packet.get_sidedata("rtcp_sr")))
        except ValueError:  # another FFmpeg than we know: pictures are dated by arrival
            self._has_reports = False
            return
        self._clock.report(report, start_us / 1e6, now_s)
        self._teller.clock_off(self._clock.off_s if self._clock.is_off else None)
