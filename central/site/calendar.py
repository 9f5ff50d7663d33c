"""Working hours: how much of a stretch of time is worked, and when so many working minutes are over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, model_validator

from rules.schedule import Weekday, Window

_DAY = timedelta(days=1)
_WEEK = tuple(Weekday)[:7]


class Calendar(BaseModel):
    """When a site works, as written in the site file; always, when it says no windows.

    On a holiday only windows that name `holiday` start. An extra working day is worked like a Monday, whatever
    weekday it is (调休), and wins over a holiday.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    windows: tuple[Window, ...] = ()
    holidays: frozenset[date] = frozenset()
    extra_working_days: frozenset[date] = frozenset()

    @model_validator(mode="after")
    def _some_time_is_worked(self) -> Calendar:
        if self.windows and not any(day in _WEEK for window in self.windows for day in window.days):
            raise ValueError(
                "windows 中没有工作日，期限将永不到期，请加上 mon 等 / "
                "windows: no weekday is worked, so no deadline would ever end: add days such as mon"
            )
        return self

    def _kind_of(self, day: date) -> Weekday:
        if day in self.extra_working_days:
            return Weekday.MON
        return Weekday.HOLIDAY if day in self.holidays else _WEEK[day.weekday()]


class WorkingTime:
    """The calendar in the site's time zone. Lengths are real minutes: a day may have 23 or 25 hours."""

    def __init__(self, calendar: Calendar, zone: ZoneInfo) -> None:
        self._calendar, self._zone = calendar, zone

    def is_working(self, at: datetime) -> bool:
        """Say whether `at` is in working hours; a window's end is not."""
        return next(self._stretches(at))[0] <= at

    def minutes_between(self, start: datetime, end: datetime) -> float:
        """Give the working minutes from `start` to `end`; 0 when `end` is not later."""
        worked = timedelta()
        for opens, closes in self._stretches(start):
            if opens >= end:
                break
            worked += min(closes, end) - max(opens, start)
        return worked / timedelta(minutes=1)

    def add(self, start: datetime, minutes: float) -> datetime:
        """Give the moment (UTC) at which so many working minutes have passed since `start`."""
        left = timedelta(minutes=minutes)
        for opens, closes in self._stretches(start):
            begin = max(opens, start.astimezone(UTC))
            if begin + left <= closes:
                return begin + left
            left -= closes - begin
        raise AssertionError("unreachable")

    def _stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give the working stretches (UTC, apart from each other, in order) that end after `start`; they never end."""
        if not self._calendar.windows:
            yield start.astimezone(UTC), datetime.max.replace(tzinfo=UTC)
            return
        day = start.astimezone(self._zone).date() - 2 * _DAY
        until = start.astimezone(UTC) - 4 * _DAY  # windows may overlap: what was given is not given again
        while True:
            for opens, closes in sorted(self._of_day(day)):
                if closes > until:
                    if closes > start:
                        yield max(opens, until), closes
                    until = closes
            day += _DAY

    def _of_day(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        kind = self._calendar._kind_of(day)
        for window in self._calendar.windows:
            if kind in window.days:
                last = day if window.start < window.end else day + _DAY
                opens = datetime.combine(day, window.start, self._zone).astimezone(UTC)
                closes = datetime.combine(last, window.end, self._zone).astimezone(UTC)
                if opens < closes:
                    yield opens, closes
