"""Who lingers, and how tall people are at each depth of the picture."""

from __future__ import annotations

import pytest

from rules.observation import Box, Detection, Observation
from rules.people import People
from tests.street import ASPECT, START_S, looks


def seen(t_s: float, *boxes: Box, score: float = 0.8) -> Observation:
    people = tuple(Detection("person", score, box) for box in boxes)
    return Observation("cam", START_S + t_s, detections=people, aspect=ASPECT)


def person(x: float, foot_y: float = 0.7, height: float = 0.3) -> Box:
    return (x - 0.04, foot_y - height, x + 0.04, foot_y)


def lingering(at: list[float], speed: float) -> int:
    people = People()
    for t_s in at:
        people.look(seen(t_s, person(0.1 + speed * t_s)))
    return len(people.lingering)


@pytest.mark.parametrize("every_s", [1 / 12, 1.0, 2.0, 4.0])
def test_who_stands_lingers(every_s: float) -> None:
    assert lingering(looks(8, every_s), 0.0) == 1


@pytest.mark.parametrize("every_s", [1 / 12, 1.0, 2.0, 4.0])
def test_who_walks_does_not(every_s: float) -> None:
    """1.4 m/s, with a person of 1.7 m at 0.3 of the picture's height."""
    assert lingering(looks(8, every_s), 1.4 / 1.7 * 0.3 / ASPECT) == 0


def test_a_first_look_knows_nobody() -> None:
    assert lingering([0.0], 0.0) == 0


def test_who_was_here_before_a_lost_stream_does_not_count() -> None:
    assert lingering([0.0, 2.0, 30.0], 0.0) == 0


def test_who_is_hardly_a_person_does_not_count() -> None:
    people = People()
    for t_s in looks(8):
        people.look(seen(t_s, person(0.5), score=0.2))
    assert people.lingering == []


def test_nobodys_height_is_known_at_first() -> None:
    assert People().scale.height_at(0.7) is None


def test_the_height_follows_the_depth() -> None:
    people = People()
    for i in range(60):
        foot_y = 0.4 + 0.5 * (i % 10) / 10
        people.look(seen(2.0 * i, person(0.5, foot_y, 0.5 * (foot_y - 0.2))))
    for foot_y in (0.45, 0.6, 0.85):
        assert people.scale.height_at(foot_y) == pytest.approx(0.5 * (foot_y - 0.2), rel=0.05)


def test_at_one_depth_only_the_mean_is_known() -> None:
    people = People()
    for i in range(20):
        people.look(seen(2.0 * i, person(0.5, 0.7, 0.3)))
    assert people.scale.height_at(0.3) == pytest.approx(0.3)


def test_far_beyond_what_was_seen_the_height_stays_above_nothing() -> None:
    people = People()
    for i in range(60):
        foot_y = 0.6 + 0.3 * (i % 10) / 10
        people.look(seen(2.0 * i, person(0.5, foot_y, 0.8 * (foot_y - 0.5))))
    height = people.scale.height_at(0.1)
    assert height is not None
    assert height > 0


def test_people_cut_by_the_pictures_edge_are_not_measured() -> None:
    people = People()
    for i in range(20):
        people.look(seen(2.0 * i, (0.4, 0.8, 0.48, 1.0), (0.6, 0.0, 0.68, 0.2)))
    assert people.scale.height_at(0.7) is None
