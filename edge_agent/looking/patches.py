"""Appearance patches (rules.appearance), taken straight from the planes of a decoded picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rules.appearance import CHROMA_SIDE, LUMA_SIDE, make_patch
from rules.observation import Box

Plane = NDArray[np.uint8]

_LEAST_PX = 8
"""A place smaller than this has no look worth keeping."""


def patch_at(planes: tuple[Plane, Plane, Plane], box: Box) -> bytes:
    """Take the patch under `box` (normalised xyxy) from Y, U and V planes; empty when the place is too small."""
    luma = _cut(planes[0], box)
    if min(luma.shape) < _LEAST_PX:
        return b""
    u, v = (_shrunk(_cut(plane, box), CHROMA_SIDE) for plane in planes[1:])
    return make_patch(_shrunk(luma, LUMA_SIDE), u, v)


def _cut(plane: Plane, box: Box) -> Plane:
    height, width = plane.shape
    x1, y1 = max(0, round(box[0] * width)), max(0, round(box[1] * height))
    x2, y2 = min(width, round(box[2] * width)), min(height, round(box[3] * height))
    return plane[y1:y2, x1:x2]


def _shrunk(cut: Plane, side: int) -> Plane:
    return np.asarray(cv2.resize(cut, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
