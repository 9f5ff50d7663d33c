"""One camera's way from a picture to events, with a real detector, the view guard and the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from calibration.view_guard import ViewState
from edge_agent.pipeline import LookResult, Pipeline
from models.detector import Detector
from rules.event import Event, EventPhase
from rules.observation import Box, Observation, View
from rules.watch import Watch
from tests.edge_agent.painted_pictures import PaintedPicture, Thing, open_detector, paint
from tests.street import START_S, looks, zone

UTC = ZoneInfo("UTC")
CAR: Box = (0.40, 0.50, 0.56, 0.64)
IN_FRONT: Box = (0.34, 0.46, 0.64, 0.78)
KERB = zone(dwell_s=30, polygon=((0.30, 0.52), (0.70, 0.52), (0.70, 0.80), (0.30, 0.80)))
STANDING: tuple[Thing, ...] = (("red", CAR, 1),)

Scene = Callable[[float], Iterable[Thing]]


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return open_detector(tmp_path_factory.mktemp("model"))


@pytest.fixture
def pipeline(detector: Detector) -> Pipeline:
    return Pipeline("cam", [KERB], detector, UTC)


def run(pipeline: Pipeline, scene: Scene, until_s: float, from_s: float = 0.0) -> list[LookResult]:
    return [pipeline.look(paint(scene(t_s), t_s)) for t_s in looks(until_s, 2.0, from_s)]


def steps(results: Iterable[LookResult]) -> list[tuple[str, float]]:
    events: list[Event] = [event for result in results for event in result.events]
    return [(event.phase.value, event.at_s - START_S) for event in events]


def black(t_s: float) -> PaintedPicture:
    return PaintedPicture(np.zeros((720, 1280, 3), np.uint8), START_S + t_s)


def test_a_car_that_stands_too_long_is_reported_and_cleared(pipeline: Pipeline) -> None:
    told = steps(run(pipeline, lambda t_s: STANDING if t_s < 50 else (), 100))
    assert told[:2] == [("opened", 2.0), ("confirmed", 30.0)]
    assert [phase for phase, _ in told] == ["opened", "confirmed", "cleared"]
    assert 78 <= told[2][1] <= 90


def test_a_truck_in_front_neither_hides_it_for_good_nor_is_mistaken_for_it(pipeline: Pipeline) -> None:
    def scene(t_s: float) -> Iterable[Thing]:
        return (*STANDING, ("blue", IN_FRONT, 2)) if 10 <= t_s < 24 else STANDING

    confirmed = [step for step in steps(run(pipeline, scene, 60)) if step[0] == "confirmed"]
    assert confirmed == [("confirmed", 30.0)]


def test_a_car_of_another_colour_in_the_same_place_starts_its_own_time(pipeline: Pipeline) -> None:
    told = steps(run(pipeline, lambda t_s: STANDING if t_s < 20 else [("blue", CAR, 2)], 70))
    assert [step for step in told if step[0] == "confirmed"] == [("confirmed", 50.0)]


def test_a_still_street_is_not_detected_in_every_look(pipeline: Pipeline) -> None:
    results = run(pipeline, lambda t_s: (), 100)
    assert sum(bool(result.observation.looked) for result in results) <= 25


def test_what_was_recorded_replays_to_the_same_events(pipeline: Pipeline) -> None:
    results = run(pipeline, lambda t_s: STANDING if t_s < 50 else (), 100)
    watch = Watch("cam", [KERB], UTC)
    lines = [result.observation.to_json() for result in results]
    replayed = [event for line in lines for event in watch.observe(Observation.from_json(line))]
    assert replayed == [event for result in results for event in result.events]


def test_a_turned_camera_reports_nothing_until_it_swings_back(pipeline: Pipeline) -> None:
    run(pipeline, lambda t_s: STANDING, 20)
    turned = [pipeline.look(paint(STANDING, t_s, right_px=150)) for t_s in looks(60, from_s=22)]
    assert [result.view.state for result in turned[:3]] == [ViewState.DOUBTFUL, ViewState.MOVED, ViewState.MOVED]
    assert {result.observation.view for result in turned[1:]} == {View.MOVED}
    assert steps(turned) == []
    assert ("confirmed", 62.0) in steps(run(pipeline, lambda t_s: STANDING, 80, 62))


def test_a_view_that_an_engineer_accepted_starts_afresh_and_clears_nothing(pipeline: Pipeline) -> None:
    run(pipeline, lambda t_s: STANDING, 40)
    for t_s in looks(60, from_s=42):
        pipeline.look(paint(STANDING, t_s, right_px=300))
    pipeline.start_afresh()
    after = [pipeline.look(paint(STANDING, t_s, right_px=300)) for t_s in looks(160, from_s=62)]
    assert {result.view.state for result in after} == {ViewState.OK}
    assert steps(after) == []


def test_a_black_picture_is_not_judged_and_nothing_leaves_by_it(pipeline: Pipeline) -> None:
    run(pipeline, lambda t_s: STANDING, 40)
    dark = [pipeline.look(black(t_s), usable=False) for t_s in looks(200, from_s=42)]
    assert {result.observation.view for result in dark} == {View.UNUSABLE}
    assert steps(dark) == []
    assert steps(run(pipeline, lambda t_s: STANDING, 260, 202)) == []


def test_a_black_picture_does_not_make_the_camera_turned(pipeline: Pipeline) -> None:
    run(pipeline, lambda t_s: STANDING, 10)
    dark = [pipeline.look(black(t_s), usable=False) for t_s in looks(30, from_s=12)]
    assert {result.view.state for result in dark} == {ViewState.OK}


def test_a_first_picture_that_was_black_is_not_taken_for_the_view(pipeline: Pipeline) -> None:
    pipeline.look(black(0), usable=False)
    assert pipeline.guard.reference is None
    told = run(pipeline, lambda t_s: STANDING, 40, 2)
    assert {result.view.state for result in told} == {ViewState.OK}
    assert ("confirmed", 32.0) in steps(told)


def test_a_torn_picture_while_the_camera_is_turned_says_nothing_new_of_the_view(pipeline: Pipeline) -> None:
    run(pipeline, lambda t_s: (), 10)
    for t_s in looks(16, from_s=12):
        pipeline.look(paint((), t_s, right_px=150))
    assert pipeline.look(black(18), usable=False).view.state is ViewState.MOVED


def test_a_restart_goes_on_where_it_stopped(detector: Detector, tmp_path: Path) -> None:
    first = Pipeline("cam", [KERB], detector, UTC)
    run(first, lambda t_s: STANDING, 20)
    second = Pipeline("cam", [KERB], detector, UTC)
    second.watch.restore(first.watch.snapshot())
    assert steps(run(second, lambda t_s: STANDING, 60, 22)) == [(EventPhase.CONFIRMED.value, 30.0)]


def test_a_bus_across_a_short_zone_is_judged_by_all_of_its_ground(detector: Detector) -> None:
    """Less than a third of it stands in the zone."""
    short = zone(dwell_s=20, polygon=((0.40, 0.5), (0.60, 0.5), (0.60, 0.75), (0.40, 0.75)))
    across, within = (0.15, 0.45, 0.85, 0.72), (0.42, 0.52, 0.66, 0.70)
    told = steps(run(Pipeline("cam", [short], detector, UTC), lambda t_s: [("red", across, 1)], 60))
    assert told == []
    told = steps(run(Pipeline("cam", [short], detector, UTC), lambda t_s: [("red", within, 1)], 60))
    assert [phase for phase, _ in told] == ["opened", "confirmed"]
