"""Which detection is which stay: optimal assignment over place and size, within a class group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from rules.classes import group_of, scores_of
from rules.geometry import iou, iou_matrix, is_part
from rules.observation import Detection
from rules.stay import Stay

MATCH_IOU = 0.4
"""Two boxes that overlap less are not the same standing object."""
SAME_OBJECT_IOU = 0.6
"""Two boxes of one class group that overlap more are one object with two boxes."""
_CONTAINED = 0.9


def one_each(detections: Iterable[Detection]) -> list[Detection]:
    """Keep one detection per object: of boxes in one class group that nearly coincide, the one that scores highest.

    A detector calls one van car and truck, with two boxes.
    """
    kept: list[Detection] = []
    for detection in sorted(detections, key=lambda d: (-d.score, d.box)):
        group = group_of(detection.label)
        if detection.score >= scores_of(detection.label).keep and not any(
            group_of(other.label) == group
            and (iou(other.box, detection.box) > SAME_OBJECT_IOU or is_part(detection.box, other.box, _CONTAINED))
            for other in kept
        ):
            kept.append(detection)
    return kept


def assign(stays: Sequence[Stay], detections: Sequence[Detection], possible: Callable[[Stay], bool]) -> dict[int, int]:
    """Give {index of stay: index of detection} with the greatest overlap in all (Kuhn 1955).

    Pairs are of one class group, overlap by MATCH_IOU or more, and `possible` lets the stay be matched at all.
    """
    if not stays or not detections:
        return {}
    overlap = iou_matrix([stay.box for stay in stays], [detection.box for detection in detections])
    gain = np.zeros_like(overlap)
    for row, column in zip(*np.nonzero(overlap >= MATCH_IOU), strict=True):
        stay, detection = stays[row], detections[column]
        if stay.group == group_of(detection.label) and possible(stay):
            gain[row, column] = overlap[row, column]
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if gain[row, column] > 0}
