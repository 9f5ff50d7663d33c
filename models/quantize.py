"""Static INT8 quantisation (QDQ, weights per channel), calibrated with pictures; needs the `models` extra.

After Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
CVPR 2018; done by onnxruntime.quantization.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.entry import ModelEntry
from models.preprocess import Image, InputTensor

_LEAST_OPSET = 17
"""Scales per channel came with opset 13; ONNX Runtime's quantiser knows this one well."""

Operators = Literal["all", "convolutions"]


def quantized(model: bytes, entry: ModelEntry, pictures: Sequence[Image], operators: Operators = "all") -> bytes:
    """Give a model (ONNX, serialised) in INT8; what `pictures` (height x width x 3, BGR) bring about sets the ranges.

    `operators` is what becomes INT8: "all" that can, or only the "convolutions". Raises ValueError without pictures.
    """
    if not pictures:
        raise ValueError("no pictures to calibrate with")
    import onnx
    from onnx import version_converter
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    logging.getLogger().addFilter(_not_about_preprocessing)
    with (
        tempfile.TemporaryDirectory(prefix="kerbwatch-int8-") as folder,
        contextlib.redirect_stdout(sys.stderr),  # it prints as it goes
    ):
        modern, prepared, done = (Path(folder) / name for name in ("modern.onnx", "prepared.onnx", "int8.onnx"))
        loaded = onnx.load_model_from_string(model)
        if loaded.opset_import[0].version < _LEAST_OPSET:
            loaded = version_converter.convert_version(loaded, _LEAST_OPSET)
        onnx.save(loaded, modern)
        quant_pre_process(str(modern), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(done),
            _Calibration(entry, loaded.graph.input[0].name, pictures),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"] if operators == "convolutions" else None,
            per_channel=True,
            weight_type=QuantType.QInt8,
            activation_type=QuantType.QUInt8,
            # Ranges without the rarest values: by all of them (min-max), a small detector loses twice as much.
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": 99.99},
        )
        return done.read_bytes()


class _Calibration:
    """Feeds letterboxed pictures one by one (onnxruntime.quantization.CalibrationDataReader by its shape)."""

    def __init__(self, entry: ModelEntry, input_name: str, pictures: Sequence[Image]) -> None:
        self._tensor = InputTensor(entry.input, entry.letterbox, 1, np.dtype(np.float32))
        self._name, self._pictures = input_name, pictures
        self._left: Iterator[Image] = iter(pictures)

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        """Give the next input; None after the last."""
        picture = next(self._left, None)
        if picture is None:
            return None
        self._tensor.put(0, picture)
        return {self._name: self._tensor.values.copy()}

    def __len__(self) -> int:
        return len(self._pictures)

    def set_range(self, start_index: int, end_index: int) -> None:
        """Begin again with some of the pictures."""
        self._left = iter(self._pictures[start_index:end_index])

    def __iter__(self) -> Iterator[dict[str, NDArray[Any]]]:
        while (following := self.get_next()) is not None:
            yield following


def _not_about_preprocessing(record: logging.LogRecord) -> bool:
    return "pre-processing before quantization" not in record.getMessage()
