"""What every measurement gets, and what it says of its progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.detector import Detector
from models.entry import ModelEntry
from scripts.evaluation.scoring import Score, total
from scripts.evaluation.truth import Clip

Figures = dict[str, Any]
"""Plain data, as it is written to the JSON file."""


@dataclass(frozen=True)
class Bench:
    """The clips, the detector, and where to say how far it is."""

    folder: Path
    clips: Sequence[Clip]
    entry: ModelEntry
    detector: Detector
    jobs: int
    say: Callable[[str], None]


def figures_of(scores: Sequence[Score]) -> Figures:
    """Sum scores up as plain data."""
    marks = total(scores)
    return {
        "tp": len(marks.delays_s),
        "fp": len(marks.false),
        "fn": len(marks.missed),
        "precision": marks.precision,
        "recall": marks.recall,
        "f1": marks.f1,
        "median_delay_s": marks.median_delay_s,
    }
