"""The detector is unsure, calls things by turns, and boxes one thing twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.street import CAR, START_S, Street, looks, watch_street, zone

KERB = [zone()]


def every(number: int, score: float, *, otherwise: float = 0.0) -> Callable[[float], float]:
    """A score at every `number`-th look, another one at the others."""
    return lambda t_s: score if round(t_s / 2.0) % number == 0 else otherwise


@pytest.mark.parametrize(
    "names", [("car", "truck"), ("bicycle", "motorcycle"), ("bus", "van"), ("motorcycle", "e_bike")]
)
def test_a_thing_called_two_names_by_turns_is_one_stay(names: tuple[str, str]) -> None:
    street = Street().add(lambda t_s: names[round(t_s / 2) % 2], CAR)
    told = watch_street(street, KERB, looks(100))
    assert told.confirmed_at() == [60]
    assert told.confirmed[0].label in names


def test_the_name_is_the_one_it_was_called_most() -> None:
    street = Street().add(lambda t_s: "truck" if round(t_s / 2) % 4 == 0 else "car", CAR)
    assert watch_street(street, KERB, looks(100)).confirmed[0].label == "car"


def test_a_van_boxed_as_car_and_truck_at_once_is_one_stay() -> None:
    x1, y1, x2, y2 = CAR
    street = Street().add("car", CAR, extra=(("truck", 0.6, (x1 + 0.01, y1, x2, y2)),))
    told = watch_street(street, KERB, looks(100))
    assert len(told.confirmed) == 1
    assert len(told.watch.ledger.stays) == 1


def test_a_weak_object_is_kept_by_its_look_between_detections() -> None:
    street = Street().add("car", CAR, score=every(4, 0.5))
    told = watch_street(street, KERB, looks(100))
    assert told.confirmed_at() == [60]
    assert told.confirmed[0].counts.missed == 0


def test_an_object_that_flickers_around_the_threshold_is_one_stay() -> None:
    street = Street().add("car", CAR, score=every(3, 0.5, otherwise=0.2))
    told = watch_street(street, KERB, looks(100))
    assert told.confirmed_at() == [60]


def test_what_was_never_detected_for_sure_is_not_reported() -> None:
    told = watch_street(Street().add("car", CAR, score=0.4), KERB, looks(300))
    assert told.confirmed == []


def test_what_was_sure_twice_only_is_no_proof() -> None:
    street = Street().add("car", CAR, score=lambda t_s: 0.6 if t_s <= 2 else 0.3)
    assert watch_street(street, KERB, looks(300)).confirmed == []


def test_a_single_false_detection_on_the_road_goes_away() -> None:
    street = Street().add("car", CAR, 10, 12)
    told = watch_street(street, KERB, looks(100))
    assert told.events == []
    assert told.watch.ledger.stays == []


def test_a_false_detection_on_a_wall_that_looks_the_same_for_ever_is_let_go() -> None:
    """The place keeps its look, because it is the wall's; a detector that said so once is not believed."""
    street = Street().add("car", CAR, score=lambda t_s: 0.3 if t_s == 10 else 0.0)
    told = watch_street(street, KERB, looks(100))
    assert told.watch.ledger.stays == []


@pytest.mark.parametrize(
    "part",
    [
        pytest.param((0.42, 0.50, 0.49, 0.64), id="a door"),
        pytest.param((0.40, 0.45, 0.52, 0.65), id="the front half"),
        pytest.param((0.45, 0.45, 0.60, 0.56), id="the cabin"),
    ],
)
def test_a_part_of_a_car_with_a_box_of_its_own_is_no_second_car(part: tuple[float, float, float, float]) -> None:
    street = Street().add("car", CAR, extra=(("car", 0.6, part),))
    told = watch_street(street, KERB, looks(100))
    assert len(told.confirmed) == 1
    assert told.confirmed[0].box == pytest.approx(CAR, abs=1e-3)


def test_a_part_seen_before_the_whole_is_given_up_for_it() -> None:
    cabin = (0.45, 0.46, 0.59, 0.58)
    street = Street().add("car", CAR, score=lambda t_s: 0.0 if t_s < 8 else 0.8, extra=(("car", 0.5, cabin),))
    told = watch_street(street, KERB, looks(100))
    assert len(told.confirmed) == 1
    assert told.confirmed[0].box == pytest.approx(CAR, abs=1e-3)


@pytest.mark.parametrize("step", [0.05, 0.06, 0.08])
def test_every_bicycle_of_a_dense_row_is_counted(step: float) -> None:
    street = Street()
    for i in range(8):
        street.add("bicycle", (0.1 + step * i, 0.5, 0.2 + step * i, 0.7), 2.0 * i)
    told = watch_street(street, KERB, looks(100))
    assert len(told.confirmed) == 8


def test_sixty_bicycles_are_sixty_stays() -> None:
    street = Street()
    for row in range(3):
        for i in range(20):
            street.add("bicycle", (0.04 + 0.045 * i, 0.3 + 0.2 * row, 0.08 + 0.045 * i, 0.42 + 0.2 * row))
    told = watch_street(street, [zone(dwell_s=10)], looks(12))
    assert len(told.confirmed) == 60


def test_a_surer_box_corrects_the_place_while_a_stay_is_young() -> None:
    x1, y1, x2, y2 = CAR
    rough = (x1 - 0.04, y1 - 0.02, x2 + 0.01, y2)
    street = Street().add("car", CAR, score=lambda t_s: 0.0 if t_s < 4 else 0.8, extra=(("car", 0.3, rough),))
    told = watch_street(street, KERB, looks(100))
    assert told.confirmed[0].box == pytest.approx(CAR, abs=1e-3)
    assert told.confirmed[0].first_seen_s == START_S
