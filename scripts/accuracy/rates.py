"""The evaluation at three rates of looking: sparse looks lose nothing."""

from __future__ import annotations

from typing import Any

from scripts.accuracy.step import Bench, Figures, figures_of
from scripts.evaluation.jobs import run_all
from scripts.evaluation.report import faults_of
from scripts.evaluation.scoring import score
from scripts.evaluation.tables import rate_name

RATES_S = (2.0, 4.0, 1 / 12)
"""Seconds between looks; the costly one last."""


def measure(bench: Bench) -> Figures:
    """Give each rate's figures, in all and by clip, with every fault explained."""
    return {"rates": [_rate(bench, every_s) for every_s in RATES_S]}


def _rate(bench: Bench, every_s: float) -> dict[str, Any]:
    name = rate_name(every_s)
    done: list[str] = []

    def tell(clip: Any) -> None:
        done.append(clip.name)
        bench.say(f"{name}: {len(done)}/{len(bench.clips)} clips")

    runs = run_all(bench.clips, bench.entry, every_s, jobs=bench.jobs, done=tell)
    scores = [score(clip.expected, run.reports) for clip, run in zip(bench.clips, runs, strict=True)]
    faults = [
        fault
        for clip, run, marks in zip(bench.clips, runs, scores, strict=True)
        for fault in faults_of(clip, run, marks)
    ]
    return {
        "name": name,
        "every_s": every_s,
        "looks": sum(run.looks for run in runs),
        "cpu_ms_per_look": 1000 * sum(run.cpu_s for run in runs) / max(1, sum(run.looks for run in runs)),
        "all": figures_of(scores),
        "clips": {clip.name: figures_of([marks]) for clip, marks in zip(bench.clips, scores, strict=True)},
        "faults": [
            {"clip": f.clip, "what": f.what, "cause": f.explanation.cause, "why": f.explanation.why} for f in faults
        ],
    }
