"""What stands behind something else is unknown, not gone."""

from __future__ import annotations

import pytest

from rules.event import EventPhase
from rules.observation import Box
from tests.street import BUS_IN_FRONT, CAR, START_S, Street, looks, watch_street, zone

KERB = [zone()]


def test_a_car_hidden_by_a_bus_for_20_s_is_reported_once() -> None:
    street = Street().add("car", CAR, 4, 124).add("bus", BUS_IN_FRONT, 30, 50)
    told = watch_street(street, KERB, looks(200))
    assert told.confirmed_at() == [64]
    assert [event.label for event in told.confirmed] == ["car"]
    assert told.confirmed[0].first_seen_s == START_S + 4


def test_a_car_hidden_for_longer_than_it_was_seen_keeps_its_time() -> None:
    street = Street().add("car", CAR, 4, 160).add("bus", BUS_IN_FRONT, 24, 54)
    told = watch_street(street, [zone(dwell_s=100)], looks(150))
    assert told.confirmed_at() == [104]


def test_a_car_due_while_it_is_hidden_is_reported_when_it_is_seen_again() -> None:
    street = Street().add("car", CAR, 4, 160).add("bus", BUS_IN_FRONT, 50, 80)
    told = watch_street(street, KERB, looks(150))
    assert told.confirmed_at() == [80]
    assert told.confirmed[0].first_seen_s == START_S + 4


def test_a_bus_in_front_of_a_reported_car_does_not_clear_it() -> None:
    street = Street().add("car", CAR, 0, 400).add("bus", BUS_IN_FRONT, 80, 135)
    told = watch_street(street, KERB, looks(200))
    assert told.confirmed_at() == [60]
    assert told.cleared == []


def test_a_car_that_leaves_behind_a_bus_is_cleared_after_the_bus_has_gone() -> None:
    street = Street().add("car", CAR, 0, 90).add("bus", BUS_IN_FRONT, 80, 130)
    told = watch_street(street, KERB, looks(200))
    assert told.confirmed_at() == [60]
    assert len(told.cleared) == 1
    assert 130 + 28 <= told.cleared_at()[0] <= 130 + 34


def test_bicycles_hidden_by_a_truck_that_the_zone_does_not_watch_are_not_gone() -> None:
    bicycle, truck_in_front = (0.45, 0.45, 0.55, 0.62), (0.30, 0.30, 0.75, 0.80)
    street = Street().add("bicycle", bicycle, 0, 400).add("truck", truck_in_front, 20, 58)
    told = watch_street(street, [zone(classes=("bicycle", "e_bike"))], looks(150))
    assert told.confirmed_at() == [60]
    assert told.of(EventPhase.DROPPED) == []


def person_before_car(share: float, at: float = 0.0) -> Box:
    """Somebody who hides `share` of the car, from `at` of its length on."""
    x1, y1, x2, y2 = CAR
    left = x1 + at * (x2 - x1)
    return (left, y1 - 0.05, min(x2, left + share * (x2 - x1)), y2 + 0.1)


@pytest.mark.parametrize("look", [1, 5, 7])
@pytest.mark.parametrize("at", [0.0, 0.15, 0.3])
@pytest.mark.parametrize("share", [0.3, 0.4, 0.5, 0.6, 0.7])
def test_somebody_standing_before_a_car_does_not_make_it_another(share: float, at: float, look: int) -> None:
    street = Street().add("car", CAR, 0, 300, look=look).add("person", person_before_car(share, at), 10, 50, look=107)
    told = watch_street(street, KERB, looks(70))
    assert told.confirmed_at() == [60]
    assert told.confirmed[0].first_seen_s == START_S


def test_somebody_standing_before_a_reported_car_neither_clears_it_nor_reports_it_again() -> None:
    street = Street().add("car", CAR, 0, 300).add("person", person_before_car(0.6, 0.15), 70, 180)
    told = watch_street(street, KERB, looks(250))
    assert told.confirmed_at() == [60]
    assert told.cleared == []


@pytest.mark.parametrize("look", [1, 3, 5, 7])
def test_cars_swapped_behind_somebody_are_told_apart_by_what_is_seen_of_them(look: int) -> None:
    street = Street().add("car", CAR, 0, 45, look=look).add("car", CAR, 49, 300, look=look + 1)
    street.add("person", person_before_car(0.45), 40, 90)
    told = watch_street(street, KERB, looks(130))
    assert [event.first_seen_s - START_S for event in told.confirmed] == [50]


