from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.nms import MAX_CANDIDATES, nms_per_class

# Whole numbers: areas and overlaps are exact, so that the reference and OpenCV cannot differ by rounding alone.
_corner = st.integers(-300, 300)
_side = st.integers(1, 200)
_candidate = st.tuples(_corner, _corner, _side, _side, st.integers(0, 20), st.integers(0, 79))


def _brute_force(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], ids: NDArray[np.int64], iou: float
) -> list[int]:
    kept: list[int] = []
    for i in sorted(range(len(scores)), key=lambda i: -scores[i]):
        if all(ids[i] != ids[k] or _iou(boxes[i].tolist(), boxes[k].tolist()) <= iou for k in kept):
            kept.append(i)
    return kept


def _iou(a: list[float], b: list[float]) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


@given(st.lists(_candidate, max_size=40), st.sampled_from([0.1, 0.37, 0.45, 0.65, 0.93]))
def test_what_stays_is_what_a_plain_pair_by_pair_search_keeps(candidates: list[tuple[int, ...]], iou: float) -> None:
    table = np.array(candidates, np.float32).reshape(-1, 6)
    boxes = np.concatenate((table[:, :2], table[:, :2] + table[:, 2:4]), axis=1)
    scores, ids = table[:, 4] / np.float32(20), table[:, 5].astype(np.int64)
    assert nms_per_class(boxes, scores, ids, iou).tolist() == _brute_force(boxes, scores, ids, iou)


def test_a_car_half_outside_the_picture_does_not_suppress_another_class() -> None:
    boxes = np.array([[0, 0, 100, 100], [-150, 0, 100, 100]], np.float32)
    kept = nms_per_class(boxes, np.array([0.9, 0.8], np.float32), np.array([0, 1]), 0.1)
    assert kept.tolist() == [0, 1]


def test_a_dense_row_of_bicycles_keeps_every_one() -> None:
    left = np.arange(200, dtype=np.float32) * 12
    boxes = np.stack((left, left * 0, left + 30, left * 0 + 60), axis=1)  # neighbours overlap by an IoU of 0.43
    kept = nms_per_class(boxes, np.full(200, 0.5, np.float32), np.zeros(200, np.int64), 0.45)
    assert kept.tolist() == list(range(200))


def test_noise_without_end_costs_no_more_than_the_best_thousand() -> None:
    left = np.arange(3000, dtype=np.float32) * 10
    boxes = np.stack((left, left * 0, left + 9, left * 0 + 9), axis=1)
    scores = np.linspace(0.1, 0.9, 3000, dtype=np.float32)
    kept = nms_per_class(boxes, scores, np.zeros(3000, np.int64), 0.45)
    assert kept.tolist() == list(range(2999, 2999 - MAX_CANDIDATES, -1))


def test_nothing_found_stays_nothing() -> None:
    kept = nms_per_class(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int64), 0.45)
    assert kept.shape == (0,)
