"""How a place looks, small enough to keep and record, and whether two looks show the same thing.

A patch is 24x24 luma and 6x6 of each chroma plane, 648 bytes. Two patches are compared block by block with
zero-mean normalised cross-correlation (Lewis 1995, "Fast Normalized Cross-Correlation"), which does not care for
brightness and contrast; the median over the blocks does not care for a passer-by who hides some of them; a small
search does not care for a camera that trembles. Colour is compared after the difference in light is taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LUMA_SIDE = 24
CHROMA_SIDE = 6
PATCH_BYTES = LUMA_SIDE**2 + 2 * CHROMA_SIDE**2

_SAME_HALF = 0.6  # half of the blocks fit: it is the same
_SAME_PART = 0.75  # a quarter of them fit surely: it may be the same, partly hidden

_BLOCKS = 4
_SHIFT = 2
_FLAT = 3.0  # grey levels: a block with less contrast is noise and says nothing
_COLOUR_SHARE = 0.7  # of the cells must agree in colour; a passer-by takes some
_COLOUR_LIMIT = 14.0  # chroma levels that light, noise and JPEG explain; a red car beside a blue one differs by 30


@dataclass(frozen=True, slots=True)
class _Patch:
    luma: NDArray[np.float32]
    chroma: NDArray[np.float32]


def make_patch(luma: NDArray[np.uint8], u: NDArray[np.uint8], v: NDArray[np.uint8]) -> bytes:
    """Pack a patch from luma (24x24) and chroma planes (6x6 each)."""
    return luma.tobytes() + u.tobytes() + v.tobytes()


def _unpack(patch: bytes) -> _Patch:
    values = np.frombuffer(patch, np.uint8).astype(np.float32)
    luma = values[: LUMA_SIDE**2].reshape(LUMA_SIDE, LUMA_SIDE)
    return _Patch(luma, values[LUMA_SIDE**2 :].reshape(2, CHROMA_SIDE, CHROMA_SIDE) - 128.0)


def _blocks(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut a (S, S) patch into its inner blocks: shape (16, pixels)."""
    side = luma.shape[0] // _BLOCKS
    cut = luma[: side * _BLOCKS, : side * _BLOCKS].reshape(_BLOCKS, side, _BLOCKS, side)
    return cut.transpose(0, 2, 1, 3).reshape(_BLOCKS**2, side * side)


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
def compare(reference: bytes, now: bytes) -> Likeness | None:
    """Compare two patches; None when there is too little texture or no patch to say.

    Median and upper quartile over 4x4 blocks of the normalised cross-correlation, each at its best shift of at most
    2 of 24 cells. On labelled street scenes the median tells an empty place from an occupied one, and the quartile one
    car from the next, also while people pass in front (docs/accuracy.md has the table).
    """
    if len(reference) != PATCH_BYTES or len(now) != PATCH_BYTES:
        return None
    first, second = _unpack(reference), _unpack(now)
    inner = slice(_SHIFT, LUMA_SIDE - _SHIFT)
    a = _blocks(first.luma[inner, inner])
    a = a - a.mean(axis=1, keepdims=True)
    a_energy = np.sqrt((a * a).mean(axis=1))
    textured = a_energy > _FLAT
    if textured.sum() < _BLOCKS:
        return None
    shifts = range(-_SHIFT, _SHIFT + 1)
    windows = np.stack(
        [
            _blocks(second.luma[_SHIFT + dy : LUMA_SIDE - _SHIFT + dy, _SHIFT + dx : LUMA_SIDE - _SHIFT + dx])
            for dy in shifts
            for dx in shifts
        ]
    )
    b = windows - windows.mean(axis=2, keepdims=True)
    b_energy = np.sqrt((b * b).mean(axis=2))
    fit = (a[None] * b).mean(axis=2) / (a_energy[None] * np.maximum(b_energy, _FLAT / 2) + 1e-6)
    half, part = np.quantile(fit[:, textured], (0.5, 0.75), axis=1).max(axis=1)
    colour = _colour_agreement(first, second)
    return Likeness(max(0.0, float(half)) * colour, max(0.0, float(part)) * colour)


def _colour_agreement(first: _Patch, second: _Patch) -> float:
    """Give 1 when the colours fit after the difference in light is taken out, falling to 0 for another colour."""
    gain = float(np.median(second.luma) + 8.0) / float(np.median(first.luma) + 8.0)
    expected = first.chroma * np.clip(gain, 0.4, 2.5)
    distance = float(np.quantile(np.abs(second.chroma - expected).sum(axis=0), _COLOUR_SHARE))
    return float(np.clip(1.0 - (distance - _COLOUR_LIMIT) / _COLOUR_LIMIT, 0.0, 1.0))


def blend(reference: bytes, now: bytes, share: float = 0.1) -> bytes:
    """Let a reference follow slow changes of light: `share` of it becomes what is seen now."""
    old, new = np.frombuffer(reference, np.uint8).astype(np.float32), np.frombuffer(now, np.uint8)
    return np.rint(old + share * (new - old)).astype(np.uint8).tobytes()
