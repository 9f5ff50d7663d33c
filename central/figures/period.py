"""Days and months as the site's calendar has them, whatever the daylight saving does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

from central.problems import Problem

MAX_DAYS = 3660
"""Ten years: a typing error in a year is not to count for minutes."""


class BadPeriod(Problem):
    """The days do not make a period."""

    code = "bad_period"
    status = 422

    def __init__(self, first: date, last: date) -> None:
        super().__init__(
            f"日期范围无效：{first} 至 {last}；结束日期不能早于开始日期，且不超过十年",
            f"Not a period: {first} to {last}; the last day is not before the first, and at most ten years after it",
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """One day or month: from `start` up to but without `end`."""

    label: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day through the last, in the site's time zone. Raises BadPeriod."""

    first: date
    last: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not 0 <= (self.last - self.first).days < MAX_DAYS:
            raise BadPeriod(self.first, self.last)

    @classmethod
    def of(cls, first: date | None, last: date | None, zone: ZoneInfo, today: date) -> Self:
        """Fill in what is not given: through `today`, 30 days in all."""
        last = last or max(today, first or today)
        return cls(first or last - timedelta(days=29), last, zone)

    @property
    def start(self) -> datetime:
        """The first moment."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    def days(self) -> list[Slice]:
        """Cut it into days, labelled 2026-11-23."""
        count = (self.last - self.first).days + 1
        return self._cut([self.first + timedelta(days=n) for n in range(count)], "%Y-%m-%d")

    def months(self) -> list[Slice]:
        """Cut it into months, labelled 2026-11; the first and the last may be parts of one."""
        return self._cut(list(self._first_days_of_months()), "%Y-%m")

    def _first_days_of_months(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)

    def _cut(self, days: list[date], label: str) -> list[Slice]:
        bounds = [*(_midnight(day, self.zone) for day in days), self.end]
        return [
            Slice(day.strftime(label), start, end) for day, (start, end) in zip(days, pairwise(bounds), strict=True)
        ]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
