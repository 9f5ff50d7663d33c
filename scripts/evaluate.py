#!/usr/bin/env python3
"""Run labelled clips through the box's real pipeline and score what it reports.

scripts/evaluate.py DIR [--out predictions.jsonl] [--model NAME] [--sheets DIR]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from models.catalog import load_catalog
from models.detector import Detector
from models.fetch import ensure_weights
from scripts.evaluation.running import Run, run
from scripts.evaluation.scoring import Score, score, total
from scripts.evaluation.sheets import ContactSheet
from scripts.evaluation.truth import Clip, TruthError, load_truth


def main(
    folder: Annotated[Path, typer.Argument(help="truth folder: NAME.mp4 with NAME.json beside it")],
    out: Annotated[Path | None, typer.Option(help="write reports as JSON lines")] = None,
    model: Annotated[str, typer.Option(help="detector of the catalogue")] = "yolox-nano-coco",
    look_every: Annotated[float, typer.Option(help="seconds between looks")] = 2.0,
    sheets: Annotated[Path | None, typer.Option(help="write a contact sheet per clip into this folder")] = None,
    threads: Annotated[int, typer.Option(help="threads of the detector")] = 2,
) -> None:
    """Score the box on labelled clips."""
    console = Console()
    try:
        clips = load_truth(folder)
        entry = load_catalog()[model]
    except TruthError as error:
        raise typer.BadParameter(str(error)) from error
    except KeyError as error:
        raise typer.BadParameter(f"no model {model!r}: `kerbwatch-models list` shows those there are") from error
    detector = Detector.open(entry, ensure_weights(entry), threads=threads)
    runs: list[Run] = []
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("clips", total=len(clips))
        for clip in clips:
            progress.update(task, description=clip.name)
            sheet = ContactSheet(clip.zones) if sheets else None
            runs.append(run(clip, detector, look_every, sheet.add if sheet else None))
            if sheet and sheets:
                sheet.save(sheets / f"{clip.path.stem}.jpg")
            progress.advance(task)
    if out:
        out.write_text("".join(_lines(clips, runs)), encoding="utf-8")
    scores = [score(clip.expected, one.reports) for clip, one in zip(clips, runs, strict=True)]
    console.print(_table(clips, runs, scores))
    for clip, one in zip(clips, scores, strict=True):
        for event in one.missed:
            console.print(f"missed  {clip.name}: {event.kind} in {event.zone}, due {event.due_s:.1f} s ({event.what})")
        for report in one.false:
            console.print(f"false   {clip.name}: {report.kind} in {report.zone} at {report.t_s:.1f} s")


def _lines(clips: list[Clip], runs: list[Run]) -> list[str]:
    return [
        json.dumps({"clip": clip.name, "type": r.kind, "zone": r.zone, "t_s": round(r.t_s, 2)}) + "\n"
        for clip, one in zip(clips, runs, strict=True)
        for r in one.reports
    ]


def _table(clips: list[Clip], runs: list[Run], scores: list[Score]) -> Table:
    table = Table(title="reports against the truth")
    table.add_column("clip", no_wrap=True)
    for column in ("TP", "FP", "FN", "precision", "recall", "F1", "delay s", "ms per look"):
        table.add_column(column, justify="right")
    for clip, one, marks in zip(clips, runs, scores, strict=True):
        table.add_row(clip.name, *_cells(marks), f"{1000 * one.looked_s / max(1, one.looks):.1f}")
    looked_s, looks = sum(one.looked_s for one in runs), sum(one.looks for one in runs)
    table.add_section()
    table.add_row("all", *_cells(total(scores)), f"{1000 * looked_s / max(1, looks):.1f}", style="bold")
    return table


def _cells(marks: Score) -> list[str]:
    ratios = [_show(value, ".2f") for value in (marks.precision, marks.recall, marks.f1)]
    counts = [str(len(found)) for found in (marks.delays_s, marks.false, marks.missed)]
    return [*counts, *ratios, _show(marks.median_delay_s, "+.1f")]


def _show(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


if __name__ == "__main__":
    typer.run(main)
