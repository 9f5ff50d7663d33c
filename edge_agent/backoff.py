"""How long to wait before trying again."""

from __future__ import annotations

import random


def backoff_s(attempts: int, first_s: float, longest_s: float, jitter: float | None = None) -> float:
    """Give the seconds to wait after `attempts` tries (1, 2, ...): `first_s`, doubled each time, at most `longest_s`.

    Up to a quarter is added by chance (`jitter`, 0..1, fixes it), so that a city's boxes do not come back all at once.
    """
    doubled = first_s * 2.0 ** min(max(attempts, 1) - 1, 30)
    share = random.random() if jitter is None else jitter
    return float(min(doubled * (1 + share / 4), longest_s))
