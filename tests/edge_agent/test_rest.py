"""Where nothing is on its way a camera is looked at half as often; whatever happens brings every look back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import numpy as np
import pytest

from calibration.view_guard import ViewState
from edge_agent.camera_work import CameraWork
from edge_agent.config.box import BoxConfig
from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.looking.rest import intervals_to_next
from edge_agent.looking.turns import MAX_QUIET_S
from edge_agent.pipeline import LookResult, Pipeline
from edge_agent.source import Frame
from models.detector import Detector
from protocol.messages import HealthEvent, TimeSource
from rules.observation import Box
from tests.edge_agent.painted_pictures import PaintedPicture, Thing, open_detector, paint
from tests.street import START_S, zone

CAR: Box = (0.40, 0.50, 0.56, 0.64)
KERB = zone(dwell_s=30, polygon=((0.30, 0.52), (0.70, 0.52), (0.70, 0.80), (0.30, 0.80)))
LOOK_EVERY_S = 2.0

Street = Callable[[float], PaintedPicture]


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return open_detector(tmp_path_factory.mktemp("model"))


@pytest.fixture
def pipeline(detector: Detector) -> Pipeline:
    return Pipeline("cam", [KERB], detector, ZoneInfo("UTC"))


def street(things: Callable[[float], Iterable[Thing]]) -> Street:
    return lambda t_s: paint(things(t_s), t_s)


def walker(t_s: float) -> Thing:
    """Somebody who is no vehicle crosses the street in half a minute."""
    x = 0.30 + 0.4 * (t_s % 30) / 30
    return "blue", (x, 0.55, x + 0.05, 0.70), 5


def watch(pipeline: Pipeline, picture: Street, until_s: float) -> dict[float, LookResult]:
    """Look whenever a look is owed; give the looks by their time."""
    looks, t_s = {}, 0.0
    while t_s <= until_s:
        looks[t_s] = pipeline.look(picture(t_s))
        t_s += LOOK_EVERY_S * intervals_to_next(LOOK_EVERY_S, at_rest=looks[t_s].at_rest)
    return looks


def gaps_s(looks: Iterable[float], from_s: float = 0.0, until_s: float = float("inf")) -> list[float]:
    return [later - earlier for earlier, later in pairwise(t_s for t_s in looks if from_s <= t_s <= until_s)]


def test_an_empty_street_is_looked_at_half_as_often(pipeline: Pipeline) -> None:
    looks = watch(pipeline, street(lambda t_s: ()), 120)
    assert set(gaps_s(looks, until_s=6)) == {2.0}, "a camera is known before it rests"
    assert set(gaps_s(looks, from_s=10)) == {4.0}


def test_the_detector_never_pauses_longer_while_a_camera_rests(pipeline: Pipeline) -> None:
    looks = watch(pipeline, street(lambda t_s: ()), 300)
    detected = [t_s for t_s, result in looks.items() if result.observation.looked]
    assert max(gaps_s(detected)) <= MAX_QUIET_S
    assert len(detected) < len(looks)


def test_the_first_person_on_the_street_brings_every_look_back(pipeline: Pipeline) -> None:
    looks = watch(pipeline, street(lambda t_s: [walker(t_s)] if 61 <= t_s < 91 else ()), 130)
    first_s = min(t_s for t_s in looks if t_s >= 61)
    assert first_s - 61 <= 4
    assert set(gaps_s(looks, first_s, 92)) == {2.0}
    assert set(gaps_s(looks, 104)) == {4.0}, "and rests again some looks after the street has emptied"


def test_a_street_on_which_people_walk_all_the_time_has_every_look(pipeline: Pipeline) -> None:
    looks = watch(pipeline, street(lambda t_s: [walker(t_s)]), 90)
    assert set(gaps_s(looks)) == {2.0}


def test_a_parked_car_has_every_look_until_it_is_reported_and_again_when_it_leaves(pipeline: Pipeline) -> None:
    looks = watch(pipeline, street(lambda t_s: [("red", CAR, 1)] if 41 <= t_s < 181 else ()), 300)
    steps = [(event.phase.value, t_s - 41) for t_s, result in looks.items() for event in result.events]
    assert [phase for phase, _ in steps] == ["opened", "confirmed", "cleared"]
    assert 30 <= steps[1][1] <= 30 + 4
    assert 140 + 30 - 4 <= steps[2][1] <= 140 + 30 + 4, "gone since it was last seen"
    assert set(gaps_s(looks, 45, 41 + 30)) == {2.0}
    assert set(gaps_s(looks, 90, 181)) == {4.0}, "what is reported and stands still needs no more"
    assert set(gaps_s(looks, 185, 181 + 30)) == {2.0}
    assert set(gaps_s(looks, 230)) == {4.0}


def test_a_car_parked_where_it_may_lets_a_camera_rest(pipeline: Pipeline) -> None:
    above: Box = (0.40, 0.36, 0.56, 0.50)
    looks = watch(pipeline, street(lambda t_s: [("red", above, 1)]), 150)
    assert not [event for result in looks.values() for event in result.events]
    assert pipeline.watch.places(), "it is known"
    assert set(gaps_s(looks, 60)) == {4.0}


def test_another_car_on_the_spot_of_a_reported_one_is_timed_by_itself(pipeline: Pipeline) -> None:
    looks = watch(pipeline, street(lambda t_s: [("red", CAR, 1 if t_s < 141 else 2)]), 240)
    confirmed_s = [t_s for t_s, result in looks.items() for event in result.events if event.phase.value == "confirmed"]
    assert len(confirmed_s) == 2
    assert 141 + 30 <= confirmed_s[1] <= 141 + 30 + 8


@pytest.mark.parametrize("came_s", [40, 41, 42, 43])
def test_a_car_that_stands_just_long_enough_is_not_missed_by_a_camera_at_rest(
    pipeline: Pipeline, came_s: float
) -> None:
    looks = watch(pipeline, street(lambda t_s: [("red", CAR, 1)] if came_s <= t_s < came_s + 37 else ()), 90)
    assert [event.phase.value for result in looks.values() for event in result.events][:2] == ["opened", "confirmed"]


def test_a_camera_that_is_turned_while_it_rests_is_found_out_at_its_next_looks(pipeline: Pipeline) -> None:
    looks = watch(pipeline, lambda t_s: paint((), t_s, right_px=150 if t_s >= 61 else 0), 80)
    moved_s = min(t_s for t_s, result in looks.items() if result.view.state is ViewState.MOVED)
    assert moved_s - 61 <= 4 + 2
    assert set(gaps_s(looks, moved_s)) == {2.0}


@pytest.mark.parametrize(("look_every_s", "intervals"), [(0.5, 2), (2.0, 2), (2.5, 1), (4.0, 1), (10.0, 1)])
def test_no_camera_at_rest_is_left_alone_for_more_than_four_seconds(look_every_s: float, intervals: int) -> None:
    assert intervals_to_next(look_every_s, at_rest=True) == intervals
    assert intervals_to_next(look_every_s, at_rest=False) == 1


@pytest.fixture
def work(detector: Detector, tmp_path: Path, told: list[HealthEvent]) -> Iterable[CameraWork]:
    config = BoxConfig.model_validate(
        {
            "device": {"id": "box-17"},
            "uplink": {"broker": "mqtt://127.0.0.1:1"},
            "look_every_s": LOOK_EVERY_S,
            "cameras": [{"id": "gate", "source": "none.mp4", "zones": [KERB.model_dump(mode="json")]}],
        }
    )
    made = CameraWork(config, config.cameras[0], detector, tmp_path, FirstSeenStills(tmp_path), told.append)
    yield made
    made.close()


def test_a_picture_that_freezes_while_a_camera_rests_is_told_soon(work: CameraWork, told: list[HealthEvent]) -> None:
    t_s, frozen_s = 0.0, 41.0
    while not told:
        assert t_s < frozen_s + 12, "still not told"
        picture = paint((), min(t_s, frozen_s)).rgb
        image = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(format="yuv420p")
        work.look(Frame(START_S + t_s, TimeSource.ARRIVAL, t_s, image, image.width, image.height, t_s))
        if 10 <= t_s < frozen_s:
            assert work.intervals_to_next == 2
        t_s += LOOK_EVERY_S * work.intervals_to_next
    assert [event.code for event in told] == ["picture_frozen"]
