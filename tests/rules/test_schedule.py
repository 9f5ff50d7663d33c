"""When a zone applies, by the clock on the wall."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rules.schedule import Schedule
from tests.street import CAR, START_S, Street, looks, watch_street, zone

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def schedule(text: str) -> Schedule:
    return Schedule.model_validate(yaml.safe_load(text))


def applies(plan: Schedule, local: str, place: ZoneInfo = BERLIN, fold: int = 0) -> bool:
    return plan.applies(datetime.fromisoformat(local).replace(tzinfo=place, fold=fold).timestamp(), place)


def test_a_zone_without_a_schedule_applies_always() -> None:
    assert applies(Schedule(), "2026-01-01T00:00")
    assert applies(Schedule(), "2026-07-05T13:37")


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-03-02T06:59:59", False),
        ("2026-03-02T07:00:00", True),
        ("2026-03-02T18:59:59", True),
        ("2026-03-02T19:00:00", False),
    ],
)
def test_a_window_begins_at_its_start_and_is_over_at_its_end(local: str, expected: bool) -> None:
    assert applies(schedule("windows: [{start: 07:00, end: 19:00}]"), local) is expected


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        pytest.param("2026-03-06T21:59", False, id="friday before it starts"),
        pytest.param("2026-03-06T22:00", True, id="friday night"),
        pytest.param("2026-03-07T05:59", True, id="saturday morning belongs to friday"),
        pytest.param("2026-03-07T06:00", False, id="saturday"),
        pytest.param("2026-03-07T23:00", False, id="saturday night is not listed"),
        pytest.param("2026-03-06T03:00", False, id="friday morning belongs to thursday"),
    ],
)
def test_a_window_across_midnight_belongs_to_the_day_on_which_it_starts(local: str, expected: bool) -> None:
    assert applies(schedule("windows: [{days: [fri], start: 22:00, end: 06:00}]"), local) is expected


def test_24_00_is_the_end_of_the_day() -> None:
    plan = schedule("windows: [{days: [mon], start: 18:00, end: 24:00}]")
    assert applies(plan, "2026-03-02T23:59:59")
    assert not applies(plan, "2026-03-03T00:00")


def test_equal_start_and_end_are_a_whole_day() -> None:
    plan = schedule("windows: [{days: [mon], start: 08:00, end: 08:00}]")
    assert not applies(plan, "2026-03-02T07:59")
    assert applies(plan, "2026-03-02T08:00")
    assert applies(plan, "2026-03-03T07:59")
    assert not applies(plan, "2026-03-03T08:00")


def test_weekdays_and_weekend_can_differ() -> None:
    plan = schedule("""
        windows:
          - {days: [mon, tue, wed, thu, fri], start: "07:00", end: "20:00"}
          - {days: [sat, sun], start: "10:00", end: "16:00"}
    """)
    assert applies(plan, "2026-03-06T08:00")
    assert not applies(plan, "2026-03-07T08:00")
    assert applies(plan, "2026-03-07T11:00")


HOLIDAYS = """
    windows:
      - {days: [mon, tue, wed, thu, fri, sat, sun], start: "07:00", end: "20:00"}
      - {days: [holiday], start: "12:00", end: "14:00"}
    holidays: [2026-05-01]
