"""Non-maximum suppression: of overlapping boxes of one class, the best stays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MAX_CANDIDATES = 1000
"""More boxes than this above the threshold are noise; the best are taken, which bounds the cost of one look."""


def nms_per_class(
    boxes_xyxy: NDArray[np.float32], scores: NDArray[np.float32], class_ids: NDArray[np.int64], iou_threshold: float
) -> NDArray[np.int64]:
    """Return the indices of the boxes that stay, best score first (ties: the earlier box).

    boxes_xyxy (N, 4), scores (N,), class_ids (N,). Greedy: a box goes when a better one of its own class that stays
    overlaps it by an IoU above `iou_threshold`. Classes do not touch each other. At most MAX_CANDIDATES are judged.
    """
    order = np.argsort(-scores, kind="stable")[:MAX_CANDIDATES]
    count = len(order)
    if count < 2:
        return order
    boxes, classes = boxes_xyxy[order], class_ids[order]
    x1, y1, x2, y2 = boxes.T
    # All pairs at once: a few hundred boxes make a small matrix, and one pass over it beats a loop of small calls.
    width = np.minimum(x2[:, None], x2) - np.maximum(x1[:, None], x1)
    height = np.minimum(y2[:, None], y2) - np.maximum(y1[:, None], y1)
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    area = (x2 - x1) * (y2 - y1)
    union = area[:, None] + area - shared
    overlaps = (shared > iou_threshold * union) & (classes[:, None] == classes)
    stays = np.ones(count, dtype=bool)
    for better in np.flatnonzero(np.triu(overlaps, 1).any(axis=1)):
        if stays[better]:
            stays[better + 1 :] &= ~overlaps[better, better + 1 :]
    kept: NDArray[np.int64] = order[stays]
    return kept
