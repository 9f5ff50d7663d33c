"""A model whose input has a fixed size, made to take smaller ones: a wide picture then costs no grey below it."""

from __future__ import annotations

from typing import Any


def with_open_sizes(model: bytes) -> bytes:
    """Give a model (ONNX, serialised) with height and width of its input, and all that follows from them, left open.

    Nothing is computed in another way. A model that has its size built in elsewhere too (anchors, a reshape) fails, or
    gives an output of a wrong size, when it is run at another size: whoever uses this must try it.
    """
    import onnx  # late: needed only once, when a detector is opened

    opened = onnx.load_model_from_string(model)
    _, _, height, width = opened.graph.input[0].type.tensor_type.shape.dim
    _leave_open(height, "height")
    _leave_open(width, "width")
    for number, output in enumerate(opened.graph.output):
        for axis, size in enumerate(output.type.tensor_type.shape.dim):
            _leave_open(size, f"output{number}_{axis}")
    del opened.graph.value_info[:]  # sizes between the layers, noted for the fixed input
    return bytes(opened.SerializeToString())


def _leave_open(dimension: Any, name: str) -> None:
    dimension.Clear()
    dimension.dim_param = name
