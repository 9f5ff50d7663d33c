"""When a zone applies: weekly windows, dates and holidays, in the site's time zone.

Windows are wall-clock times, so that 22:00-06:00 stays 22:00-06:00 through daylight saving. A window that ends
before it starts crosses midnight and belongs to the day on which it starts.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rules.faults import FaultError


class Weekday(StrEnum):
    """Days of the week, and `holiday` for the days that a site lists as such."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    HOLIDAY = "holiday"


_DAYS = tuple(Weekday)[:7]


def _time_of_day(value: object) -> object:
    """Accept HH:MM and 24:00 (the end of the day); YAML reads 22:00 as 1320 minutes.

    Any other number is a slip: 7, 22.30 or 2200 would be read as seconds.
    """
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and (value == 0 or 60 <= value <= 24 * 60):
        value = f"{value // 60:02d}:{value % 60:02d}"
    if value == "24:00":
        return time(0, 0)
    try:
        parsed = time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is not None:
        shown = repr(value) if isinstance(value, int | float) or len(str(value)) <= 8 else "this"
        raise FaultError(
            f'{shown} is no time of day: write it as "HH:MM" in quotes, e.g. "07:30"',
            '不是有效的时刻，请写成带引号的 "HH:MM"，例如 "07:30"',
        )
    return parsed


TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]


class Window(BaseModel):
    """A stretch of the day on some days of the week; all day when `start` equals `end`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: tuple[Weekday, ...] = _DAYS
    start: TimeOfDay = time(0, 0)
    end: TimeOfDay = time(0, 0)

    def _covers(self, now: time, *, started_today: bool, started_yesterday: bool) -> bool:
        if self.start < self.end:
            return started_today and self.start <= now < self.end
        return (started_today and now >= self.start) or (started_yesterday and now < self.end)


class Schedule(BaseModel):
    """When a zone applies; always, when nothing is said.

    On a day listed in `holidays` only windows that name `holiday` start. `first_day` and `last_day` bound it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    windows: tuple[Window, ...] = ()
    holidays: frozenset[date] = Field(default=frozenset())
    first_day: date | None = None
    last_day: date | None = None

    def _starts(self, window: Window, day: date) -> bool:
        if (self.first_day and day < self.first_day) or (self.last_day and day > self.last_day):
            return False
        kind = Weekday.HOLIDAY if day in self.holidays else _DAYS[day.weekday()]
        return kind in window.days

    def applies(self, at_s: float, zone: ZoneInfo) -> bool:
        """Say whether the zone applies at `at_s` (seconds since the Unix epoch) for a site in time zone `zone`."""
        local = datetime.fromtimestamp(at_s, zone)
        today, yesterday = local.date(), local.date() - timedelta(days=1)
        windows = self.windows or (Window(days=tuple(Weekday)),)
        return any(
            window._covers(
                local.time(),
                started_today=self._starts(window, today),
                started_yesterday=self._starts(window, yesterday),
            )
            for window in windows
        )
