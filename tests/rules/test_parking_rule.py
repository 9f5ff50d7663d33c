"""Illegal parking: where a vehicle stands, how long it may, and how many make a heap."""

from __future__ import annotations

from typing import Any

import pytest
from shapely import box as rectangle

from protocol.kinds import Subject
from rules.geometry import ground_contact, inside_share
from rules.observation import Box
from tests.street import CAR, START_S, Street, looks, watch_street, zone

NEAR_HALF = ((0.0, 0.6), (1.0, 0.6), (1.0, 1.0), (0.0, 1.0))


def reported(box: Box, **fields: Any) -> bool:
    told = watch_street(Street().add("car", box), [zone(dwell_s=20, **fields)], looks(30))
    return bool(told.confirmed)


@pytest.mark.parametrize(
    ("box", "stands_inside"),
    [
        pytest.param((0.4, 0.20, 0.6, 0.70), True, id="a tall van whose roof reaches far above the zone"),
        pytest.param((0.4, 0.40, 0.6, 0.62), False, id="a car on the lane behind, whose wheels just touch"),
        pytest.param((0.4, 0.40, 0.6, 0.64), True, id="a car most of whose ground is inside"),
        pytest.param((0.4, 0.45, 0.6, 0.59), False, id="a car right behind the zone"),
    ],
)
def test_a_vehicle_is_judged_by_the_ground_under_it(box: Box, stands_inside: bool) -> None:
    assert reported(box, polygon=NEAR_HALF) is stands_inside


@pytest.mark.parametrize(
    ("box", "stands_inside"),
    [
        pytest.param((0.10, 0.45, 0.45, 0.65), False, id="a third of its length inside"),
        pytest.param((0.10, 0.45, 0.60, 0.65), True, id="six tenths of its length inside"),
        pytest.param((0.25, 0.45, 0.85, 0.65), True, id="longer than the zone on both sides"),
        pytest.param((0.05, 0.45, 0.95, 0.65), False, id="a bus three times as long as the zone"),
    ],
)
def test_a_box_that_reaches_past_the_zone_is_judged_by_its_whole_ground(box: Box, stands_inside: bool) -> None:
    assert reported(box, polygon=((0.35, 0.5), (0.75, 0.5), (0.75, 0.8), (0.35, 0.8))) is stands_inside


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((0.4, 0.75, 0.6, 1.00), id="touches the lower edge"),
        pytest.param((0.4, 0.75, 0.6, 1.01), id="a little below"),
        pytest.param((-0.01, 0.7, 0.2, 0.9), id="cut by the left edge"),
        pytest.param((0.85, 0.7, 1.01, 0.9), id="cut by the right edge"),
    ],
)
def test_a_car_cut_by_the_pictures_edge_is_judged_by_what_is_seen(box: Box) -> None:
    assert reported(box, polygon=((0, 0.6), (1, 0.6), (1, 1), (0, 1)))


def test_a_car_whose_wheels_are_below_the_picture_is_judged_by_its_lowest_visible_part() -> None:
    ground = ground_contact((0.4, 0.6, 0.6, 1.4))
    assert ground.area > 0
    assert inside_share(ground, rectangle(0.0, 0.5, 1.0, 1.0)) == pytest.approx(1.0)


def test_ground_contact_is_the_bottom_quarter() -> None:
    assert ground_contact((0.2, 0.2, 0.4, 0.6)).bounds == pytest.approx((0.2, 0.5, 0.4, 0.6))


@pytest.mark.parametrize("outside", [(1.1, 0.2, 1.3, 0.4), (-0.3, 0.2, -0.1, 0.4), (0.2, 1.1, 0.4, 1.3)])
def test_what_is_outside_the_picture_stands_in_no_zone(outside: Box) -> None:
    assert inside_share(ground_contact(outside), rectangle(0, 0, 1, 1)) == 0.0


def test_a_motorcycle_in_the_legal_bay_is_none_and_one_beside_it_is() -> None:
    bay = ((0.1, 0.5), (0.3, 0.5), (0.3, 0.8), (0.1, 0.8))
    street = Street().add("motorcycle", (0.15, 0.5, 0.25, 0.7)).add("motorcycle", (0.45, 0.5, 0.55, 0.7))
    told = watch_street(street, [zone(dwell_s=20, exclude=(bay,))], looks(40))
    assert [event.box[0] for event in told.confirmed] == pytest.approx([0.45])


def test_a_car_half_in_a_bay_counts_when_most_of_it_stands_outside() -> None:
    bay = ((0.0, 0.3), (0.45, 0.3), (0.45, 0.9), (0.0, 0.9))
    assert reported(CAR, exclude=(bay,))
    assert not reported((0.2, 0.45, 0.5, 0.65), exclude=(bay,))


