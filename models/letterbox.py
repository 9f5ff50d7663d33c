"""Letterbox geometry: a picture of any shape, scaled as a whole onto a fixed input, and boxes the way back."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from models.entry import Anchor

STRIDE = 32
"""The coarsest grid of the detectors known here: an input's sides are multiples of it, in pixels."""

Boxes = NDArray[np.float32]
"""(N, 4): x1, y1, x2, y2 in pixels; a pixel's left edge is its index, so the whole picture is (0, 0, w, h)."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies on the input. All in pixels; sizes are (height, width)."""

    image_hw: tuple[int, int]
    input_hw: tuple[int, int]
    placed_hw: tuple[int, int]
    top: int
    left: int

    @classmethod
    def fit(cls, image_hw: tuple[int, int], input_hw: tuple[int, int], anchor: Anchor) -> Letterbox:
        """Scale `image_hw` (both sides at least 1) by one factor until it touches the input's sides, in whole px."""
        image_h, image_w = image_hw
        input_h, input_w = input_hw
        scale = _scale(image_hw, input_hw)
        placed_h = min(input_h, max(1, round(image_h * scale)))
        placed_w = min(input_w, max(1, round(image_w * scale)))
        centred = anchor is Anchor.CENTER
        top = (input_h - placed_h) // 2 if centred else 0
        left = (input_w - placed_w) // 2 if centred else 0
        return cls(image_hw, input_hw, (placed_h, placed_w), top, left)

    def to_input(self, boxes_xyxy: Boxes) -> Boxes:
        """Move boxes from pixels of the picture to pixels of the input."""
        return boxes_xyxy / self._image_per_input() + self._offset()

    def to_image(self, boxes_xyxy: Boxes) -> Boxes:
        """Move boxes from pixels of the input to pixels of the picture; nothing is clipped."""
        return (boxes_xyxy - self._offset()) * self._image_per_input()

    def _offset(self) -> Boxes:
        return np.array((self.left, self.top, self.left, self.top), dtype=np.float32)

    def _image_per_input(self) -> Boxes:
        """Per axis, because rounding to whole pixels makes the two factors differ a little."""
        fy, fx = self.image_hw[0] / self.placed_hw[0], self.image_hw[1] / self.placed_hw[1]
        return np.array((fx, fy, fx, fy), dtype=np.float32)


def least_input_hw(image_hw: tuple[int, int], largest_hw: tuple[int, int]) -> tuple[int, int]:
    """Give the smallest input on which a picture lies at the same scale as on the largest, in multiples of STRIDE."""
    scale = _scale(image_hw, largest_hw)
    height, width = (
        min(largest, STRIDE * ceil(scale * side / STRIDE)) for side, largest in zip(image_hw, largest_hw, strict=True)
    )
    return height, width


def _scale(image_hw: tuple[int, int], input_hw: tuple[int, int]) -> float:
    return min(input_hw[0] / image_hw[0], input_hw[1] / image_hw[1])
