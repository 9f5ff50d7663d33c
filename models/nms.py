"""Non-maximum suppression: of overlapping boxes of one class, the best stays."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

MAX_CANDIDATES = 1000
"""More boxes than this above the threshold are noise; the best are judged, which bounds the cost of one look."""

_suppress: Any = cv2.dnn.NMSBoxesBatched  # its type stub knows no arrays, and a list of tuples costs more than the NMS


def nms_per_class(
    boxes_xyxy: NDArray[np.float32], scores: NDArray[np.float32], class_ids: NDArray[np.int64], iou_threshold: float
) -> NDArray[np.int64]:
    """Return the indices of the boxes that stay, best score first (ties: the earlier box).

    boxes_xyxy (N, 4), finite; scores (N,), at least 0; class_ids (N,). Greedy: a box goes when a better one of its own
    class that stays overlaps it by an IoU above `iou_threshold`. Classes do not touch each other.
    """
    if len(scores) == 0:
        return np.empty(0, np.int64)
    # OpenCV keeps classes apart by moving each beyond the largest coordinate of the one before; a negative
    # coordinate would reach back into that one, so the boxes are moved to start at 0 first.
    xywh = boxes_xyxy.astype(np.float64)
    xywh[:, 2:] -= xywh[:, :2]
    xywh[:, :2] -= xywh[:, :2].min()
    kept = _suppress(xywh, scores, class_ids.astype(np.int32), -1.0, iou_threshold, 1.0, MAX_CANDIDATES)
    return np.asarray(kept, np.int64)
