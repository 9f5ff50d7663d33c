"""How many violations may be on their way at once, and what to do when nobody answers. Pure: no clock, no I/O.

While the centre answers, up to `size` violations are unanswered at a time. When it falls silent (a violation
was not answered in time, and neither was anything else since), only one is sent at a time, more and more seldom: the
broker is spared a queue of megabytes that it would have to keep for a centre that is not there. The first
acknowledgement opens the window again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from edge_agent.backoff import backoff_s

LONGEST_PAUSE_S = 300.0


@dataclass(frozen=True, slots=True)
class _Flight:
    sent_s: float
    deadline_s: float


class SendWindow:
    """The violations that were sent and not answered. Times are monotonic seconds."""

    def __init__(self, size: int, ack_timeout_s: float) -> None:
        self._size = size
        self._ack_timeout_s = ack_timeout_s
        self._flights: dict[UUID, _Flight] = {}
        self._heard_s = float("-inf")
        self._resume_s = float("-inf")
        self.silences = 0
        """How often in a row the centre did not answer in time; 0 while it answers."""

    @property
    def on_their_way(self) -> Collection[UUID]:
        """Which violations take up the window."""
        return self._flights.keys()

    def sent(self, violation: UUID, now_s: float) -> None:
        """Note that the broker has taken a violation."""
        self._flights[violation] = _Flight(now_s, now_s + self._ack_timeout_s)

    def taken(self, violation: UUID, now_s: float) -> None:
        """Note that the broker has really got it: the centre's time runs from now, unless it has answered already."""
        if violation in self._flights:
            self.sent(violation, now_s)

    def reconnected(self, now_s: float, *, forgotten: bool) -> None:
        """Note a new connection: time offline is nobody's silence.

        `forgotten`: the broker does not know us any more, so nothing is on its way.
        """
        under_way = [] if forgotten else list(self._flights)
        self._flights.clear()
        self._resume_s = float("-inf")
        for violation in under_way:
            self.sent(violation, now_s)

    def heard(self, violations: Iterable[UUID], now_s: float) -> None:
        """Note a word from the centre, about these violations and possibly others."""
        self._heard_s = now_s
        self._resume_s = float("-inf")
        self.silences = 0
        for violation in violations:
            self._flights.pop(violation, None)

    def room(self, now_s: float) -> int:
        """Say how many more may be sent now."""
        late = {one: flight for one, flight in self._flights.items() if flight.deadline_s <= now_s}
        for violation in late:
            del self._flights[violation]
        if any(self._heard_s < flight.sent_s for flight in late.values()):
            self.silences += 1
            self._resume_s = now_s + backoff_s(self.silences, self._ack_timeout_s, LONGEST_PAUSE_S)
        if now_s < self._resume_s:
            return 0
        return max(0, (1 if self.silences else self._size) - len(self._flights))

    def changes_s(self, now_s: float) -> float | None:
        """Give when `room` may next grow by itself; None when only the centre's word can make it grow."""
        times = [flight.deadline_s for flight in self._flights.values()]
        if now_s < self._resume_s:
            times.append(self._resume_s)
        return min(times, default=None)
