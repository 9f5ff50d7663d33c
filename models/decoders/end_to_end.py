"""End-to-end models (YOLOv10, YOLO26, RT-DETR style exports): 1 x boxes x 6, overlaps suppressed inside the model."""

from __future__ import annotations

import numpy as np

from models.decoders.base import Output, OutputError, RawBoxes, check_scores, real_ones

_WHOLE = 1e-3


def check_class_ids(output: Output) -> None:
    """Raise OutputError when the last column holds no whole numbers: DETR's two scores read as score and class id."""
    ids = output[:, 5]
    if np.isfinite(ids).all() and np.abs(ids - np.rint(ids)).max(initial=0.0) < _WHOLE:
        return
    raise OutputError(
        "its class ids are no whole numbers: no end-to-end detector (a DETR with two classes has centre, size and two "
        "scores in six columns)",
        "类别编号不是整数：不是端到端检测模型（两类的 DETR 输出也是六列：中心、尺寸和两个置信度）",
    )


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
        """Read one output (boxes, 6). Raises OutputError for a class id that the entry has no name for."""
        check_scores(output[:, 4])
        check_class_ids(output)
        rows = output[output[:, 4] >= min_score]
        rows = rows[real_ones(rows[:, :4])]
        rows = rows[np.argsort(-rows[:, 4], kind="stable")]
        class_ids = rows[:, 5].astype(np.int64)
        if len(rows) and not 0 <= class_ids.min() <= class_ids.max() < self._classes:
            raise OutputError(
                f"class id {class_ids.max()} has no name: class_names has {self._classes}",
                f"类别编号 {class_ids.max()} 没有名称：class_names 只有 {self._classes} 个",
            )
        return RawBoxes(rows[:, :4], rows[:, 4], class_ids)
