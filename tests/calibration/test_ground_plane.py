"""From the picture to the street in metres."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon

from calibration.ground_plane import CalibrationError, GroundPlane, metres_from
from rules.event import EventPhase
from rules.observation import Box, Detection, Observation
from rules.watch import Watch
from rules.zone import Zone

# A street 6 m wide and 40 m long, seen along its length.
PICTURE = [(0.1, 0.95), (0.9, 0.95), (0.42, 0.35), (0.58, 0.35)]
STREET_M = [(-3.0, 0.0), (3.0, 0.0), (-3.0, 40.0), (3.0, 40.0)]


@pytest.fixture(name="ground")
def a_street() -> GroundPlane:
    return GroundPlane(PICTURE, STREET_M)


def test_the_given_points_are_where_they_were_said_to_be(ground: GroundPlane) -> None:
    assert ground.error_m < 1e-3
    assert ground.to_ground(PICTURE) == pytest.approx(np.array(STREET_M), abs=1e-3)


def test_a_car_covers_a_car_s_ground_near_and_far(ground: GroundPlane) -> None:
    near, far = ground.footprint((0.3, 0.6, 0.55, 0.9), "car"), ground.footprint((0.47, 0.33, 0.52, 0.4), "car")
    for footprint in (near, far):
        assert 3.0 < footprint.area < 20.0


def test_a_footprint_lies_away_from_the_camera(ground: GroundPlane) -> None:
    box = (0.3, 0.6, 0.5, 0.8)
    edge_m = ground.to_ground([(0.4, 0.8)])[0][1]
    assert ground.footprint(box, "car").bounds[1] >= edge_m - 1e-6
    assert ground.footprint(box, "car").bounds[3] > edge_m


def test_a_zone_on_the_near_half_holds_what_stands_there(ground: GroundPlane) -> None:
    near_half = Polygon([(0.0, 1.0), (1.0, 1.0), (0.8, 0.7), (0.2, 0.7)])
    assert ground.inside_share((0.4, 0.6, 0.6, 0.95), "car", near_half) > 0.9
    assert ground.inside_share((0.45, 0.35, 0.55, 0.5), "car", near_half) < 0.1


@pytest.mark.parametrize(
    ("picture", "metres", "told"),
    [
        (PICTURE[:3], STREET_M[:3], "at least 4"),
        ([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (0.4, 0.4)], [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 3.0)], "line"),
        ([*PICTURE, (0.5, 0.95)], [*STREET_M, (30.0, 0.0)], "contradict"),
    ],
)
def test_points_that_determine_no_street_are_told(
    picture: list[tuple[float, float]], metres: list[tuple[float, float]], told: str
) -> None:
    with pytest.raises(CalibrationError, match=told):
        GroundPlane(picture, metres)


@given(st.floats(-0.002, 0.002), st.floats(-0.002, 0.002))
def test_metres_on_the_map_keep_distances(dlat: float, dlon: float) -> None:
    ((east, north),) = metres_from((39.98, 116.35), [(39.98 + dlat, 116.35 + dlon)])
    assert north == pytest.approx(dlat * 111_195, abs=0.05)
    assert east == pytest.approx(dlon * 85_204, rel=0.001, abs=0.05)


ZONE = Zone(id="kerb", kind="illegal_parking", polygon=((0.0, 1.0), (1.0, 1.0), (0.8, 0.7), (0.2, 0.7)), dwell_s=20)  # type: ignore[arg-type]


def _confirmed(box: Box, ground: GroundPlane | None) -> bool:
    watch = Watch("gate", [ZONE], ZoneInfo("Asia/Shanghai"), ground)
    phases = [
        event.phase
        for second in range(0, 40, 2)
        for event in watch.observe(Observation("gate", 1000.0 + second, detections=(Detection("car", 0.9, box),)))
    ]
    return EventPhase.CONFIRMED in phases


def test_where_the_camera_is_calibrated_the_footprint_decides(ground: GroundPlane) -> None:
    # Its lower edge is just outside the zone in the picture's terms, and the car's ground reaches away from the zone.
    stands_before_the_zone = (0.4, 0.5, 0.55, 0.72)
    assert _confirmed((0.4, 0.7, 0.6, 0.95), ground)
    assert not _confirmed(stands_before_the_zone, ground)
