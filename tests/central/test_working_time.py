"""Working hours: breaks, nights, holidays, extra working days, and the days on which clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from central.site.calendar import Calendar, WorkingTime
from rules.schedule import Schedule, Weekday, Window

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
WEEK = tuple(Weekday)[:5]
OFFICE = (Window(days=WEEK, start=time(8), end=time(12)), Window(days=WEEK, start=time(13), end=time(17)))


def at(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def office(zone: ZoneInfo = SHANGHAI, **more: frozenset[date]) -> WorkingTime:
    return WorkingTime(Calendar(windows=OFFICE, **more), zone)


def test_a_case_of_friday_evening_is_due_on_monday() -> None:
    friday = at(SHANGHAI, "2026-11-20T16:45")
    assert office().add(friday, 30) == at(SHANGHAI, "2026-11-23T08:15")
    assert office().minutes_between(friday, at(SHANGHAI, "2026-11-23T09:00")) == 15 + 60


def test_the_midday_break_does_not_count() -> None:
    assert office().add(at(SHANGHAI, "2026-11-23T11:50"), 20) == at(SHANGHAI, "2026-11-23T13:10")
    assert office().add(at(SHANGHAI, "2026-11-23T11:50"), 10) == at(SHANGHAI, "2026-11-23T12:00")


def test_a_holiday_is_passed_over_and_its_extra_working_day_is_worked() -> None:
    working = office(holidays=frozenset({date(2026, 10, 1)}), extra_working_days=frozenset({date(2026, 10, 10)}))
    assert working.add(at(SHANGHAI, "2026-09-30T16:30"), 60) == at(SHANGHAI, "2026-10-02T08:30")
    assert working.add(at(SHANGHAI, "2026-10-09T16:30"), 60) == at(SHANGHAI, "2026-10-10T08:30")


def test_a_night_shift_is_an_hour_shorter_when_clocks_go_forward() -> None:
    nights = WorkingTime(Calendar(windows=(Window(start=time(22), end=time(6)),)), BERLIN)
    spring, autumn, plain = (at(BERLIN, f"{day}T22:00") for day in ("2026-03-28", "2026-10-24", "2026-11-23"))
    for start, hours in ((spring, 7), (autumn, 9), (plain, 8)):
        end = datetime.combine(start.date() + timedelta(days=1), time(6), BERLIN)
        assert nights.minutes_between(start, end) == hours * 60
        assert nights.add(start, hours * 60) == end


def test_windows_that_overlap_count_once_and_a_calendar_without_windows_always_works() -> None:
    double = WorkingTime(Calendar(windows=(Window(), Window(start=time(8), end=time(9)))), SHANGHAI)
    always = WorkingTime(Calendar(), SHANGHAI)
    start = at(SHANGHAI, "2026-11-23T08:30")
    for working in (double, always):
        assert working.minutes_between(start, start + timedelta(days=3)) == 3 * 24 * 60
        assert working.add(start, 5000) == start + timedelta(minutes=5000)


hours = st.integers(6, 23).map(time)  # no clock is changed at these hours
windows = st.builds(
    Window, days=st.sets(st.sampled_from(WEEK), min_size=1).map(tuple), start=hours, end=hours | st.just(time(3))
)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
calendars = st.builds(
    Calendar,
    windows=st.lists(windows, min_size=1, max_size=3).map(tuple),
    holidays=st.frozensets(days, max_size=3),
    extra_working_days=st.just(frozenset()),
)
year_begins = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 365 * 24 * 60 * 60 - 1).map(lambda second: year_begins + timedelta(seconds=second))
zones = st.sampled_from([SHANGHAI, BERLIN])


@given(calendars, zones, moments, st.integers(0, 3000))
def test_what_is_added_lies_between(calendar: Calendar, zone: ZoneInfo, start: datetime, minutes: int) -> None:
    working = WorkingTime(calendar, zone)
    end = working.add(start, minutes)
    assert end >= start
    assert abs(working.minutes_between(start, end) - minutes) < 1e-6


@given(calendars, zones, st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_minutes_of_two_stretches_are_those_of_the_whole(
    calendar: Calendar, zone: ZoneInfo, three: list[datetime]
) -> None:
    working = WorkingTime(calendar, zone)
    first, middle, last = three
    parts = working.minutes_between(first, middle) + working.minutes_between(middle, last)
    assert abs(parts - working.minutes_between(first, last)) < 1e-6


@given(calendars, zones, moments)
def test_it_is_worked_when_the_rules_schedule_applies(calendar: Calendar, zone: ZoneInfo, moment: datetime) -> None:
    schedule = Schedule(windows=calendar.windows, holidays=calendar.holidays)
    assert WorkingTime(calendar, zone).is_working(moment) == schedule.applies(moment.timestamp(), zone)
