"""Painted pictures for looker and pipeline, and the detector of tests.e2e.painted_street that knows colours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.looking.patches import Plane
from models.catalog import find_entry, load_catalog
from models.detector import Detector
from models.fetch import ensure_weights
from rules.observation import Box
from tests.e2e.painted_street import COLOURS, write_detector
from tests.street import START_S, texture

Thing = tuple[str, Box, int]
"""Colour of COLOURS, place (normalised xyxy), seed of its texture."""


def open_detector(folder: Path, *, called: str = "car") -> Detector:
    """A real ONNX model that boxes each colour once and calls everything `called`."""
    entry = find_entry(load_catalog(write_detector(folder)), "painted-cars")
    entry = entry.model_copy(update={"class_names": (called, "other", "person")})
    return Detector.open(entry, ensure_weights(entry))


@dataclass
class PaintedPicture:
    """A picture (height x width x 3, RGB) as the source would hand it over."""

    rgb: NDArray[np.uint8]
    taken_at_s: float

    @property
    def width_px(self) -> int:
        return int(self.rgb.shape[1])

    @property
    def height_px(self) -> int:
        return int(self.rgb.shape[0])

    @cached_property
    def _planes(self) -> tuple[Plane, Plane, Plane]:
        height, width = self.rgb.shape[:2]
        packed = np.asarray(cv2.cvtColor(self.rgb, cv2.COLOR_RGB2YUV_I420), np.uint8)
        u, v = packed[height:].reshape(2, height // 2, width // 2)
        return packed[:height], u, v

    def yuv_planes(self) -> tuple[Plane, Plane, Plane]:
        return self._planes

    def bgr_crop(self, x1: int, y1: int, x2: int, y2: int) -> NDArray[np.uint8]:
        return np.ascontiguousarray(self.rgb[y1:y2, x1:x2, ::-1])


def paint(
    things: Iterable[Thing] = (), t_s: float = 0.0, *, size: tuple[int, int] = (1280, 720), right_px: int = 0
) -> PaintedPicture:
    """A grey street with things in it, the last one in front; seen by a camera turned by `right_px`."""
    width, height = size
    grey = texture(0, 1280, 720, 25.0, 110.0, 4)
    street = np.repeat(grey[:, :, None], 3, axis=2)
    for colour, box, seed in things:
        x1, y1, x2, y2 = (round(v * s) for v, s in zip(box, (1280, 720) * 2, strict=True))
        pattern = np.clip(texture(seed, x2 - x1, y2 - y1, 16.0, 0.0), -38, 38)
        street[y1:y2, x1:x2] = np.array(COLOURS[colour], np.float32) + pattern[:, :, None]
    street = street + np.random.default_rng(round(1000 * t_s)).normal(0, 1.5, (720, 1280, 1)).astype(np.float32)
    if right_px:
        street = np.roll(street, right_px, axis=1)
    rgb = np.clip(street, 0, 255).astype(np.uint8)
    if size != (1280, 720):
        rgb = np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return PaintedPicture(rgb, START_S + t_s)
