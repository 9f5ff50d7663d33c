"""Whose turn it is: the detector's budget is kept, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from calibration.view_guard import HEIGHT_PX, WIDTH_PX
from edge_agent.looking.gate import Luma
from edge_agent.looking.turns import MAX_QUIET_S, Turns
from edge_agent.looking.views import View, ViewPlan
from rules.observation import Box
from tests.street import looks, texture, zone

LEFT: Box = (0.10, 0.62, 0.16, 0.70)
RIGHT: Box = (0.84, 0.62, 0.90, 0.70)
FAR: Box = (0.48, 0.10, 0.52, 0.14)


def square(x: float, y: float, size: float = 0.1) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + size, y), (x + size, y + size), (x, y + size))


THREE = [zone(id="left", polygon=square(0.08, 0.6)), zone(id="right", polygon=square(0.82, 0.6))]
THREE.append(zone(id="far", polygon=square(0.45, 0.08)))


def still(seed: int = 1) -> Luma:
    return np.clip(texture(seed, WIDTH_PX, HEIGHT_PX, 20.0, 110.0, 4), 0, 255).astype(np.uint8)


def changing(t_s: float) -> Luma:
    return still(round(t_s) % 5)


def take_turns(
    plan: ViewPlan,
    until_s: float,
    picture: Callable[[float], Luma] = lambda t_s: still(),
    unlike: tuple[Box, ...] = (),
    unsettled: tuple[Box, ...] = (),
    doubtful: tuple[Box, ...] = (),
    every_s: float = 2.0,
) -> list[tuple[float, list[View]]]:
    turns, taken = Turns(plan), []
    for t_s in looks(until_s, every_s):
        small = picture(t_s)
        views = turns.next(small, t_s, unlike, unsettled, doubtful, settled=False)
        turns.looked(views, small, t_s)
        taken.append((t_s, views))
    return taken


def longest_pause_s(taken: list[tuple[float, list[View]]], view: View) -> float:
    seen = [t_s for t_s, views in taken if view in views]
    times = [taken[0][0], *seen, taken[-1][0]]
    return max(b - a for a, b in pairwise(times))


CASES = [
    pytest.param({}, id="a still street"),
    pytest.param({"picture": changing}, id="a busy street"),
    pytest.param({"unlike": (LEFT,)}, id="a place that looks different for hours"),
    pytest.param({"unlike": (LEFT, RIGHT), "picture": changing}, id="two such places"),
    pytest.param({"unsettled": (RIGHT,), "doubtful": (RIGHT,)}, id="a car not made out yet"),
    pytest.param({"doubtful": (LEFT, RIGHT, FAR), "unlike": (FAR,), "picture": changing}, id="everything at once"),
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [(1280, 720), (3840, 2160)])
def test_a_look_costs_two_inputs_at_most(case: dict[str, object], size: tuple[int, int]) -> None:
    for _, views in take_turns(ViewPlan(THREE, *size, 416), 240, **case):  # type: ignore[arg-type]
        assert len(views) <= 2
        assert len(set(views)) == len(views)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("size", [(1280, 720), (3840, 2160)])
def test_no_zone_waits_much_longer_than_the_longest_pause(case: dict[str, object], size: tuple[int, int]) -> None:
    plan = ViewPlan(THREE, *size, 416)
    assert len(plan.regions) == 3
    taken = take_turns(plan, 240, **case)  # type: ignore[arg-type]
    for region in plan.regions:
        assert longest_pause_s(taken, region) <= MAX_QUIET_S + 6


@pytest.mark.parametrize("case", CASES)
def test_every_tile_of_a_large_zone_has_its_turn(case: dict[str, object]) -> None:
    plan = ViewPlan([zone(id="square")], 1920, 1080, 416)
    assert plan.tiles
    taken = take_turns(plan, 1500, **case)  # type: ignore[arg-type]
    seen = {view for _, views in taken for view in views}
    assert set(plan.tiles) <= seen
    assert set(plan.regions) <= seen


def test_a_still_street_costs_a_look_in_ten_seconds() -> None:
    taken = take_turns(ViewPlan(THREE[:1], 1280, 720, 416), 600)
    inputs = sum(len(views) for _, views in taken)
    assert 55 <= inputs <= 70


def test_something_new_is_looked_at_at_once() -> None:
    plan = ViewPlan(THREE[:1], 1280, 720, 416)

    def car_comes(t_s: float) -> Luma:
        picture = still().copy()
        if t_s >= 20:
            picture[110:125, 28:52] = 220
        return picture

    taken = dict(take_turns(plan, 30, car_comes))
    assert plan.regions[0] in taken[20.0]


def test_a_change_elsewhere_owes_nothing() -> None:
    plan = ViewPlan(THREE[:1], 1280, 720, 416)

    def sky(t_s: float) -> Luma:
        picture = still().copy()
        picture[:40] = still(round(t_s) % 5)[:40]
        return picture

    inputs = sum(len(views) for _, views in take_turns(plan, 200, sky))
    assert inputs <= 25


def test_a_place_that_looks_different_is_looked_at_in_every_look() -> None:
    plan = ViewPlan(THREE[:1], 1280, 720, 416)
    assert all(plan.regions[0] in views for _, views in take_turns(plan, 60, unlike=(LEFT,)))


def test_what_is_not_made_out_gets_a_closer_look() -> None:
    plan = ViewPlan(THREE, 1920, 1080, 416)
    closer = plan.closer(RIGHT)
    taken = take_turns(plan, 60, unsettled=(RIGHT,), doubtful=(RIGHT,))
    assert sum(closer in views for _, views in taken) >= 8


def test_looks_far_apart_see_the_place_and_a_closer_view_of_it_at_once() -> None:
    plan = ViewPlan([zone()], 3840, 2160, 416)
    often = take_turns(plan, 60, changing, doubtful=(LEFT,))
    seldom = take_turns(plan, 60, changing, doubtful=(LEFT,), every_s=4.0)
    assert {len(views) for _, views in often} == {1}
    assert {len(views) for _, views in seldom[1:]} == {2}
