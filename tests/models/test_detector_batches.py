"""Several pictures in one call, on models that take one, some, or any number at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.catalog import ModelEntry
from models.detector import MAX_BATCH, Detector

# The model says how bright its picture was by where it puts the box: x2 = 1 + mean / 10.
_ANSWER = np.array([[0, 0, 1, 10, 0.9, 0]], np.float32)
_SEEN = np.array([[0, 0, 0.1, 0, 0, 0]], np.float32)


def _picture(brightness: int) -> NDArray[np.uint8]:
    return np.full((64, 64, 3), brightness, np.uint8)


def _brightness_seen(detector: Detector, brightness: list[int]) -> list[float]:
    found = detector.detect([_picture(value) for value in brightness])
    return [round(10 * (float(one.boxes_xyxy[0, 2]) - 1), 1) for one in found]


@pytest.mark.parametrize("batch", [1, 4, "n"])
@pytest.mark.parametrize("count", [0, 1, 4, 7, MAX_BATCH + 3])
def test_every_picture_gets_its_own_answer_in_order(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry], batch: int | str, count: int
) -> None:
    detector = Detector.open(make_entry(), build_model(_ANSWER, seen=_SEEN, batch=batch))
    brightness = list(range(10, 10 + count))
    assert _brightness_seen(detector, brightness) == brightness


def test_several_threads_share_one_detector_and_none_sees_anothers_picture(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    detector = Detector.open(make_entry(), build_model(_ANSWER, seen=_SEEN))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda value: _brightness_seen(detector, [value] * 3), range(200)))
    assert answers == [[value] * 3 for value in range(200)]


def test_answers_keep_their_values_when_the_next_picture_comes(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    detector = Detector.open(make_entry(), build_model(_ANSWER, seen=_SEEN))
    (first,) = detector.detect([_picture(50)])
    before = first.boxes_xyxy.copy()
    detector.detect([_picture(200)])
    np.testing.assert_array_equal(first.boxes_xyxy, before)


def test_a_half_precision_model_is_fed_half_precision(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    detector = Detector.open(make_entry(), build_model(_ANSWER, dtype="float16"))
    (found,) = detector.detect([_picture(0)])
    assert found.boxes_xyxy.dtype == np.float32
    assert found.boxes_xyxy.tolist() == [[0, 0, 1, 10]]


def test_a_model_with_open_sizes_runs_at_the_size_of_its_entry(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    path = build_model(_ANSWER, seen=_SEEN, batch="n", input_hw=("h", "w"))
    entry = make_entry(input={"width": 96, "height": 32, "colour": "rgb", "range": "0-255"})
    detector = Detector.open(entry, path)
    assert detector.input_hw == (32, 96)
    (found,) = detector.detect([np.full((64, 192, 3), 80, np.uint8)])
    np.testing.assert_allclose(found.boxes_xyxy, [[0, 0, 18, 20]], rtol=1e-5)


def test_a_model_whose_size_is_built_in_keeps_its_whole_input(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    answer = np.zeros((84, 8), np.float32)  # the cells of 64 x 64, whatever it is given
    detector = Detector.open(make_entry(decoder="yolox"), build_model(answer), providers=["cpu"])
    assert not detector.takes_rectangles
    assert detector.session.input.shape == (1, 3, 64, 64)
    assert len(detector.detect([np.zeros((20, 200, 3), np.uint8)])) == 1
