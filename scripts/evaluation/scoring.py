"""Scores: which reports are correct, which events were missed, and the usual ratios."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scripts.evaluation.truth import Expected

EARLY_S, LATE_S = 3.0, 10.0
"""A report is correct from so long before the alarm is due until so long after it."""


@dataclass(frozen=True, slots=True)
class Report:
    """One reported event: kind of zone, zone and time since the clip began."""

    kind: str
    zone: str
    t_s: float


@dataclass(slots=True)
class Score:
    """Correct, false and missed reports of one clip or of many."""

    delays_s: list[float] = field(default_factory=list)
    false: list[Report] = field(default_factory=list)
    missed: list[Expected] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """Share of the reports that were correct; None without reports."""
        return _ratio(len(self.delays_s), len(self.delays_s) + len(self.false))

    @property
    def recall(self) -> float | None:
        """Share of the expected events that were reported; None without any."""
        return _ratio(len(self.delays_s), len(self.delays_s) + len(self.missed))

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both; None without events and reports."""
        hits = 2 * len(self.delays_s)
        return _ratio(hits, hits + len(self.false) + len(self.missed))

    @property
    def median_delay_s(self) -> float | None:
        """Median time from due to reported, seconds; None without correct reports."""
        return statistics.median(self.delays_s) if self.delays_s else None


def score(expected: Sequence[Expected], reports: Iterable[Report]) -> Score:
    """Match reports with events: each event at most once, the earliest fitting report wins."""
    result = Score(missed=sorted(expected, key=lambda event: event.due_s))
    for report in sorted(reports, key=lambda r: (r.t_s, r.kind, r.zone)):
        hit = next((event for event in result.missed if _fits(report, event)), None)
        if hit is None:
            result.false.append(report)
        else:
            result.missed.remove(hit)
            result.delays_s.append(report.t_s - hit.due_s)
    return result


def total(scores: Iterable[Score]) -> Score:
    """Add scores up."""
    result = Score()
    for one in scores:
        result.delays_s += one.delays_s
        result.false += one.false
        result.missed += one.missed
    return result


def _fits(report: Report, event: Expected) -> bool:
    return (report.kind, report.zone) == (event.kind, event.zone) and (-EARLY_S <= report.t_s - event.due_s <= LATE_S)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
