"""Reading packets from an open container, with times that can be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import av
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from edge_agent.source.address import Address, explain
from edge_agent.source.report import SourceError
from edge_agent.source.stream_info import VideoPacket

_GIVE_UP_AFTER = 50  # broken reads in a row
_BACK_S = 1.0

OnDamage = Callable[[float, str], None]


def open_video(address: Address, silence_s: float) -> tuple[InputContainer, VideoStream]:
    """Open an address and find its video. Raises av.FFmpegError or SourceError; blocks for `silence_s` at most.

    The time limit holds for opening only: asking Python at every socket read would cost more than the reading, so
    there FFmpeg's own limit (see `Address.options`) does it.
    """
    container = av.open(address.url, "r", options=address.options(silence_s), timeout=(silence_s, None))
    videos = [stream for stream in container.streams.video if _has_decoder(stream)]
    if videos:
        return container, videos[0]
    cause = "its video is of an unknown codec" if container.streams.video else "there is no video in it"
    container.close()
    raise SourceError(address.shown, cause, "choose an H.264 or H.265 stream (请选择 H.264 或 H.265 视频流)")


def _has_decoder(stream: VideoStream) -> bool:
    """Whether FFmpeg knows the codec; PyAV's types do not say that there may be none."""
    context: VideoCodecContext | None = stream.codec_context
    return context is not None


def open_file(address: Address) -> tuple[InputContainer, VideoStream]:
    """Open a file. Raises SourceError that names it, the cause and what to do."""
    try:
        return open_video(address, silence_s=30.0)
    except (av.FFmpegError, ValueError) as error:
        failure = explain(error)
        raise SourceError(address.shown, failure.cause, f"{failure.hint_en} ({failure.hint_zh})") from error


def packets_of(container: InputContainer, stream: VideoStream) -> Iterator[VideoPacket]:
    """Read packets to the end. Raises av.FFmpegError.

    PyAV ends with an empty packet for each stream, ours first; after it, it would stumble over streams that damage
    has added to the container since it was opened.
    """
    for packet in container.demux(stream):
        if packet.size:
            yield packet
        elif packet.pts is None and packet.dts is None:
            return


def file_packets(
    container: InputContainer, stream: VideoStream, on_damage: OnDamage
) -> Iterator[tuple[VideoPacket, float]]:
    """Read a file's packets with their stream time, seconds from its first picture.

    Times that are missing are filled in; after a jump back they go on from where they were; a gap stays a gap. What
    cannot be read is told and passed over.
    """
    times = _FileTimes(stream)
    broken = 0
    last_s = 0.0
    while True:
        try:
            for packet in packets_of(container, stream):
                broken = 0
                last_s = times.of(packet)
                yield packet, last_s
            return
        except av.FFmpegError as error:
            broken += 1
            on_damage(last_s, str(error.strerror))
            if broken >= _GIVE_UP_AFTER:
                return


class _FileTimes:
    def __init__(self, stream: VideoStream) -> None:
        rate = stream.average_rate or stream.guessed_rate
        self._step_s = float(1 / rate) if rate else 0.04
        self._unit_s = float(stream.time_base or self._step_s)
        self._start_s: float | None = None
        self._last_s: float | None = None

    def of(self, packet: VideoPacket) -> float:
        """Give a packet's stream time."""
        ticks = packet.pts if packet.pts is not None else packet.dts
        expected_s = 0.0 if self._last_s is None else self._last_s + self._step_s
        if ticks is None:
            at_s = expected_s
        else:
            raw_s = ticks * self._unit_s
            if self._start_s is None:
                self._start_s = raw_s
            elif raw_s - self._start_s < expected_s - self._step_s - _BACK_S:
                self._start_s = raw_s - expected_s
            at_s = raw_s - self._start_s
        self._last_s = at_s if self._last_s is None else max(at_s, self._last_s)
        return at_s
