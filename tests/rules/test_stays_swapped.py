"""Another object in the same place is another stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rules.appearance import PATCH_BYTES
from rules.ledger import Ledger, Patience
from rules.observation import Detection, Observation
from rules.stay import Sight
from tests.street import BUS_IN_FRONT, CAR, START_S, Street, looks, watch_street, zone

KERB = [zone()]
SEEDS = range(1, 25, 2)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("pause_s", [0, 2, 4])
def test_cars_that_change_places_are_told_apart(seed: int, pause_s: float) -> None:
    street = Street().add("car", CAR, 0, 40, look=seed).add("car", CAR, 40 + pause_s, 90, look=seed + 1)
    told = watch_street(street, KERB, looks(120))
    assert told.confirmed == []


def test_the_car_that_takes_a_place_is_timed_from_its_own_arrival() -> None:
    street = Street().add("car", CAR, 0, 45).add("car", CAR, 48, 200)
    told = watch_street(street, KERB, looks(160))
    assert [event.first_seen_s - START_S for event in told.confirmed] == [48]
    assert told.confirmed_at() == [108]


def test_a_reported_car_is_cleared_though_another_one_takes_its_place_at_once() -> None:
    street = Street().add("car", CAR, 0, 80).add("car", CAR, 82, 130)
    told = watch_street(street, KERB, looks(200))
    assert told.confirmed_at() == [60]
    assert len(told.cleared) == 1
    assert 108 <= told.cleared_at()[0] <= 114


def test_both_cars_of_a_swap_are_reported_when_both_stay_too_long() -> None:
    street = Street().add("car", CAR, 0, 80).add("car", CAR, 82, 200)
    told = watch_street(street, KERB, looks(260))
    assert told.confirmed_at() == [60, 142]
    assert len({event.stay for event in told.confirmed}) == 2
    assert len(told.cleared) == 2


def test_a_swap_behind_a_bus_is_noticed() -> None:
    street = Street().add("car", CAR, 0, 40).add("bus", BUS_IN_FRONT, 30, 50).add("car", CAR, 42, 200)
    told = watch_street(street, KERB, looks(150))
    assert [(event.label, event.first_seen_s - START_S) for event in told.confirmed] == [("car", 50)]


def test_two_cars_side_by_side_that_leave_one_after_the_other_are_two_stays() -> None:
    left, right = (0.15, 0.45, 0.35, 0.65), (0.37, 0.45, 0.57, 0.65)
    street = Street().add("car", left, 0, 100).add("car", right, 10, 140)
    told = watch_street(street, KERB, looks(220))
    assert told.confirmed_at() == [60, 70]
    assert 100 + 28 <= told.cleared_at()[0] <= 100 + 34
    assert 140 + 28 <= told.cleared_at()[1] <= 140 + 34


def test_a_car_that_moves_up_by_half_its_length_starts_again() -> None:
    x1, y1, x2, y2 = CAR
    street = Street().add("car", CAR, 0, 40, look=5).add("car", (x1 + 0.1, y1, x2 + 0.1, y2), 41, 90, look=5)
    told = watch_street(street, KERB, looks(130))
    assert told.confirmed == []


def test_somebody_before_all_of_the_next_car_does_not_bring_the_first_one_back() -> None:
    first, second = (np.random.default_rng(seed).integers(0, 255, PATCH_BYTES, np.uint8).tobytes() for seed in (1, 2))
    ledger = Ledger({"motor_vehicle": Patience(30.0, 30.0)})
    car, person = Detection("car", 0.9, CAR, first), Detection("person", 0.8, CAR)

    def look(t_s: float, shown: bytes, *found: Detection) -> None:
        ledger.look(Observation("cam", t_s, detections=found, places=dict.fromkeys(ledger.places(), shown)))

    look(0, first, car)
    look(2, first, car)
    look(4, second)  # the next one stands there already, not found yet
    assert ledger.stays[0].missed_s > 0
    look(6, second, replace(car, patch=second), person)
    assert [(stay.first_seen_s, stay.sight) for stay in ledger.stays] == [(0, Sight.MISSED), (6, Sight.SEEN)]
