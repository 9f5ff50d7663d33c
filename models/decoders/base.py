"""What every decoder gives and takes."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.nms import nms_per_class

Output = NDArray[np.float32]
"""One picture's output: two axes, what they mean is the decoder's business."""

_BEYOND_ANY_PICTURE = 1e6


class RawBoxes(NamedTuple):
    """Boxes in pixels of the model's input, best first."""

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]


class Decoder(Protocol):
    """Reads one picture's output. Pure: the same output gives the same boxes."""

    def expected(self) -> str:
        """Say in words which output shape this decoder reads, for error messages."""
        ...

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Say whether an output of this shape (batch first) can be read."""
        ...

    def decode(self, output: Output, min_score: float) -> RawBoxes:
        """Read the boxes that score at least `min_score`. Raises ValueError for values that make no sense."""
        ...


def are_real(boxes_xyxy: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say of each box whether it is one: numbers of a picture's order of size, and not inside out."""
    sane = np.abs(boxes_xyxy) < _BEYOND_ANY_PICTURE  # not so for NaN and infinity either
    real: NDArray[np.bool_] = np.all(sane, axis=1) & np.all(boxes_xyxy[:, 2:] > boxes_xyxy[:, :2], axis=1)
    return real


def finish(
    boxes_xyxy: NDArray[np.float32], scores: NDArray[np.float32], class_ids: NDArray[np.int64], nms_iou: float
) -> RawBoxes:
    """Drop what is no box, suppress overlaps, best first."""
    real = are_real(boxes_xyxy)
    if not real.all():
        boxes_xyxy, scores, class_ids = boxes_xyxy[real], scores[real], class_ids[real]
    kept = nms_per_class(boxes_xyxy, scores, class_ids, nms_iou)
    return RawBoxes(boxes_xyxy[kept], scores[kept], class_ids[kept])


def corners(centres_xywh: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn (N, 4) centre x, centre y, width, height into x1, y1, x2, y2."""
    half = centres_xywh[:, 2:] / 2
    return np.concatenate((centres_xywh[:, :2] - half, centres_xywh[:, :2] + half), axis=1)
