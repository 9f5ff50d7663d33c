"""Boxes and the ground under them. Boxes are xyxy, as fractions of the picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from shapely import box as rectangle
from shapely.geometry.base import BaseGeometry

from rules.observation import Box

CONTACT_BAND = 0.25
"""How much of a box, from its lower edge, is taken for the ground contact."""

_SAME_GROUND = 0.2  # of the height: two lower edges this close stand on the same ground
_REACHES_LOWER = 0.1  # of the own height: a part does not stand nearer than its whole


def area(box: Box) -> float:
    """Give the area of a box; 0 when it is empty."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def intersection(a: Box, b: Box) -> float:
    """Give the area that two boxes share."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    if width <= 0:  # most pairs of boxes in a street
        return 0.0
    return width * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def iou(a: Box, b: Box) -> float:
    """Intersection over union; 0 for empty boxes."""
    shared = intersection(a, b)
    return shared / (area(a) + area(b) - shared) if shared > 0 else 0.0


def iou_matrix(first: list[Box], second: list[Box]) -> NDArray[np.float64]:
    """IoU of every box of `first` (N) with every box of `second` (M): shape (N, M)."""
    if not first or not second:
        return np.zeros((len(first), len(second)))
    a, b = np.asarray(first)[:, None, :], np.asarray(second)[None, :, :]
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=-1)
    union = np.prod(a[..., 2:] - a[..., :2], axis=-1) + np.prod(b[..., 2:] - b[..., :2], axis=-1) - shared
    return np.asarray(shared / np.maximum(union, 1e-12))


def around(boxes: Sequence[Box]) -> Box:
    """Give the smallest box around all of `boxes` (at least one)."""
    x1, y1, x2, y2 = zip(*boxes, strict=True)
    return min(x1), min(y1), max(x2), max(y2)


def covered_share(box: Box, cover: Box) -> float:
    """Give how much of `box` lies under `cover`, 0..1."""
    shared = intersection(box, cover)
    return shared / area(box) if shared > 0 else 0.0


def same_ground(box: Box, other: Box) -> bool:
    """Say whether `other` stands on the same ground as `box`: no nearer and no further, judged by the lower edges."""
    return abs(other[3] - box[3]) <= _SAME_GROUND * (box[3] - box[1])


def is_part(box: Box, whole: Box, share: float) -> bool:
    """Say whether `box` is a part of the object in `whole`: at least `share` of it lies there, and it stands no nearer.

    What stands in front of a bus lies in the bus's box too, but reaches lower.
    """
    return covered_share(box, whole) >= share and box[3] <= whole[3] + _REACHES_LOWER * (box[3] - box[1])


def ground_contact(box: Box) -> BaseGeometry:
    """Give the band of ground that an object stands on: the bottom quarter of what the picture shows of its box."""
    x1, y1, x2, y2 = (min(max(0.0, value), 1.0) for value in box)
    return rectangle(x1, y2 - CONTACT_BAND * (y2 - y1), x2, y2)


def inside_share(ground: BaseGeometry, shape: BaseGeometry) -> float:
    """Give how much of `ground` lies in `shape`, 0..1."""
    return float(ground.intersection(shape).area / ground.area) if ground.area > 0 else 0.0


def parasol_box(canopy: Box, aspect: float) -> Box:
    """Give the whole parasol when a detector has boxed only its canopy; `aspect` is the picture's width over height.

    A market parasol stands about as high as nine tenths of its width; a box much flatter than that is the canopy
    alone, and the ground is further down.
    """
    x1, y1, x2, y2 = canopy
    height = 0.9 * (x2 - x1) * aspect
    return (x1, y1, x2, max(y2, y1 + height))


def foot(box: Box) -> tuple[float, float]:
    """Give the middle of the lower edge."""
    return (box[0] + box[2]) / 2, box[3]
