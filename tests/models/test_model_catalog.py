"""The catalogue reads what is right, and says of what is wrong: which file, which key, what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from models.catalog import DEFAULT_MODEL, find_entry, load_catalog
from models.entry import DecoderKind, FileSource, PypiWheelSource, UrlSource
from models.errors import CatalogError

_OWN: dict[str, Any] = {
    "summary": "our own",
    "source": {"file": "weights/kerb.onnx"},
    "sha256": "ab" * 32,
    "licence": "proprietary",
    "attribution": "the city",
    "input": {"width": 640, "height": 384, "colour": "rgb", "range": "0-1"},
    "letterbox": {"anchor": "center"},
    "decoder": "ultralytics",
    "class_names": ["car", "遮阳伞", "三轮车"],
}


def _write(folder: Path, text: str | dict[str, Any]) -> Path:
    path = folder / "own.yaml"
    path.write_text(text if isinstance(text, str) else yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")
    return path


def _refusal(folder: Path, text: str | dict[str, Any]) -> str:
    path = _write(folder, text)
    with pytest.raises(CatalogError) as caught:
        load_catalog(path)
    assert str(path) in caught.value.en
    assert str(path) in caught.value.zh
    return caught.value.en


def _with(**changes: Any) -> dict[str, Any]:
    return {"models": {"kerb": _OWN | changes}}


def test_the_default_detector_is_yolox_nano_through_pip() -> None:
    entry = load_catalog()[DEFAULT_MODEL]
    assert isinstance(entry.source, PypiWheelSource)
    assert entry.decoder is DecoderKind.YOLOX
    assert entry.input_hw == (416, 416)
    assert entry.licence == "Apache-2.0"
    assert "Megvii" in entry.attribution
    assert len(entry.class_names) == 80
    assert [entry.class_names[i] for i in (0, 1, 2, 3, 5, 7, 25, 56, 60, 79)] == [
        "person", "bicycle", "car", "motorcycle", "bus", "truck", "umbrella", "chair", "dining table", "toothbrush",
    ]  # fmt: skip


def test_an_entry_of_ones_own_is_merged_and_its_file_is_found_beside_the_yaml(tmp_path: Path) -> None:
    catalog = load_catalog(_write(tmp_path, _with()))
    entry = catalog["kerb"]
    assert set(catalog) == {DEFAULT_MODEL, "kerb"}
    assert entry.source == FileSource(file=tmp_path / "weights" / "kerb.onnx")
    assert entry.input_hw == (384, 640)
    assert entry.class_names == ("car", "遮阳伞", "三轮车")


def test_an_entry_with_a_known_name_replaces_it(tmp_path: Path) -> None:
    mirrored = _OWN | {"source": {"url": "https://mirror.example/yolox.onnx"}}
    catalog = load_catalog(_write(tmp_path, {"models": {DEFAULT_MODEL: mirrored}}))
    assert catalog[DEFAULT_MODEL].source == UrlSource(url="https://mirror.example/yolox.onnx")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decodr": "yolox"}, "models.kerb.decodr: unknown key"),
        ({"input": _OWN["input"] | {"scale": 255}}, "models.kerb.input.scale: unknown key"),
        ({"source": {"file": "a.onnx", "sha": "x"}}, "models.kerb.source.sha: unknown key"),
        ({"source": {"pypi_wheel": {"distribution": "a", "version": "1"}}}, "source.pypi_wheel.member: is required"),
        ({"source": {"file": "a.onnx", "url": "https://a.example/b"}}, "models.kerb.source: must have exactly one of"),
        ({"source": {"torrent": "x"}}, "models.kerb.source: must have exactly one of"),
        ({"source": "weights.onnx"}, "models.kerb.source: must have exactly one of"),
        ({"source": {"url": "ftp://a.example/b"}}, "models.kerb.source.url: "),
        ({"sha256": "12"}, "models.kerb.sha256: "),
        (
            {"decoder": "ssd"},
            "models.kerb.decoder: Input should be 'yolox', 'ultralytics' or 'end_to_end' (found 'ssd')",
        ),
        ({"input": _OWN["input"] | {"width": 417}}, "models.kerb.input.width: Input should be a multiple of 32"),
        ({"input": _OWN["input"] | {"std": [1, 0, 1]}}, "models.kerb.input: std: every value must be above 0"),
        ({"input": _OWN["input"] | {"mean": [1, "x", 1]}}, "models.kerb.input.mean[1]: "),
        ({"class_names": "coco81"}, "models.kerb.class_names: no list is called 'coco81' (there is: coco80)"),
        ({"class_names": ["car", "car"]}, "models.kerb: class_names: a name stands there twice"),
        ({"decoder": "end_to_end", "nms_iou": 0.5}, "models.kerb: nms_iou: an end_to_end model suppresses"),
        ({"name": "other"}, "models.kerb.name: unknown key"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_wrong_field_is_named_by_its_path(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    assert said in _refusal(tmp_path, _with(**changes))


def test_every_wrong_field_is_said_at_once(tmp_path: Path) -> None:
    said = _refusal(tmp_path, _with(sha256="12", decodr="yolox"))
    assert "models.kerb.sha256" in said
    assert "models.kerb.decodr" in said


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    fields = {key: value for key, value in _OWN.items() if key != "licence"}
    assert "models.kerb.licence: is required and missing" in _refusal(tmp_path, {"models": {"kerb": fields}})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "models:\n  kerb: {sha256: 1, sha256: 2}\n",
            "own.yaml:2:21: not valid YAML: the key 'sha256' stands here twice",
        ),
        ("models:\n\tkerb: 1\n", "own.yaml:2:1: not valid YAML"),
        ("- a\n", "models: must be a mapping"),
        ("", "models: must be a mapping"),
        ("models: {}\nmodel: {}\n", "model: unknown key"),
        ("models: {Kerb Model: {}}\n", "models.Kerb Model: a name is"),
        ("models: {kerb: 3}\n", "models.kerb: must be a mapping of fields"),
    ],
)
def test_a_file_that_is_no_catalogue_says_where(tmp_path: Path, text: str, said: str) -> None:
    assert said in _refusal(tmp_path, text)


def test_a_missing_catalogue_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"nowhere\.yaml: cannot be read"):
        load_catalog(tmp_path / "nowhere.yaml")


def test_a_mistyped_model_name_gets_the_nearest_first() -> None:
    with pytest.raises(CatalogError, match=r"no model is called 'yolox-nano'\. There are: yolox-nano-coco"):
        find_entry(load_catalog(), "yolox-nano")