def test_passers_by_in_front_of_a_car_at_every_look_change_nothing() -> None:
    street = Street().add("car", CAR, 0, 300)
    for i in range(40):
        left, right = (0.2, 0.4, 0.3, 0.75), (0.7, 0.4, 0.8, 0.75)
        street.add("person", left, 3 * i, 3 * i + 6, to_box=right)
    told = watch_street(street, KERB, looks(120))
    assert told.confirmed_at() == [60]


def test_the_bus_itself_is_a_stay_of_its_own() -> None:
    street = Street().add("car", CAR, 0, 300).add("bus", BUS_IN_FRONT, 20, 200)
    told = watch_street(street, KERB, looks(250))
    assert sorted((event.label, event.first_seen_s - START_S) for event in told.confirmed) == [("bus", 20), ("car", 0)]


def test_a_car_standing_before_a_waiting_bus_is_an_object_of_its_own() -> None:
    """Seen from above, its box lies nearly inside that of the bus, but its ground is nearer."""
    bus, car = (0.30, 0.30, 0.80, 0.66), (0.40, 0.52, 0.60, 0.69)
    street = Street().add("bus", bus, 0, 300).add("car", car, 10, 200)
    told = watch_street(street, KERB, looks(150))
    assert [(event.label, event.first_seen_s - START_S) for event in told.confirmed] == [("bus", 0), ("car", 10)]


def test_a_car_before_which_a_bus_stops_behind_keeps_its_time() -> None:
    bus, car = (0.30, 0.30, 0.80, 0.66), (0.40, 0.52, 0.60, 0.69)
    street = Street().add("car", car, 0, 300).add("bus", bus, 20, 200)
    told = watch_street(street, [zone(dwell_s=100)], looks(150))
    assert ("car", 0) in [(event.label, event.first_seen_s - START_S) for event in told.confirmed]


def test_a_car_that_leaves_is_cleared_though_a_bus_waits_behind_its_place() -> None:
    """The bus stands on the far lane: one sees it through the empty place."""
    bus_behind = (0.30, 0.25, 0.80, 0.60)
    street = Street().add("car", CAR, 0, 90).add("bus", bus_behind, 70, 400)
    told = watch_street(street, [zone(polygon=((0.3, 0.6), (0.7, 0.6), (0.7, 0.9), (0.3, 0.9)))], looks(200))
    assert told.confirmed_at() == [60]
    assert len(told.cleared) == 1
    assert 116 <= told.cleared_at()[0] <= 124


def test_a_bicycle_that_leaves_a_dense_row_is_cleared() -> None:
    """Its neighbours cover a part of its place, but they did so before."""
    street = Street()
    for i in range(6):
        street.add("bicycle", (0.1 + 0.075 * i, 0.5, 0.2 + 0.075 * i, 0.7), 0, 90 if i == 3 else 1e9)
    told = watch_street(street, KERB, looks(160))
    assert len(told.confirmed) == 6
    assert len(told.cleared) == 1


def test_a_bicycle_that_leaves_the_back_row_is_cleared() -> None:
    street = Street()
    for i in range(4):
        street.add("bicycle", (0.1 + 0.12 * i, 0.40, 0.2 + 0.12 * i, 0.58), 0, 90 if i == 1 else 1e9)
        street.add("bicycle", (0.1 + 0.12 * i, 0.53, 0.2 + 0.12 * i, 0.75), 0)
    told = watch_street(street, KERB, looks(160))
    assert len(told.confirmed) == 8
    assert len(told.cleared) == 1


def test_a_motorcycle_whose_rider_gets_off_and_leaves_is_timed_from_its_arrival() -> None:
    motorcycle, rider = (0.40, 0.50, 0.52, 0.70), (0.42, 0.36, 0.50, 0.66)
    street = Street().add("motorcycle", motorcycle, 0, 300)
    street.add("person", rider, 0, 12, in_front=True)
    told = watch_street(street, KERB, looks(150))
    assert told.confirmed_at() == [60]


def test_a_table_that_a_vendor_hides_half_of_the_time_is_one_stay() -> None:
    table, vendor = (0.40, 0.50, 0.55, 0.65), (0.40, 0.40, 0.50, 0.72)
    street = Street().add("car", table, 0, 300)
    for i in range(12):
        street.add("person", vendor, 4 + 20 * i, 14 + 20 * i)
    told = watch_street(street, KERB, looks(150))
    assert told.confirmed_at() in ([60], [62])
