"""Whether a camera still looks where its zones were drawn.

The small brightness picture is cut into blocks, and each block with texture is compared with the same block of the
reference view by zero-mean normalised cross-correlation (Lewis 1995), at shifts of up to two pixels. A passing bus, a
crowd, rain or night take some of the blocks away; a turned camera takes nearly all of them, or, when it was turned
only a little, makes them fit better somewhere else (phase correlation, Kuglin and Hines 1975). The reference follows
the light slowly while the view is good.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]

WIDTH_PX, HEIGHT_PX = 320, 180
"""Every picture is compared at this size."""

_BLOCK_PX = 20
_SHIFT_PX = 2
_SHIFTS = sorted(product((-_SHIFT_PX, 0, _SHIFT_PX), repeat=2), key=lambda shift: shift != (0, 0))
_TEXTURE = 5.0  # grey levels of standard deviation from which a block says something
_LEAST_BLOCKS = 12
_BLOCK_MATCHES = 0.6
_GOOD, _BAD = 0.45, 0.25  # share of textured blocks that match
_BEYOND_DOUBT = 0.7  # so many that nothing can fit better elsewhere
_BETTER = 0.2  # how much more must match elsewhere
_TOLERATED_PX = 4  # 16 of 1280: zones still fit
_FAINT = 1.0  # grey levels: less contrast than the noise has
_FOLLOW = 0.05
_LOOKS_TO_BE_SURE = 2


class ViewState(StrEnum):
    """What the guard says of a picture."""

    OK = "ok"
    DOUBTFUL = "doubtful"  # little fits, but it may be a bus, a flash, fog or a covered lens
    MOVED = "moved"  # the zones do not fit this view
    BLIND = "blind"  # no view with enough texture is known yet: it began at night


@dataclass(frozen=True, slots=True)
class ViewVerdict:
    """State, and the share of the reference's textured blocks that fit."""

    state: ViewState
    agreement: float


class ViewGuard:
    """Guards one camera's view. `reference` is a small picture (see `small`) that an engineer has accepted."""

    def __init__(self, reference: Luma | None = None) -> None:
        self._reference = None if reference is None else reference.astype(np.float32)
        self._bad_looks = 0

    @property
    def reference(self) -> Luma | None:
        """The view as it is known now, to keep over a restart; None before the first picture."""
        return None if self._reference is None else np.rint(self._reference).astype(np.uint8)

    def accept(self) -> None:
        """Take the next picture for the new reference: an engineer has looked at it."""
        self._reference, self._bad_looks = None, 0

    def check(self, picture: Luma) -> ViewVerdict:
        """Compare a small picture (180 x 320) with the reference; the first one with texture becomes the reference.

        Pictures that are no pictures (black, frozen, torn) should not be shown to it.
        """
        now = picture.astype(np.float32)
        if self._reference is None or _textured(self._reference) < _LEAST_BLOCKS:
            self._reference = now
            return ViewVerdict(ViewState.OK if _textured(now) >= _LEAST_BLOCKS else ViewState.BLIND, 1.0)
        moved = self._bad_looks >= _LOOKS_TO_BE_SURE
        if _textured(now, _FAINT) < _LEAST_BLOCKS:
            return ViewVerdict(ViewState.MOVED if moved else ViewState.DOUBTFUL, 0.0)
        agreement = agreement_of(self._reference, now) or 0.0
        elsewhere = fits_better_elsewhere(self._reference, now, agreement)
        if agreement >= _GOOD and not elsewhere:
            self._reference += _FOLLOW * (now - self._reference)
        # Once moved, only a good fit (the camera has swung back) ends it.
        bad = elsewhere or agreement < (_GOOD if moved else _BAD)
        self._bad_looks = self._bad_looks + 1 if bad else 0
        if self._bad_looks >= _LOOKS_TO_BE_SURE:
            return ViewVerdict(ViewState.MOVED, agreement)
        return ViewVerdict(ViewState.DOUBTFUL if bad else ViewState.OK, agreement)


def small(luma: Luma) -> Luma:
    """Shrink a brightness plane (height x width) to the size at which views are compared."""
    height, width = luma.shape
    if height >= 2 * HEIGHT_PX and width >= 2 * WIDTH_PX:  # OpenCV halves many times faster than it shrinks otherwise
        luma = np.asarray(cv2.resize(luma, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(luma, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA), np.uint8)


def agreement_of(reference: NDArray[np.float32], now: NDArray[np.float32]) -> float | None:
    """Give the share of the reference's textured blocks that `now` shows in the same place; None when too few.

    Both are of one shape (height x width).
    """
    centred, energy = _normalised(_blocks(reference, 0, 0))
    textured = energy > _TEXTURE
    if int(textured.sum()) < _LEAST_BLOCKS:
        return None
    left = np.flatnonzero(textured)  # blocks that fit nowhere yet: most fit where they were, and are done with
    for dy, dx in _SHIFTS:
        b, b_energy = _normalised(_blocks(now, dy, dx)[left])
        fit = (centred[left] * b).mean(axis=1) / (energy[left] * np.maximum(b_energy, 1.0))
        left = left[fit < _BLOCK_MATCHES]
    return 1 - len(left) / int(textured.sum())


def fits_better_elsewhere(reference: NDArray[np.float32], now: NDArray[np.float32], agreement: float) -> bool:
    """Say whether `now` agrees with the reference clearly better when it is shifted: the camera was turned a little.

    `agreement` is how it agrees unshifted.
    """
    if agreement >= _BEYOND_DOUBT:
        return False
    height, width = reference.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (shift_x, shift_y), _ = cv2.phaseCorrelate(_edges(reference), _edges(now), window)
    dx, dy = round(shift_x), round(shift_y)
    if max(abs(dx), abs(dy)) <= _TOLERATED_PX:
        return False
    there = agreement_of(
        reference[max(0, -dy) : height - max(0, dy), max(0, -dx) : width - max(0, dx)],
        now[max(0, dy) : height - max(0, -dy), max(0, dx) : width - max(0, -dx)],
    )
    return there is not None and there >= max(_GOOD, agreement + _BETTER)


def _edges(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Edges, whatever the light: the logarithm of the gradient."""
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.0)
    strength = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    return np.log1p(strength).astype(np.float32)


def _textured(picture: NDArray[np.float32], least: float = _TEXTURE) -> int:
    """Count the blocks with more contrast than `least`, grey levels."""
    return int((_normalised(_blocks(picture, 0, 0))[1] > least).sum())


def _blocks(picture: NDArray[np.float32], dy: int, dx: int) -> NDArray[np.float32]:
    """Cut the inner picture, shifted, into blocks: shape (count, pixels)."""
    height, width = picture.shape
    rows, columns = (height - 2 * _SHIFT_PX) // _BLOCK_PX, (width - 2 * _SHIFT_PX) // _BLOCK_PX
    y, x = _SHIFT_PX + dy, _SHIFT_PX + dx
    cut = picture[y : y + rows * _BLOCK_PX, x : x + columns * _BLOCK_PX]
    return cut.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX).transpose(0, 2, 1, 3).reshape(rows * columns, -1)


def _normalised(blocks: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    centred = blocks - blocks.mean(axis=1, keepdims=True)
    return centred, np.sqrt((centred * centred).mean(axis=1))
