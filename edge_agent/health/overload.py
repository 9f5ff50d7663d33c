"""Whether a box can look at its cameras as often as they ask; said once when it cannot, and once when it can again.

Under overload the looks of all cameras stretch alike (edge_agent.sampler), so nothing else shows it. Pure: figures and
time in, an event or nothing out.
"""

from __future__ import annotations

from math import ceil

from edge_agent.sampler import SamplerStats
from edge_agent.words import camera_notices
from protocol.messages import HealthEvent

_MANY, _FEW = 0.2, 0.05  # share of the looks owed that was skipped
_LATE, _PUNCTUAL = 0.5, 0.25  # of the interval: how late all but one look in twenty were at most
_BEGINS_AFTER_S = 60.0  # so that a start, a backup or a burst on the street is not called overload
_OVER_AFTER_S = 300.0  # so that a box at its limit does not say so every other minute


class OverloadJudge:
    """Judges the looks of a box whose cameras ask for one every `look_every_s`. Ask it every half minute or so."""

    def __init__(self, look_every_s: float) -> None:
        self._every_s = look_every_s
        self._overloaded = False
        self._began_s = 0.0
        self._otherwise_since_s: float | None = None

    def judge(self, stats: SamplerStats, now_s: float) -> HealthEvent | None:
        """Give what must be told now, if anything. `now_s` is of any clock that only goes forward."""
        skipped = stats.looks_skipped / max(1, stats.looks_owed)
        late = stats.lateness_p95_s / self._every_s
        if self._overloaded:
            otherwise, for_s = skipped < _FEW and late < _PUNCTUAL, _OVER_AFTER_S
        else:
            otherwise, for_s = skipped >= _MANY or late >= _LATE, _BEGINS_AFTER_S
        if not otherwise:
            self._otherwise_since_s = None
            return None
        if self._otherwise_since_s is None:
            self._otherwise_since_s = now_s
        since_s = self._otherwise_since_s
        if now_s - since_s < for_s:
            return None
        self._overloaded, self._otherwise_since_s = not self._overloaded, None
        if not self._overloaded:
            return camera_notices.overload_over(since_s - self._began_s, self._every_s)
        self._began_s = since_s
        stretched = stats.looks_owed / max(1, stats.looks_done)
        bearable_s = self._every_s * max(2, ceil(stretched))  # whole intervals: keyframes do not come in between
        return camera_notices.overloaded(stats, self._every_s, self._every_s * stretched, bearable_s)
