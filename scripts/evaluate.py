#!/usr/bin/env python3
"""Run labelled clips through the box's real pipeline and score what it reports.

scripts/evaluate.py DIR [--report FOLDER] [--rates] [--out predictions.jsonl] [--model NAME] [--jobs N]
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

from models.catalog import load_catalog
from models.entry import ModelEntry
from scripts.evaluation.jobs import run_all
from scripts.evaluation.report import faults_of, write_report
from scripts.evaluation.running import Folders, Run
from scripts.evaluation.scoring import Score, score
from scripts.evaluation.tables import rate_name, rates_table, rows_of, score_table
from scripts.evaluation.truth import Clip, TruthError, load_truth

RATES_S = (1 / 12, 2.0, 4.0)
"""The rates that --rates compares, seconds between looks."""


def main(
    folder: Annotated[Path, typer.Argument(help="truth folder: NAME.mp4 with NAME.json beside it")],
    out: Annotated[Path | None, typer.Option(help="write reports as JSON lines")] = None,
    model: Annotated[str, typer.Option(help="detector of the catalogue")] = "yolox-nano-coco",
    look_every: Annotated[float, typer.Option(min=0, help="seconds between looks")] = 2.0,
    report: Annotated[Path | None, typer.Option(help="write one page about everything into this folder")] = None,
    sheets: Annotated[Path | None, typer.Option(help="write a contact sheet per clip into this folder")] = None,
    recordings: Annotated[
        Path | None, typer.Option(help="write what was observed, for replays, into this folder")
    ] = None,
    rates: Annotated[bool, typer.Option("--rates", help="compare 12 looks/s, one per 2 s and one per 4 s")] = False,
    threads: Annotated[int, typer.Option(min=1, help="threads of the detector")] = 2,
    jobs: Annotated[int, typer.Option(min=1, help="clips at a time, each in a process of its own")] = 1,
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
    by_rate: dict[float, tuple[list[Run], list[Score]]] = {}
    for every_s in RATES_S if rates else (look_every,):
        # Files are written of the rate that was asked for.
        folders = Folders(report / "sheets" if report else sheets, recordings) if every_s == look_every else Folders()
        runs = _run(clips, entry, every_s, jobs, threads if jobs == 1 else 1, folders)
        by_rate[every_s] = runs, [score(clip.expected, one.reports) for clip, one in zip(clips, runs, strict=True)]
    if rates:
        console.print(rates_table(clips, by_rate))
    runs, scores = by_rate.get(look_every) or by_rate[RATES_S[1]]
    rows = rows_of(clips, runs, scores)
    console.print(score_table(rows))
    for clip, one, marks in zip(clips, runs, scores, strict=True):
        for fault in faults_of(clip, one, marks):
            console.print(str(fault), markup=False, highlight=False)
    if out:
        out.write_text("".join(_lines(clips, runs)), encoding="utf-8")
    if report:
        console.print(f"report: {write_report(report, clips, runs, scores, rows)}", markup=False)


def _run(clips: list[Clip], entry: ModelEntry, every_s: float, jobs: int, threads: int, folders: Folders) -> list[Run]:
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(rate_name(every_s) if every_s else "every picture", total=len(clips))
        return run_all(
            clips,
            entry,
            every_s,
            jobs=jobs,
            threads=threads,
            folders=folders,
            done=lambda clip: progress.update(task, advance=1, description=f"{clip.name} done"),
        )


def _lines(clips: list[Clip], runs: list[Run]) -> list[str]:
    return [
        json.dumps({"clip": clip.name, "type": r.kind, "zone": r.zone, "t_s": round(r.t_s, 2)}) + "\n"
        for clip, one in zip(clips, runs, strict=True)
        for r in one.reports
    ]


if __name__ == "__main__":
    typer.run(main)
