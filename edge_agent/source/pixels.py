"""Reading pixels out of a decoded picture's planes without converting more of it than is needed."""

from __future__ import annotations

from typing import NamedTuple

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


class _Plane(NamedTuple):
    """How one plane is stored: how many luma pixels a sample covers each way, and how many bytes it takes."""

    across: int
    down: int
    sample_bytes: int


_Y = _Plane(1, 1, 1)
_QUARTER = _Plane(2, 2, 1)
_HALF = _Plane(2, 1, 1)
_LAYOUTS: dict[str, tuple[_Plane, ...]] = {
    "yuv420p": (_Y, _QUARTER, _QUARTER),
    "yuvj420p": (_Y, _QUARTER, _QUARTER),
    "yuv422p": (_Y, _HALF, _HALF),
    "yuvj422p": (_Y, _HALF, _HALF),
    "yuv444p": (_Y, _Y, _Y),
    "yuvj444p": (_Y, _Y, _Y),
    "nv12": (_Y, _Plane(2, 2, 2)),
}


def with_readable_planes(frame: av.VideoFrame) -> av.VideoFrame:
    """Give the picture in a layout with 8-bit luma in plane 0: itself where it has one, else as yuv420p."""
    if frame.format.name in _LAYOUTS:
        return frame
    return frame.reformat(format="yuv420p", threads=1)


def plane(frame: av.VideoFrame, index: int) -> Pixels:
    """View one plane of a picture (see `with_readable_planes`) as rows x bytes, without its padding; no copy."""
    layout = _LAYOUTS[frame.format.name][index]
    source = frame.planes[index]
    row_bytes = -(-frame.width // layout.across) * layout.sample_bytes
    rows = -(-frame.height // layout.down)
    samples = np.frombuffer(source, np.uint8)  # type: ignore[call-overload]  # a plane has the buffer protocol
    padded: Pixels = samples[: rows * source.line_size].reshape(rows, source.line_size)
    return padded[:, :row_bytes]


def yuv_planes(frame: av.VideoFrame) -> tuple[Pixels, Pixels, Pixels]:
    """View luma and the two colour planes (these may be smaller) of a picture; see `with_readable_planes`; no copy."""
    if len(_LAYOUTS[frame.format.name]) == 2:
        colours = plane(frame, 1)
        return plane(frame, 0), colours[:, 0::2], colours[:, 1::2]
    return plane(frame, 0), plane(frame, 1), plane(frame, 2)


def to_bgr(frame: av.VideoFrame) -> Pixels:
    """Convert the whole picture: height x width x 3, blue first, full range."""
    return _array(frame.reformat(format="bgr24", threads=1))


def crop_to_bgr(
    frame: av.VideoFrame, crop: tuple[int, int, int, int], out_size: tuple[int, int] | None = None
) -> Pixels:
    """Convert the pixels x1 <= x < x2, y1 <= y < y2 only, scaled to (width, height) in the same pass.

    Colour has half the resolution of luma, so for a scaled crop the edges are first moved outwards to even pixels.
    Raises ValueError when the crop is empty or reaches past the picture.
    """
    x1, y1, x2, y2 = crop
    if not (0 <= x1 < x2 <= frame.width and 0 <= y1 < y2 <= frame.height):
        raise ValueError(f"crop {crop} is empty or reaches past the picture of {frame.width}x{frame.height} pixels")
    readable = with_readable_planes(frame)
    left, top = x1 & ~1, y1 & ~1
    right, bottom = min(x2 + (x2 & 1), frame.width), min(y2 + (y2 & 1), frame.height)
    part = _cut(readable, left, top, right, bottom)
    if out_size is None:
        return _array(part.reformat(format="bgr24", threads=1))[y1 - top : y2 - top, x1 - left : x2 - left]
    shrinks = out_size[0] < part.width and out_size[1] < part.height
    scaled = part.reformat(
        *out_size,
        "bgr24",
        threads=1,
        # An area average keeps small things where bilinear sampling would step over them, and costs less.
        interpolation=Interpolation.AREA if shrinks else Interpolation.BILINEAR,
    )
    return _array(scaled)


def _cut(frame: av.VideoFrame, left: int, top: int, right: int, bottom: int) -> av.VideoFrame:
    """Copy a rectangle with even left and top edges into a small picture of the same layout and colours."""
    part = av.VideoFrame(right - left, bottom - top, frame.format.name)
    part.colorspace, part.color_range = frame.colorspace, frame.color_range
    for index, layout in enumerate(_LAYOUTS[frame.format.name]):
        target = plane(part, index)
        rows, row_bytes = target.shape
        y, x = top // layout.down, left // layout.across * layout.sample_bytes
        target[:] = plane(frame, index)[y : y + rows, x : x + row_bytes]
    return part


def _array(frame: av.VideoFrame) -> Pixels:
    return np.asarray(frame.to_ndarray(), dtype=np.uint8)
