"""How often somebody may do something: a token bucket for each name. Pure: no clock."""

from __future__ import annotations

from collections import OrderedDict

_MOST_NAMES = 10_000


class Allowance:
    """`at_once` at a time, and `per_s` a second in the long run. Times are monotonic seconds."""

    def __init__(self, at_once: float, per_s: float) -> None:
        self._at_once, self._per_s = at_once, per_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, now_s: float) -> bool:
        """Say whether `name` may do it once more now."""
        left, since_s = self._left.get(name, (self._at_once, now_s))
        left = min(self._at_once, left + (now_s - since_s) * self._per_s)
        allowed = left >= 1
        self._left[name] = (left - 1 if allowed else left, now_s)
        self._left.move_to_end(name)
        if len(self._left) > _MOST_NAMES:
            self._left.popitem(last=False)
        return allowed