"""


def test_on_a_holiday_only_windows_for_holidays_start() -> None:
    plan = schedule(HOLIDAYS)
    assert applies(plan, "2026-04-30T08:00")
    assert not applies(plan, "2026-05-01T08:00")
    assert applies(plan, "2026-05-01T13:00")


def test_a_night_that_began_before_a_holiday_goes_on_into_it() -> None:
    plan = schedule("{windows: [{start: 22:00, end: 06:00}], holidays: [2026-05-01]}")
    assert applies(plan, "2026-05-01T05:00")
    assert not applies(plan, "2026-05-01T23:00")
    assert not applies(plan, "2026-05-02T05:00")


def test_a_schedule_without_windows_applies_on_holidays_too() -> None:
    assert applies(schedule("holidays: [2026-05-01]"), "2026-05-01T12:00")


def test_first_and_last_day_bound_it() -> None:
    plan = schedule("{first_day: 2026-03-02, last_day: 2026-03-04}")
    assert [applies(plan, f"2026-03-0{day}T12:00") for day in range(1, 6)] == [False, True, True, True, False]


def test_the_night_of_the_last_day_is_its_own() -> None:
    plan = schedule("{windows: [{start: 22:00, end: 06:00}], first_day: 2026-03-02, last_day: 2026-03-04}")
    assert not applies(plan, "2026-03-02T05:00")
    assert applies(plan, "2026-03-05T05:00")
    assert not applies(plan, "2026-03-05T22:30")


def test_windows_keep_wall_clock_time_when_the_clock_goes_forward() -> None:
    """29 March 2026: 02:00 becomes 03:00."""
    plan = schedule("windows: [{start: 22:00, end: 06:00}]")
    assert applies(plan, "2026-03-29T05:59")
    assert not applies(plan, "2026-03-29T06:00")
    early = schedule("windows: [{start: 01:30, end: 03:30}]")
    assert applies(early, "2026-03-29T01:45")
    assert applies(early, "2026-03-29T03:15")
    assert not applies(early, "2026-03-29T03:45")


@pytest.mark.parametrize("fold", [0, 1])
def test_windows_keep_wall_clock_time_when_the_clock_goes_back(fold: int) -> None:
    """25 October 2026: the hour from 02:00 comes twice."""
    assert applies(schedule("windows: [{start: 02:00, end: 03:00}]"), "2026-10-25T02:30", fold=fold)
    assert not applies(schedule("windows: [{start: 03:00, end: 04:00}]"), "2026-10-25T02:30", fold=fold)


def test_the_same_moment_is_another_time_of_day_elsewhere() -> None:
    plan = schedule("windows: [{start: 07:00, end: 09:00}]")
    moment = datetime.fromisoformat("2026-03-02T08:00+08:00").timestamp()
    assert plan.applies(moment, SHANGHAI)
    assert not plan.applies(moment, BERLIN)


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("22:00", "22:00:00"),
        ('"22:00"', "22:00:00"),
        ("7:30", "07:30:00"),
        ("07:30", "07:30:00"),
        ("24:00", "00:00:00"),
    ],
)
def test_times_as_yaml_reads_them(written: str, start: str) -> None:
    """YAML 1.1 takes 22:00 for a number in base 60."""
    plan = schedule(f"windows: [{{start: {written}}}]")
    assert plan.windows[0].start.isoformat() == start


@pytest.mark.parametrize("written", ["7", "22.30", "2200", "25:00", "1500", "true", '"7 pm"', '"22:00+02:00"', "[1]"])
def test_what_is_no_time_of_day_is_refused_with_the_way_to_write_it(written: str) -> None:
    with pytest.raises(ValidationError, match="no time of day: write it as"):
        schedule(f"windows: [{{start: {written}}}]")


@pytest.mark.parametrize("text", ["windows: [{days: [monday]}]", "windows: [{from: 07:00}]", "weekly: []"])
def test_typing_errors_are_errors(text: str) -> None:
    with pytest.raises(ValidationError):
        schedule(text)


def test_a_schedule_survives_json() -> None:
    plan = schedule(HOLIDAYS)
    assert Schedule.model_validate_json(plan.model_dump_json()) == plan


def test_time_before_the_window_does_not_count_towards_the_dwell() -> None:
    """The street begins at 10:00; the zone applies from 10:02."""
    street = Street().add("car", CAR, 0, 600)
    told = watch_street(street, [zone(when={"windows": [{"start": "10:02", "end": "12:00"}]})], looks(300))
    assert told.confirmed_at() == [180]
    assert told.confirmed[0].first_seen_s == START_S + 120


def test_what_stood_before_the_window_closed_is_not_reported_after_it() -> None:
    street = Street().add("car", CAR, 30, 600)
    told = watch_street(street, [zone(when={"windows": [{"start": "09:00", "end": "10:01"}]})], looks(300))
    assert told.confirmed == []


def test_a_pause_in_the_schedule_starts_the_dwell_again() -> None:
    windows = [{"start": "10:00", "end": "10:01"}, {"start": "10:03", "end": "11:00"}]
    told = watch_street(Street().add("car", CAR, 10, 600), [zone(when={"windows": windows})], looks(300))
    assert told.confirmed_at() == [240]


def test_what_was_reported_in_the_window_is_cleared_after_it() -> None:
    street = Street().add("car", CAR, 0, 300)
    told = watch_street(street, [zone(when={"windows": [{"start": "09:00", "end": "10:02"}]})], looks(400))
    assert told.confirmed_at() == [60]
    assert len(told.cleared) == 1


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(
    start=st.integers(0, 23 * 60 + 59),
    end=st.integers(0, 23 * 60 + 59),
    minute=st.integers(0, 366 * 24 * 60),
)
def test_a_window_and_its_complement_share_no_moment_and_leave_none_out(start: int, end: int, minute: int) -> None:
    """Also around every change of the clock in a year."""
    if start == end:
        return
    first, second = (f"{m // 60:02d}:{m % 60:02d}" for m in (start, end))
    at_s = START_S + 60 * minute
    day = Schedule.model_validate({"windows": [{"start": first, "end": second}]})
    night = Schedule.model_validate({"windows": [{"start": second, "end": first}]})
    assert day.applies(at_s, BERLIN) != night.applies(at_s, BERLIN)
