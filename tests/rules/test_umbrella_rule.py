"""Umbrella stalls: a large umbrella that stands by itself, never one that somebody holds."""

from __future__ import annotations

import pytest

from rules.geometry import parasol_box
from rules.observation import Box
from tests.street import ASPECT, START_S, Street, looks, watch_street, zone

LAWN = zone("umbrella_stall", polygon=((0.02, 0.4), (0.98, 0.4), (0.98, 0.98), (0.02, 0.98)))

PERSON_HEIGHT = 0.3


def person_at(x: float, foot_y: float = 0.8) -> Box:
    return (x - 0.04, foot_y - PERSON_HEIGHT, x + 0.04, foot_y)


def umbrella_at(x: float, width_in_people: float, top: float = 0.45, height: float = 0.4) -> Box:
    half = width_in_people * PERSON_HEIGHT / ASPECT / 2
    return (x - half, top, x + half, top + height)


def with_walkers(street: Street, until_s: float = 240.0) -> Street:
    """People who walk through, so that the rule learns how tall they are."""
    for i in range(int(until_s / 20)):
        street.add("person", person_at(0.05, 0.95), 20.0 * i, 20.0 * i + 12, to_box=person_at(0.95, 0.95))
    return street


def test_a_market_parasol_is_reported() -> None:
    street = with_walkers(Street().add("umbrella", umbrella_at(0.5, 1.3), 10, 200))
    told = watch_street(street, [LAWN], looks(240))
    assert told.confirmed_at() == [70]
    assert len(told.cleared) == 1


def test_umbrellas_carried_through_are_none() -> None:
    street = with_walkers(Street())
    for i in range(10):
        here, there = umbrella_at(0.0, 0.6, 0.4, 0.15), umbrella_at(1.0, 0.6, 0.4, 0.15)
        street.add("umbrella", here, 20.0 * i, 20.0 * i + 14, to_box=there)
        street.add("person", person_at(0.0, 0.78), 20.0 * i, 20.0 * i + 14, to_box=person_at(1.0, 0.78))
    assert watch_street(street, [LAWN], looks(240)).confirmed == []


def test_a_person_waiting_under_an_umbrella_for_minutes_is_none() -> None:
    street = with_walkers(Street())
    street.add("person", person_at(0.5), sway=0.05).add("umbrella", umbrella_at(0.5, 0.6, 0.43, 0.12), sway=0.03)
    assert watch_street(street, [LAWN], looks(240)).confirmed == []


def test_two_people_who_chat_under_their_umbrellas_are_none() -> None:
    street = with_walkers(Street())
    for x in (0.44, 0.54):
        street.add("person", person_at(x), sway=0.05).add("umbrella", umbrella_at(x, 0.62, 0.43, 0.12), sway=0.05)
    assert watch_street(street, [LAWN], looks(240)).confirmed == []


def test_a_parasol_stands_while_hand_held_umbrellas_pass_before_it() -> None:
    street = with_walkers(Street().add("umbrella", umbrella_at(0.5, 1.3), 10, 200))
    for i in range(6):
        street.add("umbrella", umbrella_at(0.0, 0.6), 30.0 * i, 30.0 * i + 12, to_box=umbrella_at(1.0, 0.6))
    told = watch_street(street, [LAWN], looks(240))
    assert told.confirmed_at() == [70]


def test_a_parasol_where_nobody_was_seen_yet_counts() -> None:
    street = Street().add("umbrella", umbrella_at(0.5, 1.3), 10, 200)
    assert watch_street(street, [LAWN], looks(120)).confirmed_at() == [70]


def test_a_far_parasol_is_measured_against_far_people() -> None:
    """Far away a person is half as tall in the picture, and so is a parasol."""
    far = zone("umbrella_stall", polygon=((0.02, 0.3), (0.98, 0.3), (0.98, 0.98), (0.02, 0.98)))
    street = Street()
    for i in range(12):
        street.add("person", person_at(0.05, 0.95), 20.0 * i, 20.0 * i + 12, to_box=person_at(0.95, 0.95))
        street.add("person", (0.05, 0.25, 0.09, 0.40), 20.0 * i, 20.0 * i + 12, to_box=(0.9, 0.25, 0.94, 0.40))
    half = 1.2 * 0.15 / ASPECT / 2
    street.add("umbrella", (0.5 - half, 0.24, 0.5 + half, 0.40), 10, 400)
    assert watch_street(street, [far], looks(200)).confirmed_at() == [70]


def test_a_weak_umbrella_is_believed_at_a_lower_score() -> None:
    street = with_walkers(
        Street().add("umbrella", umbrella_at(0.5, 1.3), 10, score=lambda t_s: 0.36 if t_s % 8 == 0 else 0.12)
    )
    assert watch_street(street, [LAWN], looks(120)).confirmed_at() == [70]


@pytest.mark.parametrize("ground_y", [0.75, 0.9])
def test_a_canopy_without_its_pole_is_judged_by_the_ground_below(ground_y: float) -> None:
    """The detector boxes only the canopy, which hangs above a zone that is drawn on the ground."""
    width = 0.25
    top = ground_y - 0.9 * width * ASPECT
    canopy = (0.4, top, 0.4 + width, top + 0.12)
    ground = zone("umbrella_stall", polygon=((0.3, ground_y - 0.15), (0.8, ground_y - 0.15), (0.8, 1.0), (0.3, 1.0)))
    lawn_behind = zone("umbrella_stall", polygon=((0.3, 0.1), (0.8, 0.1), (0.8, top + 0.14), (0.3, top + 0.14)))
    street = with_walkers(Street().add("umbrella", canopy, 10, 400))
    assert len(watch_street(street, [ground], looks(120)).confirmed) == 1
    assert watch_street(street, [lawn_behind], looks(120)).confirmed == []


def test_a_whole_parasol_is_left_as_it_is() -> None:
    whole = (0.4, 0.3, 0.5, 0.7)
    assert parasol_box(whole, ASPECT) == whole


def test_an_umbrella_that_is_put_up_and_taken_down_in_time_is_none() -> None:
    street = with_walkers(Street().add("umbrella", umbrella_at(0.5, 1.3), 10, 60))
    assert watch_street(street, [LAWN], looks(240)).confirmed == []


def test_the_event_shows_the_whole_parasol() -> None:
    canopy = (0.4, 0.45, 0.65, 0.55)
    told = watch_street(with_walkers(Street().add("umbrella", canopy)), [LAWN], looks(100))
    assert told.confirmed[0].box == pytest.approx(parasol_box(canopy, ASPECT), abs=1e-3)
    assert told.confirmed[0].first_seen_s == START_S
