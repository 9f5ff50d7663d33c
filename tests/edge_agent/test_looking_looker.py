"""One look: what the detector finds in parts of the picture is told in coordinates of the whole, each thing once."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibration.view_guard import small
from edge_agent.looking.looker import Looker
from models.detector import Detector
from rules.appearance import PATCH_BYTES
from rules.observation import Box, Observation, View
from rules.zone import Zone
from tests.edge_agent.painted_pictures import PaintedPicture, open_detector, paint
from tests.street import zone

CAR: Box = (0.42, 0.50, 0.58, 0.64)
KERB = zone(polygon=((0.35, 0.55), (0.65, 0.55), (0.65, 0.72), (0.35, 0.72)))


class Memory:
    """A memory that a test fills: what the eyes must know of what stands there."""

    def __init__(self, places: dict[str, Box] | None = None, doubtful: list[Box] | None = None) -> None:
        self._places, self._doubtful = places or {}, doubtful or []

    def places(self) -> dict[str, Box]:
        return self._places

    def unlike(self, places: dict[str, bytes]) -> list[Box]:
        return [self._places[stay] for stay in places]

    def unsettled(self) -> list[Box]:
        return list(self._places.values())

    def settled(self) -> bool:
        return not self.unsettled()

    def doubtful(self) -> list[Box]:
        return self._doubtful


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return open_detector(tmp_path_factory.mktemp("model"))


def look_at(looker: Looker, picture: PaintedPicture, memory: Memory | None = None) -> Observation:
    return looker.look(picture, small(picture.yuv_planes()[0]), memory or Memory())


def looks_at(detector: Detector, picture: PaintedPicture, *zones: Zone, memory: Memory | None = None) -> Observation:
    return look_at(Looker("cam", zones, detector), picture, memory)


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (640, 360)])
def test_a_car_in_a_zone_is_told_where_it_stands_in_the_picture(detector: Detector, size: tuple[int, int]) -> None:
    (found,) = looks_at(detector, paint([("red", CAR, 1)], size=size), KERB).detections
    assert found.label == "car"
    assert found.score == pytest.approx(0.9)
    assert found.box == pytest.approx(CAR, abs=0.006)
    assert len(found.patch) == PATCH_BYTES


def test_a_look_is_as_a_recording_would_give_it_back(detector: Detector) -> None:
    observation = looks_at(detector, paint([("red", CAR, 1)]), KERB)
    assert observation.rounded() == observation
    assert observation.view is View.OK
    assert observation.aspect == pytest.approx(16 / 9, abs=1e-3)


def test_what_stands_far_from_all_zones_is_not_looked_for(detector: Detector) -> None:
    far = (0.05, 0.05, 0.15, 0.12)
    observation = looks_at(detector, paint([("red", far, 1), ("blue", CAR, 2)]), KERB)
    assert [d.box[0] for d in observation.detections] == pytest.approx([CAR[0]], abs=0.006)


def test_the_look_says_which_part_the_detector_saw(detector: Detector) -> None:
    observation = looks_at(detector, paint(), KERB)
    assert observation.looked
    assert observation.covers(CAR)
    assert not observation.covers((0.0, 0.0, 0.1, 0.1))


def test_an_empty_street_is_an_observation_too(detector: Detector) -> None:
    assert looks_at(detector, paint(), KERB).detections == ()


def test_a_car_seen_in_a_region_and_in_a_closer_view_is_told_once(detector: Detector) -> None:
    looker, memory = Looker("cam", [KERB], detector), Memory({"1-0": CAR}, doubtful=[CAR])
    counts = []
    for number in range(6):
        observation = look_at(looker, paint([("red", CAR, 1)], 2.0 * number), memory)
        counts.append((len(observation.looked or ()), len(observation.detections)))
    assert (2, 1) in counts
    assert {found for _, found in counts} == {1}


def test_half_a_car_at_the_edge_of_a_tile_is_not_told(detector: Detector) -> None:
    """A whole square is tiled; whichever tile has its turn, the car is told whole or not at all."""
    square = zone()
    looker = Looker("cam", [square], detector)
    box: Box = (0.30, 0.48, 0.50, 0.62)
    for number in range(30):
        observation = look_at(looker, paint([("red", box, 1)], 2.0 * number), Memory({"1-0": box}, doubtful=[]))
        for found in observation.detections:
            assert found.box == pytest.approx(box, abs=0.012)


def test_the_appearance_of_known_places_is_brought_whether_something_is_found_or_not(detector: Detector) -> None:
    memory = Memory({"1-0": CAR, "2-0": (0.36, 0.56, 0.40, 0.62), "3-0": (0.5, 0.5, 0.502, 0.502)})
    places = looks_at(detector, paint([("red", CAR, 1)]), KERB, memory=memory).places
    assert {stay: len(patch) for stay, patch in places.items()} == {"1-0": PATCH_BYTES, "2-0": PATCH_BYTES, "3-0": 0}


def test_a_vehicle_that_no_zone_watches_is_told_without_its_look_because_it_hides_others(detector: Detector) -> None:
    bicycles = zone(polygon=KERB.polygon, classes=("bicycle",))
    (found,) = looks_at(detector, paint([("red", CAR, 1)]), bicycles).detections
    assert (found.label, found.patch) == ("car", b"")


def test_people_are_told_without_their_look(tmp_path: Path) -> None:
    (found,) = looks_at(open_detector(tmp_path, called="person"), paint([("red", CAR, 1)]), KERB).detections
    assert (found.label, found.patch) == ("person", b"")


def test_what_no_rule_knows_is_not_told(tmp_path: Path) -> None:
    assert looks_at(open_detector(tmp_path, called="giraffe"), paint([("red", CAR, 1)]), KERB).detections == ()


def test_a_camera_that_changes_its_resolution_is_looked_at_on(detector: Detector) -> None:
    looker = Looker("cam", [KERB], detector)
    for number, size in enumerate([(1280, 720), (640, 360), (1920, 1080)]):
        (found,) = look_at(looker, paint([("red", CAR, 1)], 20.0 * number, size=size)).detections
        assert found.box == pytest.approx(CAR, abs=0.006)


def test_a_car_cut_by_the_pictures_own_edge_is_told(detector: Detector) -> None:
    edge = zone(polygon=((0.8, 0.5), (1.0, 0.5), (1.0, 0.8), (0.8, 0.8)))
    (found,) = looks_at(detector, paint([("red", (0.9, 0.55, 1.0, 0.7), 1)]), edge).detections
    assert found.box[2] == pytest.approx(1.0, abs=0.006)


NARROW = zone(polygon=((0.44, 0.5), (0.58, 0.5), (0.58, 0.72), (0.44, 0.72)))


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((0.10, 0.45, 0.90, 0.70), id="a bus much longer than the zone"),
        pytest.param((0.47, 0.50, 0.72, 0.66), id="a car that sticks out to the right"),
        pytest.param((0.30, 0.50, 0.55, 0.66), id="a car that sticks out to the left"),
        pytest.param((0.40, 0.40, 0.64, 0.95), id="a truck on the lane before it"),
    ],
)
def test_what_reaches_past_the_region_around_a_zone_is_told_whole(detector: Detector, box: Box) -> None:
    """Its ground must not be judged by what the region's edge has left of it."""
    observation = looks_at(detector, paint([("red", box, 1)]), NARROW)
    assert [d.box for d in observation.detections] == [pytest.approx(box, abs=0.012)]
    assert observation.looked is not None
    assert len(observation.looked) <= 3


def test_the_other_things_in_the_region_are_told_beside_it(detector: Detector) -> None:
    bus, car = (0.10, 0.40, 0.90, 0.58), (0.46, 0.60, 0.55, 0.68)
    observation = looks_at(detector, paint([("red", bus, 1), ("blue", car, 2)]), NARROW)
    assert sorted(d.box[2] - d.box[0] for d in observation.detections) == pytest.approx([0.09, 0.8], abs=0.02)


def test_what_passes_beside_the_zone_costs_no_second_input(detector: Detector) -> None:
    observation = looks_at(detector, paint([("red", (0.60, 0.5, 0.8, 0.66), 1)]), NARROW)
    assert observation.looked is not None
    assert len(observation.looked) == 1
