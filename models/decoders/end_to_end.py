"""End-to-end models (YOLOv10, YOLO26, RT-DETR style exports): 1 x boxes x 6, overlaps suppressed inside the model."""

from __future__ import annotations

import numpy as np

from models.decoders.base import Output, RawBoxes, are_real


class EndToEndDecoder:
    """Rows are x1, y1, x2, y2 in input pixels, score, class id; unused rows score 0."""

    def __init__(self, classes: int) -> None:
        self._classes = classes

    def expected(self) -> str:
        """Say in words which output shape this decoder reads."""
        return "1 x boxes x 6 (x1, y1, x2, y2, score, class id)"

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Say whether an output of this shape (batch first) can be read."""
        return len(shape) == 3 and shape[2] == 6

    def decode(self, output: Output, min_score: float) -> RawBoxes:
        """Read one output (boxes, 6). Raises ValueError for a class id that the entry has no name for."""
        rows = output[output[:, 4] >= min_score]
        rows = rows[are_real(rows[:, :4])]
        rows = rows[np.argsort(-rows[:, 4], kind="stable")]
        class_ids = rows[:, 5].astype(np.int64)
        if len(rows) and not 0 <= class_ids.min() <= class_ids.max() < self._classes:
            raise ValueError(f"class id {class_ids.max()} has no name: class_names has {self._classes}")
        return RawBoxes(rows[:, :4], rows[:, 4], class_ids)
