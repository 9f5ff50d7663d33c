"""What must be known of a video stream to decode or remux its packets after its connection is gone."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

import av
from av.packet import Packet
from av.video.stream import VideoStream

VideoPacket: TypeAlias = "Packet[VideoStream]"

_FRAME_S = 0.04  # until a stream says its rate: 25 per second, what most street cameras send


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """One stream of one connection.

    `extradata` are the parameter sets from outside the packets (SDP, file header). `header` is a file without
    pictures that has this stream in it: the template for a remux, since a stream dies with its container.
    """

    codec: str
    codec_tag: str
    extradata: bytes
    width_px: int
    height_px: int
    time_base: Fraction
    frame_s: float
    header: bytes = field(repr=False)

    @classmethod
    def of(cls, stream: VideoStream) -> StreamInfo:
        """Read it from an open container's stream."""
        context = stream.codec_context
        rate = stream.average_rate or stream.guessed_rate
        extradata = context.extradata or b""
        return cls(
            codec=context.name,
            codec_tag=context.codec_tag,
            extradata=extradata,
            width_px=context.width,
            height_px=context.height,
            time_base=stream.time_base or Fraction(1, 90_000),
            frame_s=float(1 / rate) if rate else _FRAME_S,
            header=b"" if is_annex_b(context.name, extradata) else _header(stream),
        )

    @property
    def is_annex_b(self) -> bool:
        """Whether packets are byte streams with start codes (RTSP, TS) rather than length-prefixed (MP4, FLV)."""
        return is_annex_b(self.codec, self.extradata)


def is_annex_b(codec: str, extradata: bytes) -> bool:
    """Tell by the parameter sets, as FFmpeg does; see ITU-T H.264 and H.265, Annex B."""
    return codec in ("h264", "hevc") and (not extradata or extradata.startswith((b"\0\0\1", b"\0\0\0\1")))


def _header(stream: VideoStream) -> bytes:
    """Write a QuickTime file with this stream and no pictures; nothing when the codec fits in none."""
    buffer = io.BytesIO()
    try:
        with av.open(buffer, "w", format="mov", options={"movflags": "empty_moov+frag_custom"}) as container:
            container.add_stream_from_template(stream)
            container.start_encoding()
    except (av.FFmpegError, ValueError):
        return b""
    return buffer.getvalue()
