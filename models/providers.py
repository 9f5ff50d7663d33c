"""Which of ONNX Runtime's execution providers to run on: those that are truly there, best first."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

import onnxruntime

from models.errors import RuntimeMismatchError

SHORT_NAMES = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
}

_AUTO = ("cuda", "openvino", "cpu")
"""What `auto` tries. TensorRT is left to those who ask: its first start compiles for minutes."""

_Opened = TypeVar("_Opened")


def options_of(provider: str, threads: int, **settings: str) -> dict[str, str]:
    """Give a provider's own options, `settings` among them: OpenVINO does not heed ONNX Runtime's threads."""
    if provider != SHORT_NAMES["openvino"]:
        return {}
    chosen = {"INFERENCE_NUM_THREADS": str(threads), "NUM_STREAMS": "1"} | settings
    return {"device_type": "CPU", "load_config": json.dumps({"CPU": chosen})}


def candidates() -> list[str]:
    """Give the providers that `auto` chooses from on this machine."""
    there = onnxruntime.get_available_providers()
    return [SHORT_NAMES[name] for name in _AUTO if SHORT_NAMES[name] in there]


def fastest(
    providers: Sequence[str], open_one: Callable[[str], _Opened], cost_s: Callable[[_Opened], float]
) -> _Opened:
    """Open a model on every provider and give the one that costs least; a single one is not timed.

    A provider whose driver is missing is passed over; raises its RuntimeMismatchError when none starts.
    """
    opened: list[_Opened] = []
    failure: RuntimeMismatchError | None = None
    for provider in providers:
        try:
            opened.append(open_one(provider))
        except RuntimeMismatchError as error:
            failure = error
    if not opened and failure is not None:
        raise failure
    return opened[0] if len(opened) == 1 else min(opened, key=cost_s)


def pick_providers(wanted: Sequence[str]) -> list[str]:
    """Resolve short names (cpu, cuda, tensorrt, openvino) or ONNX Runtime's own names, in order.

    Raises RuntimeMismatchError for a name that the installed ONNX Runtime has not, saying what it has.
    """
    there = onnxruntime.get_available_providers()
    full = [SHORT_NAMES.get(name.lower(), name) for name in wanted]
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
