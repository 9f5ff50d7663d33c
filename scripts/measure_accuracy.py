#!/usr/bin/env python3
"""Make every figure and plot of docs/accuracy.md again.

scripts/measure_accuracy.py DIR [--only rates,likeness] [--out docs/img/accuracy] [--soak-hours 24] [--jobs N]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import typer

from models.catalog import load_catalog
from models.detector import Detector
from models.fetch import ensure_weights
from scripts._terminal import StatusLine
from scripts.accuracy import ablation, baseline, doc, heights, likeness, plots, rates, robustness, views
from scripts.accuracy.step import Bench, Figures
from scripts.evaluation.jobs import run_all
from scripts.evaluation.running import Folders
from scripts.evaluation.truth import TruthError, load_truth
from scripts.soaking.plot import plot as plot_soak
from scripts.soaking.recorded import read_all
from scripts.soaking.running import cameras_of, soak, summary

_DOCS = Path(__file__).resolve().parent.parent / "docs"
_SOAKED_CLIPS = 4
"""So many clips are recorded and repeated all day in the soak."""

MEASURES: dict[str, Callable[[Bench], Figures]] = {
    "baseline": baseline.measure,
    "views": views.measure,
    "likeness": likeness.measure,
    "heights": heights.measure,
    "ablation": ablation.measure,
    "robustness": robustness.measure,
    "rates": rates.measure,
}
STEPS = (*MEASURES, "soak")


def main(
    folder: Annotated[Path, typer.Argument(help="truth folder: NAME.mp4 with NAME.json beside it")],
    only: Annotated[str, typer.Option(help=f"some of: {', '.join(STEPS)}")] = ",".join(STEPS),
    out: Annotated[Path, typer.Option(help="folder for the plots and figures.json")] = _DOCS / "img" / "accuracy",
    document: Annotated[Path, typer.Option(help="document whose tables are written again")] = _DOCS / "accuracy.md",
    model: Annotated[str, typer.Option(help="detector of the catalogue")] = "yolox-nano-coco",
    jobs: Annotated[int, typer.Option(min=1, help="clips at a time where a step allows it")] = 1,
    soak_hours: Annotated[float, typer.Option(min=0.1, help="stream time of the soak")] = 24.0,
    soak_look_every: Annotated[float, typer.Option(min=0.1, help="seconds between looks in the soak")] = 4.0,
) -> None:
    """Measure, plot, and write the tables."""
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in STEPS]:
        raise typer.BadParameter(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}")
    try:
        clips = load_truth(folder)
    except TruthError as error:
        raise typer.BadParameter(str(error)) from error
    entry = load_catalog()[model]
    line = StatusLine()
    detector = Detector.open(entry, ensure_weights(entry))
    out.mkdir(parents=True, exist_ok=True)
    store = out / "figures.json"
    results: dict[str, Any] = json.loads(store.read_text(encoding="utf-8")) if store.is_file() else {}
    for name in wanted:
        began_s = time.monotonic()
        bench = Bench(folder, clips, entry, detector, jobs, lambda text, name=name: line.show(f"{name}: {text}"))  # type: ignore[misc]
        results[name] = _soak(bench, out, soak_hours, soak_look_every) if name == "soak" else MEASURES[name](bench)
        store.write_text(json.dumps(results, indent=1), encoding="utf-8")
        _plot(name, results[name], out)
        line.say(f"{name}: done in {time.monotonic() - began_s:.0f} s")
    if document.is_file():
        doc.update(document, results)
        line.say(f"tables written: {document}")
    line.say(f"figures: {store}")


def _soak(bench: Bench, out: Path, hours: float, look_every_s: float) -> Figures:
    recordings = out / "recordings"
    run_all(bench.clips[-_SOAKED_CLIPS:], bench.entry, 2.0, folders=Folders(recordings=recordings))
    recorded = read_all(sorted(recordings.glob("*.jsonl")))
    for path in recordings.glob("*.jsonl"):
        path.unlink()
    recordings.rmdir()
    part_s = min(3600.0, hours * 3600 / 12)
    result = soak(
        cameras_of(64, recorded),
        hours,
        look_every_s,
        sample_every_s=part_s,
        progress=lambda share, sample: bench.say(f"{share:.0%}, {sample.rss_mb:.0f} MB, {sample.open_stays} stays"),
    )
    return summary(result)


def _plot(name: str, figures: Figures, out: Path) -> None:
    match name:
        case "rates":
            plots.plot_rates(figures, out)
        case "likeness":
            plots.plot_likeness(figures, out)
        case "ablation":
            plots.plot_variants(name, "what the appearance check is worth", figures, out)
        case "robustness":
            plots.plot_variants(name, "the evaluation with every picture changed", figures, out)
        case "heights":
            plots.plot_heights(figures, out)
        case "views":
            plots.plot_views(figures, out)
        case "soak":
            plot_soak(figures, out / "soak.png")


if __name__ == "__main__":
    typer.run(main)
