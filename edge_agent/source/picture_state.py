"""Whether a picture can be judged at all: black and frozen ones look like an empty street."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from edge_agent.source.pixels import Pixels

_STEP = 16  # every 16th pixel each way: 8,000 of a 1920x1080 picture
_DARK = 40  # 16 is black in limited range; lamps, headlights and sensor noise of a street at night are above this
_DARK_SHARE = 0.995
_FLAT = 6  # grey levels between the 1st and the 99th percentile of a covered or blinded lens


class PictureState(StrEnum):
    """What a picture shows."""

    OK = "ok"
    BLACK = "black"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A picture's state, and why, in Chinese and English (empty when ok)."""

    state: PictureState
    reason_zh: str = ""
    reason_en: str = ""


_OK = Judgement(PictureState.OK)


def small_luma(luma: Pixels) -> Pixels:
    """Take every 16th pixel each way, so that a picture can be kept for comparison: 8 kB of 1920x1080. Copies."""
    return luma[_STEP // 2 :: _STEP, _STEP // 2 :: _STEP].copy()


def picture_state(previous: Pixels | None, now: Pixels) -> Judgement:
    """Judge a picture by its small luma (see `small_luma`) and that of the picture before, if there was one.

    Frozen means equal to the bit: a live sensor always has noise. One such pair may be chance in a very dark street;
    `PictureWatch` waits for several.
    """
    if now.size == 0:
        return _OK
    if float(np.mean(now < _DARK)) >= _DARK_SHARE:
        return Judgement(
            PictureState.BLACK,
            f"画面全黑（平均亮度 {now.mean():.0f}/255），请检查镜头盖、补光和摄像机供电",
            f"the picture is black (mean brightness {now.mean():.0f} of 255); check lens cap, lighting and power",
        )
    low, high = np.percentile(now, (1, 99))
    if high - low < _FLAT:
        return Judgement(
            PictureState.BLACK,
            f"画面没有内容（亮度差仅 {high - low:.0f} 级），镜头可能被遮挡或过曝",
            f"the picture shows nothing (brightness varies by {high - low:.0f} levels); is the lens covered?",
        )
    if previous is not None and previous.shape == now.shape and np.array_equal(previous, now):
        return Judgement(
            PictureState.FROZEN,
            "画面与上一帧逐位相同，摄像机可能已卡死，请重启摄像机",
            "the picture is equal to the one before to the bit; the camera may hang, restart it",
        )
    return _OK


class PictureWatch:
    """Judges the pictures of one camera, one after the other; frozen only after several equal ones in a row.

    Few pixels are compared first, and all of them only when those are equal: a still street at night, smoothed and
    compressed, may well have the same few pixels twice.
    """

    def __init__(self, frozen_after: int = 4) -> None:
        self._frozen_after = frozen_after
        self._previous: Pixels | None = None
        self._checksum: int | None = None  # of the whole previous picture, where it had to be made
        self._equal = 0

    @property
    def may_be_frozen(self) -> bool:
        """Whether the last picture seemed equal to the one before: it should not be long until the next is judged."""
        return self._equal > 0

    def judge(self, luma: Pixels) -> Judgement:
        """Judge the next picture by its full luma."""
        now = small_luma(luma)
        judgement = picture_state(self._previous, now)
        self._previous = now
        if judgement.state is not PictureState.FROZEN:
            self._checksum, self._equal = None, 0
            return judgement
        before, self._checksum = self._checksum, zlib.crc32(np.ascontiguousarray(luma).data)
        self._equal = self._equal + 1 if before is None or before == self._checksum else 0
        return judgement if self._equal >= self._frozen_after else _OK
