"""The tables that a person reads in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from scripts.evaluation.running import Run
from scripts.evaluation.scoring import Score, total
from scripts.evaluation.truth import Clip

COLUMNS = ("TP", "FP", "FN", "precision", "recall", "F1", "delay s", "CPU ms")


def rows_of(clips: Sequence[Clip], runs: Sequence[Run], scores: Sequence[Score]) -> list[list[str]]:
    """Give a row for each clip and one for all: name and COLUMNS."""
    rows = [
        [clip.name, *_cells(marks), f"{1000 * one.cpu_s / max(1, one.looks):.1f}"]
        for clip, one, marks in zip(clips, runs, scores, strict=True)
    ]
    cpu_s, looks = sum(one.cpu_s for one in runs), sum(one.looks for one in runs)
    return [*rows, ["all", *_cells(total(scores)), f"{1000 * cpu_s / max(1, looks):.1f}"]]


def score_table(rows: Sequence[Sequence[str]]) -> Table:
    """Show `rows_of`."""
    table = Table(title="reports against the truth")
    table.add_column("clip", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for row in rows[:-1]:
        table.add_row(*row)
    table.add_section()
    table.add_row(*rows[-1], style="bold")
    return table


def rates_table(clips: Sequence[Clip], by_rate: dict[float, tuple[list[Run], list[Score]]]) -> Table:
    """Show the same evaluation at several rates side by side: TP/FP/FN and the median delay for each."""
    table = Table(title="the same evaluation, looked at more and less often: TP/FP/FN and median delay")
    table.add_column("clip", no_wrap=True)
    for every_s in by_rate:
        table.add_column(rate_name(every_s), justify="right")
    for index, clip in enumerate(clips):
        table.add_row(clip.name, *(_short(scores[index]) for _, scores in by_rate.values()))
    table.add_section()
    table.add_row("all", *(_short(total(scores)) for _, scores in by_rate.values()), style="bold")
    table.add_row("F1", *(show(total(scores).f1, ".3f") for _, scores in by_rate.values()), style="bold")
    table.add_row("looks", *(str(sum(run.looks for run in runs)) for runs, _ in by_rate.values()))
    return table


def rate_name(every_s: float) -> str:
    """Name a rate as a person does."""
    return f"one look per {every_s:g} s" if every_s >= 1 else f"{1 / every_s:.0f} looks per s"


def show(value: float | None, form: str) -> str:
    """Format a figure that may not exist."""
    return "-" if value is None else format(value, form)


def _short(marks: Score) -> str:
    counts = "/".join(str(len(found)) for found in (marks.delays_s, marks.false, marks.missed))
    return f"{counts}  {show(marks.median_delay_s, '+.1f')} s"


def _cells(marks: Score) -> list[str]:
    ratios = [show(value, ".2f") for value in (marks.precision, marks.recall, marks.f1)]
    counts = [str(len(found)) for found in (marks.delays_s, marks.false, marks.missed)]
    return [*counts, *ratios, show(marks.median_delay_s, "+.1f")]
