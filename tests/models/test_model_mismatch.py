"""A model that is not what its entry says is refused when it is opened, with what, where and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from models.catalog import ModelEntry
from models.detector import Detector
from models.errors import RuntimeMismatchError

_END_TO_END = np.zeros((10, 6), np.float32)


def _refusal(build_or_path: Path, make_entry: Callable[..., ModelEntry], **changes: object) -> RuntimeMismatchError:
    with pytest.raises(RuntimeMismatchError) as caught:
        Detector.open(make_entry(**changes), build_or_path)
    return caught.value


def test_a_file_that_is_no_model_is_called_damaged(tmp_path: Path, make_entry: Callable[..., ModelEntry]) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"<html>404 not found</html>")
    error = _refusal(path, make_entry)
    assert str(path) in error.en
    assert "cannot load it" in error.en
    assert "fetch or export it again" in error.en
    assert "无法加载" in error.zh


def test_a_model_cut_off_in_the_middle_is_called_damaged(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    path = build_model(_END_TO_END)
    path.write_bytes(path.read_bytes()[:-40])
    assert "cannot load it" in _refusal(path, make_entry).en


def test_a_missing_file_is_called_missing_and_says_how_to_fetch(
    tmp_path: Path, make_entry: Callable[..., ModelEntry]
) -> None:
    error = _refusal(tmp_path / "none.onnx", make_entry)
    assert "there is no such file" in error.en
    assert "kerbwatch-models pull" in error.en


def test_another_input_size_names_both_sizes_and_the_keys_to_correct(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry], tmp_path: Path
) -> None:
    error = _refusal(build_model(_END_TO_END, input_hw=(96, 64)), make_entry)
    assert f"models.tiny in {tmp_path / 'catalog.yaml'}" in error.en
    assert "images: 1 x 3 x 96 x 64 of float" in error.en
    assert "says 3 x 64 x 64" in error.en
    assert "input.width and input.height" in error.en


def test_the_wrong_decoder_names_the_output_found_and_the_one_expected(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    error = _refusal(build_model(_END_TO_END), make_entry, decoder="yolox")
    assert "an output of 1 x 10 x 6" in error.en
    assert "decoder yolox with 3 class names reads 1 x 84 x 8" in error.en


def test_a_wrong_number_of_class_names_is_seen(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    error = _refusal(build_model(np.zeros((9, 84), np.float32)), make_entry, decoder="ultralytics")
    assert "1 x 9 x 84" in error.en
    assert "reads 1 x 7 x anchors" in error.en


def test_a_class_id_without_a_name_is_an_error_and_not_a_wrong_label(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    detector = Detector.open(make_entry(), build_model(np.array([[1, 1, 9, 9, 0.9, 3]], np.float32)))
    with pytest.raises(RuntimeMismatchError, match="class id 3 has no name: class_names has 3"):
        detector.detect([np.zeros((64, 64, 3), np.uint8)])


def test_a_model_that_wants_whole_numbers_is_refused(tmp_path: Path, make_entry: Callable[..., ModelEntry]) -> None:
    images = helper.make_tensor_value_info("images", TensorProto.INT64, [1, 3, 64, 64])
    output = helper.make_tensor_value_info("output", TensorProto.INT64, [1, 3, 64, 64])
    graph = helper.make_graph([helper.make_node("Identity", ["images"], ["output"])], "g", [images], [output])
    path = tmp_path / "int.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    assert "its input is tensor(int64)" in _refusal(path, make_entry).en


def test_the_provider_that_runs_is_named(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    path = build_model(_END_TO_END)
    assert Detector.open(make_entry(), path, providers=["cpu"]).provider == "CPUExecutionProvider"
    assert Detector.open(make_entry(), path, providers="auto").provider.endswith("ExecutionProvider")


def test_a_provider_that_is_not_there_is_an_error_that_lists_those_that_are(
    build_model: Callable[..., Path], make_entry: Callable[..., ModelEntry]
) -> None:
    with pytest.raises(RuntimeMismatchError, match=r"NoSuchExecutionProvider: not in .* has .*CPUExecutionProvider"):
        Detector.open(make_entry(), build_model(_END_TO_END), providers=["NoSuchExecutionProvider", "cpu"])
