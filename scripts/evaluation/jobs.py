"""Many clips, in one process or several; each process has a detector of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import cv2

from models.catalog import load_catalog
from models.detector import Detector
from models.entry import ModelEntry
from models.fetch import ensure_weights
from models.runtime import Tuning
from scripts.evaluation.running import Folders, Run, run_and_write
from scripts.evaluation.truth import Clip

_NOTHING = Folders()
_detector: Detector | None = None
"""The detector of a worker process."""


def run_all(
    clips: Sequence[Clip],
    entry: ModelEntry,
    look_every_s: float,
    *,
    jobs: int = 1,
    threads: int = 1,
    folders: Folders = _NOTHING,
    done: Callable[[Clip], None] = lambda clip: None,
) -> list[Run]:
    """Run all clips and give what came out, in their order; `done` hears of each clip that is finished."""
    weights = ensure_weights(entry)
    runs: list[Run] = []
    if jobs == 1:
        detector = Detector.open(entry, weights, tuning=Tuning(threads=threads))
        for clip in clips:
            runs.append(run_and_write(clip, detector, look_every_s, folders))
            done(clip)
        return runs
    # A fresh interpreter for each worker: a forked one would inherit the runtime's threads half.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _open, (entry.name, threads)) as pool:
        waiting = [pool.submit(_run, clip, look_every_s, folders) for clip in clips]
        for clip, result in zip(clips, waiting, strict=True):
            runs.append(result.result())
            done(clip)
    return runs


def _open(model: str, threads: int) -> None:
    global _detector  # noqa: PLW0603  # a worker's only way to keep what its initialiser made
    cv2.setNumThreads(1)
    entry = load_catalog()[model]
    _detector = Detector.open(entry, ensure_weights(entry), tuning=Tuning(threads=threads))


def _run(clip: Clip, look_every_s: float, folders: Folders) -> Run:
    assert _detector is not None
    return run_and_write(clip, _detector, look_every_s, folders)
