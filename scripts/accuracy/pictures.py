"""Pictures made worse, as a street makes them: night, rain, a small or a trembling camera, a poor encoder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.source import Frame
from protocol.messages import TimeSource

Image = NDArray[np.uint8]
"""Height x width x 3, BGR."""

Change = Callable[[Image], Image]

_rng = np.random.default_rng(1)


@cache
def _field() -> NDArray[np.float32]:
    return _rng.standard_normal((2048, 2 * 3 * 2048), np.float32)


def _noise(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Give noise: a window of one large field, another one every time."""
    height, width = shape[0], shape[1] * shape[2]
    field = _field()
    y, x = _rng.integers(0, field.shape[0] - height), _rng.integers(0, field.shape[1] - width)
    return field[y : y + height, x : x + width].reshape(shape)


def same(image: Image) -> Image:
    """Leave it as it is."""
    return image


def mirrored(image: Image) -> Image:
    """Left is right."""
    return np.ascontiguousarray(image[:, ::-1])


def dark(image: Image) -> Image:
    """A third of the light, and the noise of a sensor that has too little."""
    return np.asarray(np.clip(0.35 * image.astype(np.float32) + 6.0 * _noise(image.shape), 0, 255), np.uint8)


def dark_amplified(image: Image) -> Image:
    """The same, made bright again by the camera, noise and all."""
    night = dark(image)
    gain = min(3.0, 100.0 / max(1.0, float(night.mean())))
    return np.asarray(np.clip(gain * night.astype(np.float32), 0, 255), np.uint8)


def infrared(image: Image) -> Image:
    """No colour, as a camera at night with its lamp on."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)


def rain(image: Image) -> Image:
    """Streaks and less contrast; as many streaks for an area in any picture."""
    height, width = image.shape[:2]
    streaks = np.zeros((height, width), np.uint8)
    for _ in range(max(1, round(400 * height * width / (1280 * 720)))):
        x, y = int(_rng.integers(0, width)), int(_rng.integers(0, height))
        cv2.line(streaks, (x, y), (x + 3, y + 18), 255, 1)
    white = cv2.cvtColor(streaks, cv2.COLOR_GRAY2BGR)
    return np.asarray(cv2.addWeighted(image, 0.85, white, 0.25, 10), np.uint8)


def poor_jpeg(image: Image) -> Image:
    """JPEG at quality 25."""
    packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 25])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def resized(width_px: int, height_px: int) -> Change:
    """Give a change to another resolution."""

    def change(image: Image) -> Image:
        shrinks = width_px < image.shape[1]
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(image, (width_px, height_px), interpolation=how), np.uint8)

    return change


def shifted(dx: int, dy: int) -> Change:
    """Give a shift by whole pixels, as wind shakes a mast."""

    def change(image: Image) -> Image:
        return np.asarray(np.roll(image, (dy, dx), (0, 1)), np.uint8)

    return change


def frame_of(image: Image, taken_at_s: float) -> Frame:
    """Make a picture into a frame as a source gives it."""
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24").reformat(format="yuv420p")
    return Frame(taken_at_s, TimeSource.FILE, taken_at_s, picture, picture.width, picture.height, taken_at_s)
