"""The default detector itself, on a photograph that matplotlib carries: an officer in uniform, with a tie."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.catalog import DEFAULT_MODEL, load_catalog
from models.detector import Detections, Detector
from models.errors import WeightsError
from models.fetch import ensure_weights


@pytest.fixture(scope="module")
def detector() -> Detector:
    entry = load_catalog()[DEFAULT_MODEL]
    try:
        return Detector.open(entry, ensure_weights(entry), providers=["cpu"])
    except WeightsError as error:
        pytest.skip(f"the weights of {DEFAULT_MODEL} cannot be fetched: {error.en}")


@pytest.fixture(scope="module")
def photograph() -> NDArray[np.uint8]:
    """512 x 600 (width x height): head and shoulders, facing the camera."""
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib, which carries the photograph, is not installed")
    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def _best(detector: Detector, found: Detections, label: str) -> NDArray[np.float32]:
    """The best box of one label; it must be there."""
    index = [detector.class_names[class_id] for class_id in found.class_ids].index(label)
    assert found.scores[index] > 0.6
    box: NDArray[np.float32] = found.boxes_xyxy[index]
    return box


def test_the_officer_and_her_tie_are_found_where_they_are(detector: Detector, photograph: NDArray[np.uint8]) -> None:
    (found,) = detector.detect([photograph], min_score=0.5)
    assert sorted(detector.class_names[i] for i in found.class_ids) == ["person", "tie"]
    np.testing.assert_allclose(_best(detector, found, "person"), [10, 40, 512, 590], atol=25)
    np.testing.assert_allclose(_best(detector, found, "tie"), [221, 407, 295, 530], atol=25)


def test_a_picture_twice_as_large_gives_boxes_twice_as_large(detector: Detector, photograph: NDArray[np.uint8]) -> None:
    twice = np.asarray(cv2.resize(photograph, None, fx=2, fy=2), np.uint8)
    small, large = detector.detect([photograph, twice], min_score=0.5)
    for label in ("person", "tie"):
        np.testing.assert_allclose(_best(detector, large, label), 2 * _best(detector, small, label), atol=25)


def test_a_wide_crop_finds_the_tie_at_the_crops_own_place(detector: Detector, photograph: NDArray[np.uint8]) -> None:
    top = 150
    whole, crop = detector.detect([photograph, photograph[top:]], min_score=0.3)
    shift = np.array([0, top, 0, top])
    np.testing.assert_allclose(_best(detector, crop, "tie") + shift, _best(detector, whole, "tie"), atol=25)


def test_an_empty_wall_holds_nothing(detector: Detector) -> None:
    (found,) = detector.detect([np.full((720, 1280, 3), 128, np.uint8)], min_score=0.3)
    assert len(found) == 0
    assert found.boxes_xyxy.shape == (0, 4)


def test_a_box_that_lacks_onnx_pays_for_whole_inputs_and_says_so(
    detector: Detector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)  # as Python has it when an import failed
    square = Detector.open(detector.entry, ensure_weights(detector.entry), providers=["cpu"])
    assert not square.takes_rectangles
    assert "onnx is not installed" in caplog.text


def test_the_default_detector_takes_rectangles_and_sees_what_it_saw_on_a_whole_input(
    detector: Detector, photograph: NDArray[np.uint8]
) -> None:
    assert detector.takes_rectangles
    square = Detector.open(detector.entry, ensure_weights(detector.entry), providers=["cpu"], rectangles=False)
    assert not square.takes_rectangles
    for picture in (photograph, photograph[100:450], photograph[:, 100:400]):  # upright, wide, narrow
        (on_rectangle,), (on_square,) = detector.detect([picture], 0.5), square.detect([picture], 0.5)
        assert on_rectangle.class_ids.tolist() == on_square.class_ids.tolist()
        np.testing.assert_allclose(on_rectangle.boxes_xyxy, on_square.boxes_xyxy, atol=15)
        np.testing.assert_allclose(on_rectangle.scores, on_square.scores, atol=0.05)
