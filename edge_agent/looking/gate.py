"""Whether anything has changed in a part of the picture since the detector last saw it.

The brightness of the part, shrunk to a few kilopixels, is compared with how it was then. Light that changes everywhere
alike is taken out first, and the limit follows the noise of the sensor; what remains in several neighbouring cells is
something that came, went or moved. A slow change adds up, since the comparison is with the detector's last look and
not with the picture before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

import cv2
import numpy as np
from numpy.typing import NDArray

from rules.observation import Box

Luma = NDArray[np.uint8]

_LEAST_STEP = 7.0  # grey levels: less is noise, JPEG blocks, rain
_NOISE_FACTOR = 5.0
_CELLS = 3  # neighbouring cells that have changed; a far car covers ten
_MOST_GAIN = 2.0  # a camera's exposure moves by less between two looks
_REMEMBERED = 64


class Gate:
    """Remembers how parts of one camera's picture looked when the detector saw them. Parts are known by a key."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, tuple[Luma, float]] = OrderedDict()

    def looked(self, key: Hashable, now: Luma, at_s: float) -> None:
        """Note that the detector sees a part now; `now` is its brightness (see `part_of`)."""
        self._known[key] = now.copy(), at_s
        self._known.move_to_end(key)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def looked_at_s(self, key: Hashable) -> float:
        """Say when the detector last saw a part; minus infinity when it never did."""
        known = self._known.get(key)
        return known[1] if known else -np.inf

    def changed(self, key: Hashable, now: Luma) -> bool:
        """Say whether a part looks different from when the detector last saw it; yes when it never did."""
        known = self._known.get(key)
        return known is None or known[0].shape != now.shape or differ(known[0], now)


def part_of(picture: Luma, box: Box) -> Luma:
    """View a part (normalised xyxy) of a small brightness picture; at least one pixel."""
    height, width = picture.shape
    x1, y1 = min(int(box[0] * width), width - 1), min(int(box[1] * height), height - 1)
    return picture[max(0, y1) : max(y1 + 1, round(box[3] * height)), max(0, x1) : max(x1 + 1, round(box[2] * width))]


def differ(before: Luma, now: Luma) -> bool:
    """Say whether two small brightness pictures of one shape show different things."""
    (mean_b, spread_b), (mean_n, spread_n) = _moments(before), _moments(now)
    gain = min(max(spread_b / max(spread_n, 1.0), 1 / _MOST_GAIN), _MOST_GAIN)
    # One pass in C: the light taken out, then what is left, smoothed over neighbours.
    matched = cv2.addWeighted(now, gain, before, -1.0, mean_b - gain * mean_n, dtype=cv2.CV_32F)
    smooth = np.abs(cv2.blur(matched, (3, 3)))
    noise = float(np.median(smooth[::2, ::2])) * 1.48
    limit = max(_LEAST_STEP, _NOISE_FACTOR * noise)
    return int(np.count_nonzero(smooth > limit)) >= _CELLS


def _moments(luma: Luma) -> tuple[float, float]:
    mean, spread = cv2.meanStdDev(luma)
    return float(mean[0, 0]), float(spread[0, 0])
