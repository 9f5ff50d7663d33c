"""What every decoder gives and takes."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.nms import nms_per_class

Output = NDArray[np.float32]
"""One picture's output: two axes, what they mean is the decoder's business."""

_BEYOND_ANY_PICTURE = 1e6
_MOST_SCORE = 1.01  # rounding, also in half precision


class OutputError(ValueError):
    """A model's output that makes no sense; its text is the English one."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


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
        """Read the boxes that score at least `min_score`. Raises OutputError for values that make no sense."""
        ...


def check_scores(scores: NDArray[np.float32]) -> None:
    """Raise OutputError for scores that are none: a broken export, an overflow, or a model for another task.

    Scores are probabilities here; NaN would otherwise be passed over like an empty street.
    """
    if not len(scores):
        return
    highest = float(scores.max())  # NaN where any is
    if np.isnan(highest):
        raise OutputError(
            "it gives scores that are no numbers (NaN): a broken export, or an overflow in half precision",
            "置信度不是数值（NaN），模型导出有误，或半精度溢出",
        )
    if highest > _MOST_SCORE:
        raise OutputError(
            f"it gives a score of {highest:.3g}, above 1: no probabilities (raw logits?), or a model for another task",
            f"置信度为 {highest:.3g}，大于 1：不是概率（可能是原始 logits），或不是检测模型",
        )


def are_real(boxes_xyxy: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say of each box whether it is one: numbers of a picture's order of size, and not inside out."""
    sane = np.abs(boxes_xyxy) < _BEYOND_ANY_PICTURE  # not so for NaN and infinity either
    real: NDArray[np.bool_] = np.all(sane, axis=1) & np.all(boxes_xyxy[:, 2:] > boxes_xyxy[:, :2], axis=1)
    return real


def real_ones(boxes_xyxy: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say which boxes are some. Raises OutputError when all that were found are no numbers."""
    real = are_real(boxes_xyxy)
    if len(real) and not real.any() and np.isnan(boxes_xyxy).any(axis=1).all():
        raise OutputError(
            "it gives boxes that are no numbers (NaN): a broken export, or an overflow in half precision",
            "检测框不是数值（NaN），模型导出有误，或半精度溢出",
        )
    return real


def finish(
    boxes_xyxy: NDArray[np.float32], scores: NDArray[np.float32], class_ids: NDArray[np.int64], nms_iou: float
) -> RawBoxes:
    """Drop what is no box, suppress overlaps, best first."""
    real = real_ones(boxes_xyxy)
    if not real.all():
        boxes_xyxy, scores, class_ids = boxes_xyxy[real], scores[real], class_ids[real]
    kept = nms_per_class(boxes_xyxy, scores, class_ids, nms_iou)
    return RawBoxes(boxes_xyxy[kept], scores[kept], class_ids[kept])


def corners(centres_xywh: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn (N, 4) centre x, centre y, width, height into x1, y1, x2, y2."""
    half = centres_xywh[:, 2:] / 2
    return np.concatenate((centres_xywh[:, :2] - half, centres_xywh[:, :2] + half), axis=1)
