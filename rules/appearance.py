"""How a place looks, small enough to keep and record, and whether two looks show the same thing.

A patch is 24x24 luma and 6x6 of each chroma plane, 648 bytes. Two patches are compared block by block with
zero-mean normalised cross-correlation (Lewis 1995, "Fast Normalized Cross-Correlation"), which does not care for
brightness and contrast; the median over the blocks does not care for a passer-by who hides some of them; a small
search does not care for a camera that trembles. Colour is compared after the difference in light is taken out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from rules.observation import Box

LUMA_SIDE = 24
CHROMA_SIDE = 6
PATCH_BYTES = LUMA_SIDE**2 + 2 * CHROMA_SIDE**2

_SAME_HALF = 0.6  # half of the blocks fit: it is the same
_SAME_PART = 0.75  # a quarter of them fit surely: it may be the same, partly hidden

_BLOCKS = 4
_SHIFT = 2
_SHOWN = 0.8  # share of a block that nothing may cover for it to count
_FLAT = 3.0  # grey levels: a block with less contrast is noise and says nothing
_COLOUR_SHARE = 0.7  # of the cells must agree in colour; a passer-by takes some
_COLOUR_LIMIT = 14.0  # chroma levels that light, noise and JPEG explain; a red car beside a blue one differs by 30


@dataclass(frozen=True, slots=True)
class _Patch:
    luma: NDArray[np.float32]
    chroma: NDArray[np.float32]
    brightness: float


@dataclass(frozen=True, slots=True)
class _Reference:
    """What is needed of a patch again and again: `blocks` (N, pixels) are its textured blocks, zero-mean."""

    patch: _Patch
    textured: NDArray[np.bool_]
    blocks: NDArray[np.float32]
    energy: NDArray[np.float32]


def make_patch(luma: NDArray[np.uint8], u: NDArray[np.uint8], v: NDArray[np.uint8]) -> bytes:
    """Pack a patch from luma (24x24) and chroma planes (6x6 each)."""
    return luma.tobytes() + u.tobytes() + v.tobytes()


def _unpack(patch: bytes) -> _Patch:
    values = np.frombuffer(patch, np.uint8).astype(np.float32)
    luma = values[: LUMA_SIDE**2].reshape(LUMA_SIDE, LUMA_SIDE)
    chroma = values[LUMA_SIDE**2 :].reshape(2, CHROMA_SIDE, CHROMA_SIDE) - 128.0
    return _Patch(luma, chroma, float(_quantile(np.sort(luma, axis=None), 0.5)))


@lru_cache(maxsize=2048)  # a stay's look hardly changes
def _reference(patch: bytes) -> _Reference:
    unpacked = _unpack(patch)
    inner = slice(_SHIFT, LUMA_SIDE - _SHIFT)
    blocks = _blocks(unpacked.luma[None, inner, inner])[0]
    blocks = blocks - blocks.mean(axis=1, keepdims=True)
    energy = np.sqrt((blocks * blocks).mean(axis=1))
    textured = energy > _FLAT
    return _Reference(unpacked, textured, blocks[textured], energy[textured])


def _blocks(lumas: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut (N, S, S) patches into their blocks: shape (N, 16, pixels)."""
    count, side = len(lumas), lumas.shape[1] // _BLOCKS
    cut = lumas.reshape(count, _BLOCKS, side, _BLOCKS, side)
    return cut.transpose(0, 1, 3, 2, 4).reshape(count, _BLOCKS**2, side * side)


