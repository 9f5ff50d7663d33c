"""A zone that cannot be right is refused, in words that say where and what to do."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from protocol.kinds import ViolationKind
from rules.zone import Zone
from tests.street import zone

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))


def fault(**fields: object) -> str:
    with pytest.raises(ValidationError) as refused:
        Zone.model_validate({"id": "kerb", "kind": "illegal_parking", "polygon": SQUARE} | fields)
    return str(refused.value)


def test_a_good_zone_is_taken() -> None:
    assert zone(polygon=SQUARE).shape.area == pytest.approx(0.36)


def test_a_zone_whose_edges_cross_says_where() -> None:
    text = fault(polygon=((0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)))
    assert "edges cross at (0.50, 0.50)" in text
    assert "move the points" in text


def test_an_exclusion_whose_edges_cross_says_where() -> None:
    assert "edges cross at (0.50, 0.50)" in fault(exclude=[((0.4, 0.4), (0.6, 0.6), (0.6, 0.4), (0.4, 0.6))])


@pytest.mark.parametrize("points", [(), ((0.2, 0.2),), ((0.2, 0.2), (0.8, 0.2))])
def test_a_zone_of_too_few_points_says_how_many_it_has(points: tuple[tuple[float, float], ...]) -> None:
    assert f"at least three points, this one has {len(points)}" in fault(polygon=points)


@pytest.mark.parametrize(
    "points",
    [
        pytest.param(((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), id="on one line"),
        pytest.param(((0.1, 0.1), (0.1, 0.1), (0.9, 0.9)), id="two points and a double"),
        pytest.param(((0.5, 0.5), (0.5, 0.5), (0.5, 0.5)), id="one point"),
        pytest.param(((0.500, 0.5), (0.501, 0.5), (0.501, 0.501)), id="smaller than a pixel"),
    ],
)
def test_a_zone_without_area_is_refused(points: tuple[tuple[float, float], ...]) -> None:
    assert fault(polygon=points)


@pytest.mark.parametrize("bad", [1.2, -0.1, 640.0, float("nan"), float("inf")])
def test_coordinates_outside_the_picture_are_refused_with_their_place(bad: float) -> None:
    text = fault(polygon=((0.2, 0.2), (bad, 0.2), (0.8, 0.8)))
    assert "polygon.1.0" in text


def test_exclusions_that_leave_nothing_of_the_zone_are_refused() -> None:
    text = fault(exclude=[((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))])
    assert "the exclusions leave nothing of the zone" in text


@pytest.mark.parametrize(("typed", "meant"), [("cars", "car"), ("bycicle", "bicycle"), ("ebike", "e_bike")])
def test_an_unknown_class_gets_a_hint(typed: str, meant: str) -> None:
    text = fault(classes=[typed])
    assert f"unknown class '{typed}': did you mean" in text
    assert meant in text


def test_a_class_like_no_other_gets_the_list() -> None:
    text = fault(classes=["zzzzzz"])
    assert "known are: car, truck" in text


def test_an_unknown_class_under_per_class_is_refused() -> None:
    assert "did you mean truck" in fault(per_class={"truk": {"dwell_s": 600}})


@pytest.mark.parametrize("where", ["numbers", "per_class"])
def test_an_unknown_number_is_refused_by_its_name(where: str) -> None:
    numbers = {"dwel_s": 30}
    assert "dwel_s" in fault(**{where: numbers if where == "numbers" else {"car": numbers}})


@pytest.mark.parametrize(
    "numbers", [{"dwell_s": 0}, {"dwell_s": -5}, {"inside_share": 1.5}, {"min_count": 0}, {"min_count": 2.5}]
)
def test_numbers_out_of_range_are_refused(numbers: dict[str, float]) -> None:
    assert next(iter(numbers)) in fault(numbers=numbers)


@pytest.mark.parametrize("key", ["poligon", "dwell", "class", "enabled"])
def test_an_unknown_key_is_an_error(key: str) -> None:
    assert key in fault(**{key: 1})


@pytest.mark.parametrize("bad", ["", "a b", "kerb/1", "x" * 65])
def test_an_id_that_cannot_travel_in_a_topic_is_refused(bad: str) -> None:
    assert "id" in fault(id=bad)


def test_an_unknown_kind_lists_the_known_ones() -> None:
    text = fault(kind="parking")
    assert "illegal_parking" in text


def test_the_most_special_number_wins() -> None:
    one = zone(
        dwell_s=90, numbers={"grace_s": 45}, per_class={"truck": {"dwell_s": 600}, "bus": {"grace_s": 5}}, id="kerb"
    )
    assert one.numbers_of("car").dwell_s == 90
    assert one.numbers_of("truck").dwell_s == 600
    assert one.numbers_of("truck").grace_s == 45
    assert one.numbers_of("bus").grace_s == 5


@pytest.mark.parametrize("kind", list(ViolationKind))
def test_every_kind_has_defaults_and_classes(kind: ViolationKind) -> None:
    one = Zone.model_validate({"id": "z", "kind": kind, "polygon": SQUARE})
    assert one.numbers_of().dwell_s > 0
    assert any(one.watches(label) for label in ("car", "umbrella", "dining table"))


def test_a_zone_survives_json() -> None:
    one = zone(exclude=(((0.3, 0.3), (0.4, 0.3), (0.4, 0.4)),), per_class={"truck": {"dwell_s": 600}})
    assert Zone.model_validate_json(one.model_dump_json()) == one
