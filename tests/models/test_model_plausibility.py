"""A model that is no detector, or gives no numbers, is refused with what it is; never run and silently blind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.catalog import ModelEntry
from models.decoders import make_decoder
from models.detector import Detector
from models.draft import draft_entry
from models.errors import RuntimeMismatchError
from models.plausibility import order_doubt

Build = Callable[..., Path]
Entry = Callable[..., ModelEntry]
NAMES = ["car", "umbrella", "三轮车"]


def _named(names: list[str]) -> dict[str, str]:
    return {"names": str(dict(enumerate(names)))}


@pytest.mark.parametrize(
    ("extra", "task"), [(32, "segment"), (51, "pose"), (1, "obb")], ids=["segmentation", "pose", "turned boxes"]
)
def test_a_model_for_another_task_is_refused_by_what_it_gives_besides_its_classes(
    build_model: Build, make_entry: Entry, extra: int, task: str
) -> None:
    path = build_model(np.zeros((4 + 3 + extra, 84), np.float32), metadata=_named(NAMES))
    with pytest.raises(RuntimeMismatchError, match=rf"another task \({task}\)"):
        draft_entry(path, "mine")
    entry = make_entry(decoder="ultralytics", class_names=[f"class{n}" for n in range(3 + extra)])
    with pytest.raises(RuntimeMismatchError, match=rf"another task \({task}\)"):
        Detector.open(entry, path)


def test_a_model_that_says_its_task_is_refused_whatever_its_shape(build_model: Build, make_entry: Entry) -> None:
    path = build_model(np.zeros((7, 84), np.float32), metadata={"task": "segment"})
    for refuse in (lambda: draft_entry(path, "x"), lambda: Detector.open(make_entry(decoder="ultralytics"), path)):
        with pytest.raises(RuntimeMismatchError, match=r"another task \(segment\)"):
            refuse()


def test_a_detr_with_two_classes_is_not_read_as_boxes(build_model: Build, make_entry: Entry) -> None:
    rng = np.random.default_rng(1)
    path = build_model(rng.uniform(0.05, 0.95, (300, 6)).astype(np.float32))  # centre, size, two scores
    for refuse in (lambda: draft_entry(path, "x"), lambda: Detector.open(make_entry(), path)):
        with pytest.raises(RuntimeMismatchError, match="its class ids are no whole numbers"):
            refuse()


def test_boxes_in_fractions_of_the_picture_are_not_taken_for_pixels(build_model: Build, make_entry: Entry) -> None:
    rows = np.random.default_rng(1).uniform(0.05, 0.95, (300, 6)).astype(np.float32)
    rows[:, 5] = 1
    with pytest.raises(RuntimeMismatchError, match="its boxes are fractions of the picture"):
        Detector.open(make_entry(), build_model(rows))


def test_raw_logits_are_not_taken_for_probabilities(build_model: Build, make_entry: Entry) -> None:
    for value, said in ((-3.0, "scores below 0"), (4.0, "above 1")):
        output = np.full((7, 84), value, np.float32)
        with pytest.raises(RuntimeMismatchError, match=said):
            Detector.open(make_entry(decoder="ultralytics"), build_model(output))


def test_another_number_of_classes_than_the_file_names_is_refused(build_model: Build, make_entry: Entry) -> None:
    path = build_model(np.zeros((10, 6), np.float32), metadata=_named(["car"]))
    with pytest.raises(RuntimeMismatchError, match=r"knows 1 classes \(car\), but models\.tiny"):
        Detector.open(make_entry(), path)


def test_class_names_in_another_order_than_the_file_has_them_are_doubted(make_entry: Entry) -> None:
    assert order_doubt(make_entry(), _named(NAMES)) is None
    assert order_doubt(make_entry(), _named(["voiture", "parasol", "x"])) is None  # named anew on purpose
    doubt = order_doubt(make_entry(), _named(NAMES[::-1]))
    assert doubt is not None
    assert "三轮车, umbrella, car" in doubt[0]


@pytest.mark.parametrize("decoder", ["end_to_end", "ultralytics", "yolox"])
def test_a_model_that_gives_no_numbers_is_refused(build_model: Build, make_entry: Entry, decoder: str) -> None:
    shape = {"end_to_end": (10, 6), "ultralytics": (7, 84), "yolox": (84, 8)}[decoder]
    with pytest.raises(RuntimeMismatchError, match="NaN"):
        Detector.open(make_entry(decoder=decoder), build_model(np.full(shape, np.nan, np.float32)))


def _scored(decoder: str, score: float) -> NDArray[np.float32]:
    shape = {"end_to_end": (10, 6), "ultralytics": (7, 84), "yolox": (84, 8)}[decoder]
    output = np.zeros(shape, np.float32)
    if decoder == "ultralytics":
        output[5, 3] = score
    else:
        output[3, 4] = score
    return output


@pytest.mark.parametrize("score", [np.nan, np.inf, 7.0])
@pytest.mark.parametrize("decoder", ["end_to_end", "ultralytics", "yolox"])
def test_one_score_that_is_none_makes_a_look_fail_and_not_an_empty_street(
    make_entry: Entry, decoder: str, score: float
) -> None:
    reader = make_decoder(make_entry(decoder=decoder), (64, 64))
    with pytest.raises(ValueError, match="it gives"):
        reader.decode(_scored(decoder, score), 0.1)


def test_boxes_that_are_no_numbers_make_a_look_fail_and_not_an_empty_street(make_entry: Entry) -> None:
    output = _scored("ultralytics", 0.9)
    output[:4, 3] = np.nan
    with pytest.raises(ValueError, match="boxes that are no numbers"):
        make_decoder(make_entry(decoder="ultralytics"), (64, 64)).decode(output, 0.1)
