"""Looks of made-up things: patches (rules.appearance) under the light of the hour, with noise."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from rules.appearance import CHROMA_SIDE, LUMA_SIDE, make_patch

_NOISES = 512


@lru_cache(maxsize=4096)
def _look(seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A luma texture with coarse and fine parts, and one colour."""
    rng = np.random.default_rng(seed)
    luma = np.zeros((LUMA_SIDE, LUMA_SIDE), np.float32)
    for cells, weight in ((4, 1.0), (8, 0.8), (16, 0.5)):
        noise = rng.standard_normal((cells, cells)).astype(np.float32)
        luma += weight * cv2.resize(noise, (LUMA_SIDE, LUMA_SIDE), interpolation=cv2.INTER_LINEAR)
    luma = 120 + 32 * luma / float(luma.std())
    colour = rng.normal(0, 14, 2)
    chroma = np.stack([np.full((CHROMA_SIDE, CHROMA_SIDE), value, np.float32) for value in colour])
    return luma, chroma


@lru_cache(maxsize=1)
def _noises() -> NDArray[np.float32]:
    rng = np.random.default_rng(1)
    return rng.standard_normal((_NOISES, LUMA_SIDE, LUMA_SIDE)).astype(np.float32)


def patch(seed: int, gain: float, noise: float, moment: int, cover: tuple[int, int, int] | None = None) -> bytes:
    """Give a thing's patch in a light; `cover` is (seed, first column, last column) of what stands in front."""
    luma, chroma = _look(seed)
    if cover is not None:
        front, first, last = cover
        luma = luma.copy()
        luma[:, first:last] = _look(front)[0][:, first:last]
    shown = gain * luma + noise * _noises()[moment % _NOISES]
    colours = 128 + gain * chroma
    bytes_of = [np.clip(plane, 0, 255).astype(np.uint8) for plane in (shown, colours[0], colours[1])]
    return make_patch(*bytes_of)
