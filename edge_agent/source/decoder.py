"""Decoding no more than is asked: a keyframe by itself, or on from where the last look ended."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import TypeAlias

import av
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext

from edge_agent.source.parameter_sets import parameter_sets
from edge_agent.source.stream_info import StreamInfo, VideoPacket

_Key: TypeAlias = tuple[str, str, int, int, bytes, bytes]


def _open(info: StreamInfo, *, skip_nonref: bool = False) -> VideoCodecContext:
    context = CodecContext.create(info.codec, "r")
    if not isinstance(context, VideoCodecContext):
        raise ValueError(f"{info.codec} is no video codec")
    context.extradata = info.extradata or None
    context.width, context.height = info.width_px, info.height_px  # older codecs do not say it in their packets
    context.codec_tag = info.codec_tag
    context.thread_count = 1  # many cameras share the cores; a decoder's own threads would only add memory
    if skip_nonref:
        context.skip_frame = "NONREF"
    return context


class KeyframeDecoders:
    """Decodes keyframes of any number of cameras with a few decoders, since a keyframe needs nothing from before.

    A decoder is used again only where stream and packet carry the very same parameter sets, so nothing of one camera
    can leak into another's picture. Opening a decoder anew costs a tenth of a keyframe; keeping one for each camera
    would cost megabytes. Safe to use from several threads: each decoding has a decoder to itself.
    """

    def __init__(self, idle: int = 8) -> None:
        self._idle = idle
        self._lock = threading.Lock()
        self._free: OrderedDict[_Key, list[VideoCodecContext]] = OrderedDict()

    @property
    def idle_count(self) -> int:
        """How many decoders are kept for the next keyframe."""
        return sum(map(len, self._free.values()))

    def decode(self, info: StreamInfo, packet: VideoPacket) -> av.VideoFrame | None:
        """Decode one keyframe. None when it gives no picture by itself; raises av.FFmpegError when it is broken."""
        key = self._key(info, packet)
        decoder = self._take(key) or _open(info)
        frames = decoder.decode(packet)
        if not frames:  # a decoder that reorders holds the picture back until it is told that no more comes
            frames = decoder.decode(None)
        decoder.flush_buffers()
        self._give_back(key, decoder)
        return frames[-1] if frames else None

    @staticmethod
    def _key(info: StreamInfo, packet: VideoPacket) -> _Key:
        in_packet = parameter_sets(info, packet)
        return info.codec, info.codec_tag, info.width_px, info.height_px, info.extradata, in_packet

    def _take(self, key: _Key) -> VideoCodecContext | None:
        with self._lock:
            free = self._free.pop(key, None)
            if not free:
                return None
            decoder = free.pop()
            if free:
                self._free[key] = free
            return decoder

    def _give_back(self, key: _Key, decoder: VideoCodecContext) -> None:
        with self._lock:
            self._free.setdefault(key, []).append(decoder)
            self._free.move_to_end(key)
            while self.idle_count > self._idle:
                oldest = next(iter(self._free))
                self._free[oldest].pop()
                if not self._free[oldest]:
                    del self._free[oldest]


class Standalone:
    """Notes whether a stream's keyframes give pictures by themselves.

    With intra refresh they do not: each is only where a picture begins to build up (H.264, D.2.8, recovery point).
    """

    def __init__(self) -> None:
        self._empty = 0

    def note(self, *, gave_a_picture: bool) -> None:
        """Take in one keyframe that was decoded by itself; a broken one may give nothing too, two in a row hardly."""
        self._empty = 0 if gave_a_picture else self._empty + 1

    def __bool__(self) -> bool:
        return self._empty < 2


class ChainDecoder:
    """Decodes one stream onwards from a keyframe. Not safe to use from several threads at once."""

    def __init__(self, info: StreamInfo, *, skip_nonref: bool) -> None:
        self._decoder = _open(info, skip_nonref=skip_nonref)

    def decode(self, packets: Iterable[VideoPacket]) -> list[av.VideoFrame]:
        """Give the pictures that the packets complete, in order of presentation.

        Broken packets are passed over as long as the decoder goes on; raises av.FFmpegError when the last one is.
        """
        frames: list[av.VideoFrame] = []
        failure: av.FFmpegError | None = None
        for packet in packets:
            try:
                frames += self._decoder.decode(packet)
                failure = None
            except av.FFmpegError as error:
                failure = error
        if failure and not frames:
            raise failure
        return frames

    def drain(self) -> list[av.VideoFrame]:
        """Give what the decoder still holds, at the end of a stream."""
        return self._decoder.decode(None)

    def restart(self) -> None:
        """Forget everything: the next packet is a keyframe."""
        self._decoder.flush_buffers()
