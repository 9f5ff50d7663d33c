"""Every way to run a detector that is worth a try on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnxruntime

from models.detector import Detector
from models.entry import ModelEntry
from models.preprocess import Image
from models.providers import SHORT_NAMES, options_of
from models.quantize import Operators, quantized
from models.runtime import AS_SHIPPED, Tuning

REFERENCE = "fp32, whole input"
"""What all others are compared with: the model as its file says, on ONNX Runtime's CPU provider."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way: `open` gives its detector, or raises ModelError.

    `streams` looks are taken at a time, on `sessions` sessions; `together` pictures go into one run.
    """

    name: str
    open: Callable[[], Detector]
    streams: int = 1
    sessions: int = 1
    together: int = 1


def variants(entry: ModelEntry, weights: Path, calibration: Sequence[Image]) -> list[Variant]:
    """List them, the reference first and then what a box does; what is not installed here is not listed."""
    cpu = SHORT_NAMES["cpu"]

    def plain(tuning: Tuning = AS_SHIPPED, *, provider: str = cpu, rectangles: bool = True) -> Callable[[], Detector]:
        return lambda: Detector.open(entry, weights, providers=[provider], tuning=tuning, rectangles=rectangles)

    def int8(operators: Operators, tuning: Tuning = AS_SHIPPED, provider: str = cpu) -> Callable[[], Detector]:
        def build() -> Detector:
            model = quantized(weights.read_bytes(), entry, calibration, operators)
            return Detector.open(entry, weights, providers=[provider], tuning=tuning, changed=model)

        return build

    found = [
        Variant(REFERENCE, plain(rectangles=False)),
        Variant("fp32, as shipped", plain()),
        Variant("graph: extended", plain(Tuning(graph="extended"))),
        Variant("graph: basic", plain(Tuning(graph="basic"))),
        Variant("no arena", plain(Tuning(arena=False))),
        Variant("2 threads", plain(Tuning(threads=2))),
        Variant("2 looks at a time, 1 session", plain(), streams=2),
        Variant("2 looks at a time, 2 sessions", plain(), streams=2, sessions=2),
        Variant("INT8", int8("all")),
        Variant("INT8, convolutions only", int8("convolutions")),
    ]
    there = onnxruntime.get_available_providers()
    if (openvino := SHORT_NAMES["openvino"]) in there:
        f32, bf16 = _openvino("f32"), _openvino("bf16")
        found += [
            Variant("OpenVINO fp32", plain(f32, provider=openvino)),
            Variant("OpenVINO bf16", plain(bf16, provider=openvino)),
            Variant("OpenVINO INT8", int8("all", f32, openvino)),
            Variant("OpenVINO INT8, convolutions only", int8("convolutions", f32, openvino)),
        ]
    for name in ("cuda", "tensorrt"):
        if (provider := SHORT_NAMES[name]) in there:
            found.append(Variant(name.upper(), plain(provider=provider)))
            found += [
                Variant(f"{name.upper()}, {n} pictures a run", plain(provider=provider), together=n) for n in (4, 16)
            ]
    return found


def _openvino(precision: str) -> Tuning:
    options = options_of(SHORT_NAMES["openvino"], threads=1, INFERENCE_PRECISION_HINT=precision)
    return Tuning(provider_options=options)
