"""What `kerbwatch-models bench` and `quantize` say, on real weights where there are some."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from models.bench.agreement import agreement
from models.bench.pictures import street_pictures
from models.catalog import DEFAULT_MODEL, find_entry, load_catalog
from models.cli import app
from models.detections import Detections
from models.detector import Detector
from models.errors import ModelError, WeightsError
from models.fetch import ensure_weights

_CAR, _BUS = 2, 5


def _found(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    boxes = np.array([row[:4] for row in rows], np.float32).reshape(-1, 4)
    return Detections(
        boxes, np.array([row[4] for row in rows], np.float32), np.array([row[5] for row in rows], np.int64)
    )


_STREET = [_found((0, 0, 100, 60, 0.9, _CAR), (200, 0, 300, 60, 0.8, _CAR)), _found((50, 50, 90, 90, 0.7, _BUS))]


def test_a_detector_agrees_with_itself_in_full() -> None:
    same = agreement(_STREET, _STREET, [_CAR, _BUS])
    assert (same.mean_ap, same.recall, same.things) == (1.0, 1.0, 3)


def test_a_car_that_is_lost_costs_recall() -> None:
    half = [_found((0, 0, 100, 60, 0.9, _CAR)), _STREET[1]]
    lost = agreement(_STREET, half, [_CAR, _BUS])
    assert lost.recall == pytest.approx(2 / 3, abs=1e-4)
    assert lost.mean_ap < 0.8


def test_what_is_seen_too_faintly_to_keep_a_stay_is_not_found_again() -> None:
    faint = [_found((0, 0, 100, 60, 0.1, _CAR), (200, 0, 300, 60, 0.8, _CAR)), _STREET[1]]
    assert agreement(_STREET, faint, [_CAR, _BUS]).recall == pytest.approx(2 / 3, abs=1e-4)


def test_finding_nothing_agrees_in_nothing() -> None:
    nothing = agreement(_STREET, [_found(), _found()], [_CAR, _BUS])
    assert (nothing.mean_ap, nothing.recall) == (0.0, 0.0)


def test_a_reference_that_sees_nothing_is_no_reference() -> None:
    with pytest.raises(ValueError, match="sure of nothing"):
        agreement([_found()], [_found()], [_CAR])


@pytest.fixture
def streets(tmp_path: Path) -> Path:
    """A folder of pictures: a photograph at several places of a wide street."""
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib, which carries the photograph, is not installed")
    photograph = cv2.imread(str(Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"))
    assert photograph is not None
    folder = tmp_path / "streets"
    folder.mkdir()
    for number in range(12):
        street = np.full((720, 1280, 3), 90 + 5 * number, np.uint8)
        street[60:660, 60 * number : 60 * number + 512] = photograph
        cv2.imwrite(str(folder / f"{number:02}.png"), street)
    return folder


def test_a_folder_gives_whole_streets_and_parts_of_them(streets: Path) -> None:
    pictures = street_pictures([streets], 416, every_s=1.0, most=8)
    assert len(pictures) == 8
    assert {picture.shape for picture in pictures} == {(720, 1280, 3)}  # one picture a file: its first view
    pieces = street_pictures([streets / "03.png"], 416, every_s=1.0, most=8)
    assert len(pieces) == 1


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no clip and no picture"):
        street_pictures([tmp_path], 416, every_s=1.0, most=8)


def _run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def _weights() -> None:
    entry = load_catalog()[DEFAULT_MODEL]
    try:
        ensure_weights(entry)
    except WeightsError as error:
        pytest.skip(f"the weights of {DEFAULT_MODEL} cannot be fetched: {error.en}")


@pytest.mark.usefixtures("_weights")
def test_every_way_of_running_is_measured_against_the_model_as_it_is(streets: Path, tmp_path: Path) -> None:
    pytest.importorskip("pycocotools", reason="pycocotools (the models extra) is not installed")
    said = _run("bench", streets, "--classes", "person", "--json", tmp_path / "rows.json")
    assert "as shipped" in said
    rows = {row["name"]: row for row in json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))}
    whole, shipped = rows["fp32, whole input"], rows["fp32, as shipped"]
    assert whole["agreement"]["recall"] == 1.0
    assert shipped["agreement"]["recall"] == 1.0
    assert rows["INT8"]["problem"] == ""
    assert all(row["cpu_ms"] > 0 for row in rows.values())


@pytest.mark.usefixtures("_weights")
def test_an_int8_model_of_ones_own_can_be_opened_with_the_catalogue_that_was_printed(
    streets: Path, tmp_path: Path
) -> None:
    catalog = tmp_path / "int8.yaml"
    catalog.write_text(_run("quantize", streets, "--out", tmp_path / "int8.onnx"), encoding="utf-8")
    name = f"{DEFAULT_MODEL}-int8"
    assert list(yaml.safe_load(catalog.read_text(encoding="utf-8"))["models"]) == [name]
    entry = find_entry(load_catalog(catalog), name)
    assert (tmp_path / "int8.onnx").stat().st_size < ensure_weights(load_catalog()[DEFAULT_MODEL]).stat().st_size / 2
    detector = Detector.open(entry, ensure_weights(entry), providers=["cpu"])
    assert len(detector.detect([np.full((720, 1280, 3), 90, np.uint8)])) == 1
