"""Each decoder reads a real ONNX model that says boxes the test knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.catalog import ModelEntry
from models.decoders.yolox import cell_count
from models.detector import Detections, Detector

_CLASSES = 3
# A picture twice as wide and high as the 64 x 64 input: boxes come back twice as large.
_PICTURE = np.zeros((128, 128, 3), np.uint8)


def _yolox_row(
    cell: tuple[int, int],
    stride: int,
    box_xyxy: tuple[float, float, float, float],
    objectness: float,
    probabilities: list[float],
) -> tuple[int, list[float]]:
    """The row's number and what YOLOX must say there so that `box_xyxy` (input pixels) comes out."""
    before = {8: 0, 16: 64, 32: 64 + 16}[stride]
    x1, y1, x2, y2 = box_xyxy
    x, y = (x1 + x2) / 2 / stride - cell[0], (y1 + y2) / 2 / stride - cell[1]
    w, h = np.log((x2 - x1) / stride), np.log((y2 - y1) / stride)
    return before + cell[1] * (64 // stride) + cell[0], [x, y, w, h, objectness, *probabilities]


def _yolox_output(*rows: tuple[int, list[float]]) -> NDArray[np.float32]:
    output = np.zeros((cell_count((64, 64)), 5 + _CLASSES), np.float32)
    for number, values in rows:
        output[number] = values
    return output


def _assert_found(found: Detections, boxes: list[list[float]], scores: list[float], class_ids: list[int]) -> None:
    np.testing.assert_allclose(found.boxes_xyxy, np.array(boxes, np.float32).reshape(-1, 4), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(found.scores, scores, rtol=1e-5)
    assert found.class_ids.tolist() == class_ids
    assert found.boxes_xyxy.dtype == found.scores.dtype == np.float32


def test_yolox_boxes_of_all_three_strides_come_out_in_pixels_of_the_picture(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    output = _yolox_output(
        _yolox_row((1, 2), 8, (8, 16, 20, 24), 0.9, [0.1, 0.8, 0.2]),
        _yolox_row((3, 0), 16, (40, 0, 64, 30), 0.5, [0.0, 0.0, 1.0]),
        _yolox_row((0, 1), 32, (-4, 30, 30, 66), 1.0, [0.9, 0.3, 0.3]),
    )
    detector = Detector.open(make_entry(decoder="yolox"), build_model(output))
    (found,) = detector.detect([_PICTURE])
    _assert_found(
        found,
        [[-8, 60, 60, 132], [16, 32, 40, 48], [80, 0, 128, 60]],
        [0.9, 0.72, 0.5],
        [0, 1, 2],
    )
    assert [detector.class_names[i] for i in found.class_ids] == ["car", "umbrella", "三轮车"]


def test_yolox_scores_are_objectness_times_probability_and_weak_ones_are_left_out(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    output = _yolox_output(
        _yolox_row((1, 2), 8, (8, 16, 20, 24), 0.5, [0.5, 0.0, 0.0]),
        _yolox_row((5, 5), 8, (40, 40, 52, 52), 0.5, [0.3, 0.0, 0.0]),
    )
    detector = Detector.open(make_entry(decoder="yolox"), build_model(output))
    assert detector.detect([_PICTURE], min_score=0.2)[0].scores.tolist() == pytest.approx([0.25])
    assert len(detector.detect([_PICTURE], min_score=0.1)[0]) == 2


def test_ultralytics_boxes_come_out_and_overlaps_of_one_class_are_suppressed(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    output = np.zeros((4 + _CLASSES, 84), np.float32)
    output[:, 3] = [20, 30, 16, 20, 0.1, 0.9, 0.2]  # centre x, centre y, width, height, probabilities
    output[:, 4] = [21, 30, 16, 20, 0.1, 0.8, 0.2]  # the same umbrella again
    output[:, 5] = [21, 30, 16, 20, 0.7, 0.1, 0.2]  # a car behind it
    output[:, 80] = [50, 10, 8, 8, 0.05, 0.05, 0.05]
    detector = Detector.open(make_entry(decoder="ultralytics"), build_model(output))
    (found,) = detector.detect([_PICTURE])
    _assert_found(found, [[24, 40, 56, 80], [26, 40, 58, 80]], [0.9, 0.7], [1, 0])


def test_an_end_to_end_models_boxes_are_taken_as_they_are_best_first(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    output = np.zeros((10, 6), np.float32)
    output[0] = [4, 8, 24, 28, 0.6, 2]
    output[1] = [5, 8, 24, 28, 0.7, 2]  # the model has decided that these are two
    output[2] = [40, 40, 60, 60, 0.05, 0]
    detector = Detector.open(make_entry(), build_model(output))
    (found,) = detector.detect([_PICTURE])
    _assert_found(found, [[10, 16, 48, 56], [8, 16, 48, 56]], [0.7, 0.6], [2, 2])


@pytest.mark.parametrize("nonsense", [np.nan, np.inf, 1e30, 200.0], ids=["nan", "inf", "huge", "exp overflows"])
def test_a_box_that_is_no_box_is_dropped_and_the_good_one_beside_it_stays(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry], nonsense: float
) -> None:
    number, values = _yolox_row((5, 5), 8, (40, 40, 52, 52), 0.9, [0.0, 1.0, 0.0])
    values[2] = nonsense
    output = _yolox_output(_yolox_row((1, 2), 8, (8, 16, 20, 24), 0.5, [1.0, 0.0, 0.0]), (number, values))
    detector = Detector.open(make_entry(decoder="yolox"), build_model(output))
    (found,) = detector.detect([_PICTURE])
    _assert_found(found, [[16, 32, 40, 48]], [0.5], [0])


def test_an_end_to_end_box_turned_inside_out_is_dropped(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    output = np.array([[24, 28, 4, 8, 0.9, 0], [4, 8, 24, 28, 0.6, 1]], np.float32)
    (found,) = Detector.open(make_entry(), build_model(output)).detect([_PICTURE])
    assert found.class_ids.tolist() == [1]


def test_a_centred_letterbox_is_taken_off_again(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    output = np.array([[0, 16, 64, 48, 0.9, 0]], np.float32)  # exactly where a 2:1 picture lies
    entry = make_entry(letterbox={"anchor": "center", "pad": 114})
    (found,) = Detector.open(entry, build_model(output)).detect([np.zeros((500, 1000, 3), np.uint8)])
    np.testing.assert_allclose(found.boxes_xyxy, [[0, 0, 1000, 500]], atol=1e-3)
