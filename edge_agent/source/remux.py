"""A clip from packets as the camera sent them: copied into a file, never encoded again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import av
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from edge_agent.source.stream_info import StreamInfo, VideoPacket

_MEDIA_TYPES = {"mp4": "video/mp4", "mov": "video/quicktime"}
_INDEX_BYTES, _INDEX_BYTES_A_PACKET = 4096, 48  # ISO/IEC 14496-12: stsz, stts, ctts, stsc, co64 and stss entries


@dataclass(frozen=True, slots=True)
class Clip:
    """A video file in memory; its first picture was taken at `from_s`, its last at `to_s` (Unix epoch, seconds)."""

    data: bytes
    media_type: str
    from_s: float
    to_s: float


def remux(info: StreamInfo, packets: Sequence[VideoPacket]) -> tuple[bytes, str]:
    """Write packets, a keyframe first, into a file that starts at 0; give its bytes and media type.

    MP4 where it can hold the codec, else QuickTime. Raises ValueError when neither takes the packets (an odd codec,
    damaged video) or there is nothing to write.
    """
    if not packets:
        raise ValueError("there is nothing to write: no packets")
    why: Exception | None = None
    for name, media_type in _MEDIA_TYPES.items():
        try:
            return _write(info, packets, name), media_type
        except (av.FFmpegError, ValueError) as error:
            why = why or error
    raise ValueError(f"the {info.codec} video cannot be written as a clip: {why}") from why


def _write(info: StreamInfo, packets: Sequence[VideoPacket], name: str) -> bytes:
    buffer = io.BytesIO()
    index_bytes = _INDEX_BYTES + len(info.header) + len(info.extradata) + _INDEX_BYTES_A_PACKET * len(packets)
    # Room for the index is left at the front, so that a browser can play the clip before it has all of it.
    with av.open(buffer, "w", format=name, options={"moov_size": str(index_bytes)}) as container:
        stream = _stream(container, info)
        times = _times(info, packets)
        start, step = times[0][0], _frame_ticks(info)
        for index, (packet, (dts, pts)) in enumerate(zip(packets, times, strict=True)):
            copy = _copy(info, packet, with_parameter_sets=index == 0)
            copy.time_base = info.time_base
            copy.dts, copy.pts = dts - start, pts - start
            copy.duration = packet.duration or step  # without one, players leave out the last picture
            copy.is_keyframe = packet.is_keyframe
            copy.stream = stream
            container.mux_one(copy)
    return buffer.getvalue()


def _stream(container: OutputContainer, info: StreamInfo) -> Stream:
    if info.is_annex_b:  # the muxer takes the parameter sets from the first packet
        return container.add_mux_stream(
            info.codec, width=info.width_px, height=info.height_px, time_base=info.time_base
        )
    if not info.header:
        raise ValueError(f"no file format for {info.codec}")
    with av.open(io.BytesIO(info.header)) as template:
        stream: Stream = container.add_stream_from_template(template.streams.video[0])
    stream.time_base = info.time_base
    return stream


def _copy(info: StreamInfo, packet: VideoPacket, *, with_parameter_sets: bool) -> Packet[Stream]:
    """Refer to the packet's bytes by a packet of our own, since muxing changes a packet's times."""
    if with_parameter_sets and info.is_annex_b:
        return Packet(info.extradata + bytes(packet))
    return Packet(packet)  # type: ignore[arg-type]  # a packet has the buffer protocol


def _times(info: StreamInfo, packets: Sequence[VideoPacket]) -> list[tuple[int, int]]:
    """Give each packet (decode time, presentation time), with decode times that grow: files demand it, cameras
    leave times out and set their clocks back."""
    step = _frame_ticks(info)
    a_second = round(1 / info.time_base)
    shift = 0
    times: list[tuple[int, int]] = []
    for packet in packets:
        last = times[-1][0] if times else None
        at = packet.dts if packet.dts is not None else packet.pts
        if at is None:
            at = _first_time(packets, step) if last is None else last + step - shift
        if last is not None and at + shift < last - a_second:
            shift = last + step - at
        dts = at + shift if last is None else max(at + shift, last + 1)
        times.append((dts, max(dts, dts if packet.pts is None else packet.pts + shift)))
    return times


def _first_time(packets: Sequence[VideoPacket], step: int) -> int:
    """Guess the first packet's time from the next that has one."""
    for index, packet in enumerate(packets):
        at = packet.dts if packet.dts is not None else packet.pts
        if at is not None:
            return at - index * step
    return 0


def _frame_ticks(info: StreamInfo) -> int:
    return max(1, round(info.frame_s / info.time_base))
