"""How far a share can be trusted that was counted on few."""

from __future__ import annotations

from math import sqrt

_Z_95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: 95 % lie within this on both sides."""


def wilson_interval(right: int, total: int) -> tuple[float, float]:
    """Give the 95 % score interval of the share `right / total` (0..1), after Wilson, JASA 22 (1927), 209-212.

    Unlike the usual plus-minus it is never empty for 0 or all of a few: 5 right of 5 say "at least 57 %".
    Without any the interval is (0, 1). Raises ValueError unless 0 <= right <= total.
    """
    if not 0 <= right <= total:
        raise ValueError(f"{right} right of {total} is no share")
    if total == 0:
        return 0.0, 1.0
    share, z2 = right / total, _Z_95**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z_95 * sqrt(share * (1 - share) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    return max(0.0, middle - half), min(1.0, middle + half)
