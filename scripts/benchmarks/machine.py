"""What the machine gives right now: the figures of a shared machine mean little without it."""

from __future__ import annotations

import os
import platform
import statistics
import time
from pathlib import Path
from typing import Any

import av
import numpy as np

from models.detector import Detector

_TRIES = 12


def machine(detector: Detector, clip: Path) -> dict[str, Any]:
    """Give the processor, its load, and what one inference and one keyframe cost now (CPU ms, median of a few)."""
    picture = np.zeros((*detector.input_hw, 3), np.uint8)
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": [round(value, 2) for value in os.getloadavg()],
        "inference_ms": _median_ms(lambda: detector.detect([picture])),
        "keyframe_ms": _keyframe_ms(clip),
        "provider": detector.provider,
        "model": detector.entry.name,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _median_ms(work: Any) -> float:
    spent = []
    for _ in range(_TRIES):
        began_s = time.thread_time()
        work()
        spent.append(time.thread_time() - began_s)
    return round(1000 * statistics.median(spent), 2)


def _keyframe_ms(clip: Path) -> float:
    spent = []
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        stream.codec_context.skip_frame = "NONKEY"
        pictures = container.decode(stream)
        for _ in range(_TRIES):
            began_s = time.thread_time()
            next(pictures)
            spent.append(time.thread_time() - began_s)
    return round(1000 * statistics.median(spent), 2)