def _quantile(ordered: NDArray[np.float32], share: float) -> Any:
    """Interpolate a quantile over the last axis of sorted values; numpy's own costs ten times as much here."""
    at = share * (ordered.shape[-1] - 1)
    low = int(at)
    high = min(low + 1, ordered.shape[-1] - 1)
    return ordered[..., low] + (ordered[..., high] - ordered[..., low]) * np.float32(at - low)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two patches are, each 0..1: `half` of the blocks fit so well or better, and a quarter (`part`)."""

    half: float
    part: float

    @property
    def same(self) -> bool:
        """Whether both show the same thing."""
        return self.half >= _SAME_HALF

    @property
    def another(self) -> bool:
        """Whether they show different things: not even a part is the same."""
        return not self.same and self.part < _SAME_PART


@lru_cache(maxsize=1024)  # before a look and in it the same question is asked
def compare(reference: bytes, now: bytes, hidden: tuple[Box, ...] = ()) -> Likeness | None:
    """Compare two patches; None when there is too little texture or no patch to say.

    What lies under `hidden` (xyxy, fractions of the patch) is left out: somebody stands before it.

    Median and upper quartile over 4x4 blocks of the normalised cross-correlation, each at its best shift of at most
    2 of 24 cells. On labelled street scenes the median tells an empty place from an occupied one, and the quartile one
    car from the next, also while people pass in front (docs/accuracy.md has the table).
    """
    if len(reference) != PATCH_BYTES or len(now) != PATCH_BYTES:
        return None
    known = _reference(reference)
    if len(known.blocks) < _BLOCKS:
        return None
    seen = _unpack(now)
    side = LUMA_SIDE - 2 * _SHIFT
    shifted = sliding_window_view(seen.luma, (side, side)).reshape(-1, side, side)
    b = _blocks(shifted)[:, known.textured]
    b = b - b.mean(axis=2, keepdims=True)
    b_energy = np.sqrt(np.einsum("sbp,sbp->sb", b, b) / b.shape[2])
    fit = np.einsum("bp,sbp->sb", known.blocks, b) / b.shape[2]
    fit /= known.energy * np.maximum(b_energy, _FLAT / 2) + 1e-6
    visible = None
    if hidden:
        visible = _visible(hidden)
        inner = slice(_SHIFT, LUMA_SIDE - _SHIFT)
        fit = fit[:, (_blocks(visible[None, inner, inner])[0].mean(axis=1) >= _SHOWN)[known.textured]]
        if fit.shape[1] < _BLOCKS:
            return None
    fit.sort(axis=1)
    half, part = _quantile(fit, 0.5).max(), _quantile(fit, 0.75).max()
    colour = _colour_agreement(known.patch, seen) if visible is None else _visible_colour(known.patch, seen, visible)
    return Likeness(max(0.0, float(half)) * colour, max(0.0, float(part)) * colour)


def _colour_agreement(first: _Patch, second: _Patch) -> float:
    """Give 1 when the colours fit after the difference in light is taken out, falling to 0 for another colour."""
    gain = (second.brightness + 8.0) / (first.brightness + 8.0)
    expected = first.chroma * min(max(gain, 0.4), 2.5)
    distance = float(_quantile(np.sort(np.abs(second.chroma - expected).sum(axis=0), axis=None), _COLOUR_SHARE))
    return min(max(1.0 - (distance - _COLOUR_LIMIT) / _COLOUR_LIMIT, 0.0), 1.0)


def _visible(hidden: tuple[Box, ...]) -> NDArray[np.float32]:
    """Mark the cells of a patch (24x24) that nothing covers with 1, the others with 0."""
    shown = np.ones((LUMA_SIDE, LUMA_SIDE), np.float32)
    for x1, y1, x2, y2 in hidden:
        left, top = max(0, int(x1 * LUMA_SIDE)), max(0, int(y1 * LUMA_SIDE))
        shown[top : max(0, math.ceil(y2 * LUMA_SIDE)), left : max(0, math.ceil(x2 * LUMA_SIDE))] = 0.0
    return shown


def _visible_colour(first: _Patch, second: _Patch, visible: NDArray[np.float32]) -> float:
    """Compare colours, and the light that explains them, where nothing covers them."""
    cell = LUMA_SIDE // CHROMA_SIDE
    cells = visible.reshape(CHROMA_SIDE, cell, CHROMA_SIDE, cell).mean(axis=(1, 3)) >= _SHOWN
    parts = (
        _Patch(p.luma, p.chroma[:, cells], float(_quantile(np.sort(p.luma[visible > 0]), 0.5))) for p in (first, second)
    )
    return _colour_agreement(*parts) if cells.any() else 1.0


def blend(reference: bytes, now: bytes, share: float = 0.1) -> bytes:
    """Let a reference follow slow changes of light: `share` of it becomes what is seen now."""
    old, new = np.frombuffer(reference, np.uint8).astype(np.float32), np.frombuffer(now, np.uint8)
    return np.rint(old + share * (new - old)).astype(np.uint8).tobytes()
