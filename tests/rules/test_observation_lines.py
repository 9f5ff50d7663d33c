"""Observations as lines of text: what is recorded is what was judged."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.observation import Detection, Observation, View
from tests.street import CAR, START_S, Street

number = st.floats(-2, 2, allow_nan=False)
detections = st.builds(
    Detection,
    label=st.sampled_from(["car", "dining table", "三轮车", 'a "quoted" name']),
    score=st.floats(0, 1),
    box=st.tuples(number, number, number, number),
    patch=st.binary(max_size=12),
)
observations = st.builds(
    Observation,
    camera=st.text(min_size=1, max_size=8),
    t_s=st.floats(0, 4e9),
    view=st.sampled_from(View),
    detections=st.lists(detections, max_size=4).map(tuple),
    places=st.dictionaries(st.text(max_size=6), st.binary(max_size=12), max_size=3),
    aspect=st.floats(0.3, 4),
)


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(observations)
def test_a_line_is_read_back_exactly_as_it_was_judged(observation: Observation) -> None:
    judged = observation.rounded()
    assert Observation.from_json(judged.to_json()) == judged
    assert judged.to_json() == observation.to_json()
    assert "\n" not in judged.to_json()


def test_rounding_loses_less_than_a_pixel_and_a_millisecond() -> None:
    one = Observation("cam", START_S + 1 / 3, detections=(Detection("car", 2 / 3, (1 / 3, 1 / 7, 2 / 3, 0.99999)),))
    judged = one.rounded()
    assert judged.t_s == pytest.approx(one.t_s, abs=5e-4)
    assert judged.detections[0].box == pytest.approx(one.detections[0].box, abs=5e-5)


def test_a_line_is_compact() -> None:
    observation = Street().add("car", CAR).observe(0, {"1-0": CAR})
    assert len(observation.to_json()) < 2000


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "null",
        "[]",
        '"text"',
        "{}",
        '{"camera": "c", "t": "soon", "objects": []}',
        '{"camera": "c", "t": 1}',
        '{"camera": "c", "t": 1, "objects": null}',
        '{"camera": "c", "t": 1, "objects": [["car", 0.5, [0, 0, 1], ""]]}',
        '{"camera": "c", "t": 1, "objects": [["car", 0.5, [0, 0, 1, 1]]]}',
        '{"camera": "c", "t": 1, "objects": [["car", 0.5, [0, 0, 1, 1], 7]]}',
        '{"camera": "c", "t": 1, "objects": [], "view": "sideways"}',
        '{"camera": "c", "t": 1, "objects": [], "places": []}',
        '{"camera": "c", "t": 1, "objects": [], "places": {"1-0": 5}}',
        '{"camera": "c", "t": 1, "objects": [], "aspect": null}',
    ],
)
def test_a_line_that_is_no_observation_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not an observation"):
        Observation.from_json(line)


def test_unknown_keys_of_a_newer_recorder_are_ignored() -> None:
    record = json.loads(Street().add("car", CAR).observe(0).to_json()) | {"weather": "rain"}
    assert Observation.from_json(json.dumps(record)).detections[0].label == "car"
