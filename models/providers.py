"""Which of ONNX Runtime's execution providers to run on: those that are truly there, best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import onnxruntime

from models.errors import RuntimeMismatchError

SHORT_NAMES = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
}

_AUTO = ("cuda", "openvino", "cpu")
"""What `auto` tries, in order. TensorRT is left to those who ask: its first start compiles for minutes."""


def pick_providers(wanted: Sequence[str] | Literal["auto"]) -> list[str]:
    """Resolve `auto`, short names (cpu, cuda, tensorrt, openvino) or ONNX Runtime's own names, in order.

    Raises RuntimeMismatchError for a name that the installed ONNX Runtime has not, saying what it has.
    """
    there = onnxruntime.get_available_providers()
    if wanted == "auto":
        return [SHORT_NAMES[name] for name in _AUTO if SHORT_NAMES[name] in there]
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    full = [SHORT_NAMES.get(name.lower(), name) for name in names]
    missing = [name for name in full if name not in there]
    if missing or not full:
        listed = ", ".join(there)
        what = ", ".join(missing) or "no provider"
        raise RuntimeMismatchError(
            f"{what}: not in the installed ONNX Runtime {onnxruntime.__version__}, which has {listed}. "
            f"Use `auto`, or install the ONNX Runtime package built for it.",
            f"{what}：当前安装的 ONNX Runtime {onnxruntime.__version__} 不支持，可用的有 {listed}。"
            f"请改用 auto，或安装相应的 ONNX Runtime 版本。",
        )
    return full
