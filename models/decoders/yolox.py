"""YOLOX as its authors export it: 1 x anchors x (5 + classes), boxes still relative to their grid cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.decoders.base import Output, RawBoxes, check_scores, corners, finish

STRIDES = (8, 16, 32)


class YoloxDecoder:
    """Rows are x, y, log w, log h, objectness, one probability per class (arXiv 2107.08430; sigmoids are inside)."""

    def __init__(self, input_hw: tuple[int, int], classes: int, nms_iou: float) -> None:
        self._classes = classes
        self._nms_iou = nms_iou
        self._cell_xy, self._stride = _grid(input_hw)

    def expected(self) -> str:
        """Say in words which output shape this decoder reads."""
        return f"1 x {len(self._stride)} x {5 + self._classes} (cells at strides 8, 16, 32; 5 + classes)"

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Say whether an output of this shape (batch first) can be read."""
        return shape[1:] == (len(self._stride), 5 + self._classes)

    def decode(self, output: Output, min_score: float) -> RawBoxes:
        """Read one output (anchors, 5 + classes)."""
        # A score is objectness x probability, so objectness alone rules out nearly all of the cells.
        check_scores(output[:, 4])
        likely = np.flatnonzero(output[:, 4] >= min_score)
        rows = output[likely]
        check_scores(rows[:, 5:].max(axis=1))
        class_ids = rows[:, 5:].argmax(axis=1)
        scores = rows[:, 4] * rows[np.arange(len(rows)), 5 + class_ids]
        good = scores >= min_score
        rows, likely = rows[good], likely[good]
        stride = self._stride[likely]
        boxes = rows[:, :4]
        boxes[:, :2] = (boxes[:, :2] + self._cell_xy[likely]) * stride
        with np.errstate(over="ignore"):  # nonsense becomes infinite, and is dropped as no box
            boxes[:, 2:] = np.exp(boxes[:, 2:]) * stride
        return finish(corners(boxes), scores[good], class_ids[good], self._nms_iou)


def cell_count(input_hw: tuple[int, int]) -> int:
    """Count the grid cells, one row of output each, of an input of this height and width."""
    return sum((input_hw[0] // stride) * (input_hw[1] // stride) for stride in STRIDES)


def _grid(input_hw: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cell (x, y) and stride (N, 1) of every anchor, in the order of the output: stride by stride, row by row."""
    cells, strides = [], []
    for stride in STRIDES:
        rows, columns = input_hw[0] // stride, input_hw[1] // stride
        y, x = np.mgrid[:rows, :columns]
        cells.append(np.stack((x.ravel(), y.ravel()), axis=1))
        strides.append(np.full((rows * columns, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)