def test_inside_share_can_be_set_for_a_zone() -> None:
    box = (0.10, 0.45, 0.45, 0.65)
    polygon = ((0.35, 0.4), (0.75, 0.4), (0.75, 0.8), (0.35, 0.8))
    assert not reported(box, polygon=polygon)
    assert reported(box, polygon=polygon, numbers={"inside_share": 0.2})


def test_a_truck_may_stand_longer_where_the_zone_says_so() -> None:
    street = Street().add("car", (0.1, 0.45, 0.3, 0.65)).add("truck", (0.5, 0.4, 0.8, 0.65))
    told = watch_street(street, [zone(dwell_s=30, per_class={"truck": {"dwell_s": 90}})], looks(120))
    assert [(event.label, event.at_s - START_S, event.dwell_s) for event in told.confirmed] == [
        ("car", 30, 30),
        ("truck", 90, 90),
    ]


def test_motor_and_non_motor_vehicles_are_different_kinds_of_case() -> None:
    street = Street().add("van", (0.1, 0.4, 0.4, 0.65)).add("e_bike", (0.6, 0.5, 0.7, 0.7))
    told = watch_street(street, [zone(dwell_s=20)], looks(30))
    assert {event.label: event.subject for event in told.confirmed} == {
        "van": Subject.MOTOR_VEHICLE,
        "e_bike": Subject.NON_MOTOR_VEHICLE,
    }


def bicycles(*stands: tuple[float, float]) -> Street:
    street = Street()
    for i, (from_s, until_s) in enumerate(stands):
        street.add("bicycle", (0.05 + 0.12 * i, 0.5, 0.13 + 0.12 * i, 0.7), from_s, until_s)
    return street


HEAP_OF_3 = [zone(numbers={"min_count": 3})]


def test_two_bicycles_are_no_heap_of_three() -> None:
    assert watch_street(bicycles((0, 300), (0, 300)), HEAP_OF_3, looks(200)).confirmed == []


def test_a_heap_is_reported_once_and_counts_from_the_third_bicycle() -> None:
    told = watch_street(bicycles((0, 300), (10, 300), (40, 300), (80, 300)), HEAP_OF_3, looks(200))
    assert told.confirmed_at() == [100]
    assert told.confirmed[0].count == 4
    assert told.confirmed[0].first_seen_s == START_S + 40


def test_a_heap_is_around_all_of_it() -> None:
    told = watch_street(bicycles((0, 300), (0, 300), (0, 300)), HEAP_OF_3, looks(80))
    assert told.confirmed[0].box == pytest.approx((0.05, 0.5, 0.37, 0.7), abs=1e-3)


def test_a_heap_that_falls_below_three_in_time_is_none() -> None:
    told = watch_street(bicycles((0, 300), (0, 300), (0, 40)), HEAP_OF_3, looks(200))
    assert told.confirmed == []


def test_a_heap_is_cleared_when_too_few_are_left_for_one() -> None:
    told = watch_street(bicycles((0, 900), (0, 90), (0, 90)), HEAP_OF_3, looks(200))
    assert told.confirmed_at() == [60]
    assert len(told.cleared) == 1
    assert 118 <= told.cleared_at()[0] <= 124


def test_a_heap_that_grows_again_is_reported_again() -> None:
    told = watch_street(bicycles((0, 900), (0, 90), (0, 90), (200, 900), (200, 900)), HEAP_OF_3, looks(300))
    assert told.confirmed_at() == [60, 260]


def test_a_heap_whose_bicycles_change_stays_one_heap_and_forgets_those_that_left() -> None:
    street = bicycles((0, 1e9), (0, 1e9), (0, 1e9))
    for i in range(6):
        street.add("bicycle", (0.6, 0.5, 0.68, 0.7), 100 + 100 * i, 150 + 100 * i)
    told = watch_street(street, HEAP_OF_3, looks(750))
    assert told.confirmed_at() == [60]
    assert told.cleared == []
    assert len(told.watch.snapshot()) < 20_000


def test_cars_do_not_make_a_heap_of_bicycles() -> None:
    street = bicycles((0, 300), (0, 300)).add("car", (0.5, 0.4, 0.7, 0.65))
    assert watch_street(street, HEAP_OF_3, looks(100)).confirmed == []


def test_during_the_cooldown_the_zone_says_nothing_new_of_the_same_kind() -> None:
    street = Street().add("car", CAR, 0, 80).add("car", CAR, 120, 600).add("bicycle", (0.1, 0.5, 0.2, 0.7), 120, 600)
    told = watch_street(street, [zone(numbers={"cooldown_s": 120})], looks(400))
    assert [(event.label, event.at_s - START_S) for event in told.confirmed] == [
        ("car", 60),
        ("bicycle", 180),
        ("car", told.cleared_at()[0] + 120),
    ]


def test_a_car_gone_before_the_cooldown_is_over_is_not_reported() -> None:
    street = Street().add("car", CAR, 0, 80).add("car", CAR, 120, 200)
    told = watch_street(street, [zone(numbers={"cooldown_s": 300})], looks(500))
    assert told.confirmed_at() == [60]
