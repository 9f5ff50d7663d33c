"""Tiny detectors built on the spot: they say boxes that the test knows, whatever they look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.catalog import ModelEntry

BuildModel = Callable[..., Path]
MakeEntry = Callable[..., ModelEntry]

_FLOATS = {"float": (TensorProto.FLOAT, np.float32), "float16": (TensorProto.FLOAT16, np.float16)}


@pytest.fixture
def build_model(tmp_path: Path) -> BuildModel:
    """Build an ONNX model that answers every picture with `output` plus `seen` times the picture's mean value."""

    def build(
        output: NDArray[Any],
        *,
        input_hw: tuple[int | str, int | str] = (64, 64),
        batch: int | str = 1,
        seen: NDArray[Any] | None = None,
        dtype: str = "float",
        metadata: dict[str, str] | None = None,
        name: str = "tiny.onnx",
    ) -> Path:
        onnx_type, numpy_type = _FLOATS[dtype]
        gain = np.zeros_like(output) if seen is None else seen
        constants = [
            numpy_helper.from_array(output[None].astype(numpy_type), "answer"),
            numpy_helper.from_array(gain[None].astype(numpy_type), "gain"),
            numpy_helper.from_array(np.array([-1, 1, 1], np.int64), "flat"),
        ]
        nodes = [
            helper.make_node("ReduceMean", ["images"], ["mean4"], axes=[1, 2, 3], keepdims=1),
            helper.make_node("Reshape", ["mean4", "flat"], ["mean"]),
            helper.make_node("Mul", ["mean", "gain"], ["told"]),
            helper.make_node("Add", ["told", "answer"], ["output"]),
        ]
        images = helper.make_tensor_value_info("images", onnx_type, [batch, 3, *input_hw])
        answer = helper.make_tensor_value_info("output", onnx_type, [batch, *output.shape])
        graph = helper.make_graph(nodes, "tiny", [images], [answer], constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
        helper.set_model_props(model, metadata or {})
        path = tmp_path / name
        onnx.save(model, path)
        return path

    return build


@pytest.fixture
def make_entry(tmp_path: Path) -> MakeEntry:
    """Make a catalogue entry for a 64 x 64 model with three classes; keyword arguments change fields."""

    def make(**changes: Any) -> ModelEntry:
        fields: dict[str, Any] = {
            "name": "tiny",
            "described_in": tmp_path / "catalog.yaml",
            "source": {"file": tmp_path / "tiny.onnx"},
            "sha256": "0" * 64,
            "licence": "CC0-1.0",
            "attribution": "built by the test",
            "input": {"width": 64, "height": 64, "colour": "bgr", "range": "0-255"},
            "letterbox": {"anchor": "top_left", "pad": 114},
            "decoder": "end_to_end",
            "class_names": ["car", "umbrella", "三轮车"],
        }
        return ModelEntry.model_validate(fields | changes)

    return make
