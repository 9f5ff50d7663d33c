"""The simulated clock: the day, and the calls that wait for their time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
"""Monday 00:00 in Shanghai."""
END = START + timedelta(hours=24)
OVER = END + timedelta(hours=3)
"""After the day nothing new happens; what is under way arrives, and the workers finish."""


class Clock:
    """Stands still until it is moved; `at` is the centre's present."""

    def __init__(self) -> None:
        self.at = START
        self._waiting: list[tuple[datetime, int, Callable[[], object]]] = []
        self._number = 0

    def __call__(self) -> datetime:
        """Give the present."""
        return self.at

    def call(self, at: datetime, what: Callable[[], object]) -> None:
        """Let `what` happen at `at`, or at once when that is past."""
        self._number += 1
        heapq.heappush(self._waiting, (max(at, self.at), self._number, what))

    def move_to(self, at: datetime) -> None:
        """Move on to `at`, through everything that happens until then."""
        while self._waiting and self._waiting[0][0] <= at:
            self.at, _, what = heapq.heappop(self._waiting)
            what()
        self.at = at
