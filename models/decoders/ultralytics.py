"""Ultralytics YOLOv8 / YOLO11 detection exports: 1 x (4 + classes) x anchors, NMS left to the caller."""

from __future__ import annotations

import numpy as np

from models.decoders.base import Output, RawBoxes, check_scores, corners, finish


class UltralyticsDecoder:
    """Columns are centre x, centre y, width, height in input pixels, then one probability per class."""

    def __init__(self, classes: int, nms_iou: float) -> None:
        self._classes = classes
        self._nms_iou = nms_iou

    def expected(self) -> str:
        """Say in words which output shape this decoder reads."""
        return f"1 x {4 + self._classes} x anchors (4 + classes)"

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Say whether an output of this shape (batch first) can be read."""
        return len(shape) == 3 and shape[1] == 4 + self._classes

    def decode(self, output: Output, min_score: float) -> RawBoxes:
        """Read one output (4 + classes, anchors)."""
        probabilities = output[4:]
        best = probabilities.max(axis=0)
        check_scores(best)
        good = np.flatnonzero(best >= min_score)
        columns = output[:, good].T
        class_ids = columns[:, 4:].argmax(axis=1)
        scores = columns[np.arange(len(columns)), 4 + class_ids]
        return finish(corners(columns[:, :4]), scores, class_ids, self._nms_iou)
