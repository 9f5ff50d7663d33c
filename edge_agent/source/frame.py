"""One picture and when it was taken. Only what is asked for is ever converted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import av

from edge_agent.source import pixels
from edge_agent.source.pixels import Pixels
from protocol.messages import TimeSource


@dataclass(frozen=True, eq=False)
class Frame:
    """A decoded picture.

    `taken_at_s` is seconds since the Unix epoch, known as `time_source` says; `pts_s` is stream time in seconds.
    `arrived_s` is when it arrived by a clock that no one sets (`time.monotonic`); of a file read as fast as possible it
    is the stream time. How much time passed between two pictures is known by it, whatever is said of the time of day.
    """

    taken_at_s: float
    time_source: TimeSource
    pts_s: float
    video_frame: av.VideoFrame
    width_px: int
    height_px: int
    arrived_s: float

    def bgr(self) -> Pixels:
        """Give the whole picture, height x width x 3, blue first; converted once. Do not write to it."""
        return self._whole

    def bgr_crop(self, x1: int, y1: int, x2: int, y2: int, out_size: tuple[int, int] | None = None) -> Pixels:
        """Give the pixels x1 <= x < x2, y1 <= y < y2 as height x width x 3, without converting the rest.

        `out_size` is (width, height) to scale to; the edges are then first moved outwards to even pixels.
        Raises ValueError when the crop is empty or reaches past the picture.
        """
        return pixels.crop_to_bgr(self._readable, (x1, y1, x2, y2), out_size)

    def luma(self) -> Pixels:
        """View the brightness, height x width, 8 bits, without copying. Do not write to it."""
        return pixels.plane(self._readable, 0)

    def yuv_planes(self) -> tuple[Pixels, Pixels, Pixels]:
        """View luma, height x width, and the planes U and V, which may have half the size; no copy."""
        return pixels.yuv_planes(self._readable)

    @cached_property
    def _whole(self) -> Pixels:
        return pixels.to_bgr(self.video_frame)

    @cached_property
    def _readable(self) -> av.VideoFrame:
        return pixels.with_readable_planes(self.video_frame)
