"""A stay's way through a zone: it opens, is confirmed once, is cleared once."""

from __future__ import annotations

import pytest

from rules.event import EventPhase
from tests.street import CAR, START_S, Street, looks, watch_street, zone

KERB = [zone()]


def test_a_car_that_stands_too_long_is_opened_confirmed_and_cleared() -> None:
    told = watch_street(Street().add("car", CAR, 10, 100), KERB, looks(200))
    assert [event.phase for event in told.events] == [EventPhase.OPENED, EventPhase.CONFIRMED, EventPhase.CLEARED]
    assert told.confirmed_at() == [70]
    assert 128 <= told.cleared_at()[0] <= 134
    assert len({event.stay for event in told.events}) == 1


def test_a_car_already_standing_at_start_up_is_counted_from_first_sight() -> None:
    told = watch_street(Street().add("car", CAR, -5000, 300), KERB, looks(100))
    assert told.confirmed_at() == [60]
    assert told.confirmed[0].first_seen_s == START_S


def test_a_clip_that_begins_at_second_0_counts_from_second_0() -> None:
    street = Street(start_s=0.0).add("car", CAR, 0, 300)
    told = watch_street(street, KERB, looks(100))
    assert [(event.first_seen_s, event.at_s) for event in told.confirmed] == [(0, 60)]


def test_a_car_that_leaves_in_time_is_dropped_and_not_reported() -> None:
    told = watch_street(Street().add("car", CAR, 10, 66), KERB, looks(200))
    assert [event.phase for event in told.events] == [EventPhase.OPENED, EventPhase.DROPPED]


def test_a_standing_car_is_reported_once_however_long_it_stands() -> None:
    told = watch_street(Street().add("car", CAR), KERB, looks(1200))
    assert told.confirmed_at() == [60]
    assert told.cleared == []


def test_a_car_missing_for_less_than_its_grace_goes_on() -> None:
    street = Street().add("car", CAR, 0, 20, look=3).add("car", CAR, 44, 200, look=3)
    told = watch_street(street, KERB, looks(120))
    assert told.confirmed_at() == [60]


def test_a_car_missing_for_longer_than_its_grace_starts_again() -> None:
    street = Street().add("car", CAR, 0, 20, look=3).add("car", CAR, 54, 200, look=3)
    told = watch_street(street, KERB, looks(150))
    assert told.confirmed_at() == [114]


def test_a_reported_car_that_comes_back_before_it_is_cleared_is_nothing_new() -> None:
    street = Street().add("car", CAR, 0, 80, look=3).add("car", CAR, 104, 300, look=3)
    told = watch_street(street, KERB, looks(250))
    assert told.confirmed_at() == [60]
    assert told.cleared == []


def test_a_reported_car_that_comes_back_after_it_was_cleared_is_a_new_stay() -> None:
    street = Street().add("car", CAR, 0, 80, look=3).add("car", CAR, 140, 300, look=3)
    told = watch_street(street, KERB, looks(250))
    assert told.confirmed_at() == [60, 200]
    assert len(told.cleared) == 1
    assert len({event.stay for event in told.confirmed}) == 2


@pytest.mark.parametrize("every_s", [2.0, 0.5, 1 / 12])
def test_cars_moving_through_are_no_stays(every_s: float) -> None:
    street = Street()
    for i in range(20):
        street.add("car", (-0.25, 0.45, -0.05, 0.65), 3.7 * i, 3.7 * i + 3.4, to_box=(1.05, 0.45, 1.25, 0.65))
    told = watch_street(street, [zone(dwell_s=5)], looks(60, every_s))
    assert told.confirmed == []
    assert len(told.watch.ledger.stays) <= 3


def test_a_car_creeping_along_in_a_jam_is_no_stay() -> None:
    street = Street().add("car", (0.1, 0.45, 0.3, 0.65), 0, 100, to_box=(0.7, 0.45, 0.9, 0.65))
    told = watch_street(street, [zone(dwell_s=30)], looks(120))
    assert told.confirmed == []


def test_what_the_zone_does_not_watch_is_not_reported() -> None:
    street = Street().add("car", CAR).add("bicycle", (0.1, 0.45, 0.2, 0.62))
    told = watch_street(street, [zone(classes=("bicycle",))], looks(100))
    assert [event.label for event in told.confirmed] == ["bicycle"]


def test_one_car_in_two_zones_breaks_both() -> None:
    zones = [zone(id="kerb", dwell_s=40), zone(id="lane", dwell_s=80)]
    told = watch_street(Street().add("car", CAR), zones, looks(120))
    assert [(event.zone, event.at_s - START_S) for event in told.confirmed] == [("kerb", 40), ("lane", 80)]


def test_the_event_tells_the_proof() -> None:
    told = watch_street(Street().add("car", CAR, score=0.7), KERB, looks(100))
    counts = told.confirmed[0].counts
    assert (counts.looks, counts.seen, counts.missed, counts.unknown) == (31, 31, 0, 0)
    assert counts.score == pytest.approx(0.7)
    assert counts.longest_gap_s == pytest.approx(2.0)


def test_a_look_that_comes_twice_changes_nothing() -> None:
    at = looks(200)
    twice = [t_s for t_s in at for _ in range(2)]
    street = Street().add("car", CAR, 4, 100)
    assert watch_street(street, KERB, twice).events == watch_street(street, KERB, at).events


def test_a_look_that_comes_late_changes_nothing() -> None:
    street = Street().add("car", CAR, 4, 100)
    at = looks(200)
    disordered = [*at[:20], at[10], *at[20:]]
    assert watch_street(street, KERB, disordered).events == watch_street(street, KERB, at).events
