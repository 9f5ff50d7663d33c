"""Ids: UUIDv7, sorted by time, and the same one for the same event told twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import derived_id, new_id

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
NAMES = st.lists(st.text(), min_size=1, max_size=4)


def unix_ms(identifier: UUID) -> int:
    return identifier.int >> 80


@given(MOMENTS, NAMES)
def test_an_event_told_again_after_a_power_cut_has_the_same_id(at: datetime, names: list[str]) -> None:
    assert derived_id(at, *names) == derived_id(at, *names)


@given(MOMENTS, NAMES)
def test_ids_are_uuids_of_version_7_that_carry_their_time(at: datetime, names: list[str]) -> None:
    for identifier in (derived_id(at, *names), new_id(at)):
        assert (identifier.version, identifier.variant) == (7, RFC_4122)
        assert abs(unix_ms(identifier) - at.timestamp() * 1000) <= 1


@given(MOMENTS, st.timedeltas(timedelta(milliseconds=2), timedelta(days=900)))
def test_ids_sort_by_time(at: datetime, later: timedelta) -> None:
    assert new_id(at) < new_id(at + later)


def test_the_time_zone_in_which_a_moment_is_written_does_not_matter() -> None:
    at = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
    shanghai = at.astimezone(timezone(timedelta(hours=8)))
    assert derived_id(at, "box-17", "stay") == derived_id(shanghai, "box-17", "stay")


def test_different_events_of_one_moment_have_different_ids() -> None:
    at = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
    names = [("a", "b"), ("ab",), ("b", "a"), ("a", "b", ""), ("a",), ("b",)]
    assert len({derived_id(at, *name) for name in names}) == len(names)
    assert new_id(at) != new_id(at)
