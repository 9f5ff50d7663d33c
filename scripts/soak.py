#!/usr/bin/env python3
"""Run days of many cameras straight through the rules: does memory grow, do stays leak, is anything made up?

scripts/soak.py [--hours 24] [--cameras 64] [--recordings DIR] [--out docs/img/accuracy]
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

from edge_agent.recording.recorder import RecordingError
from scripts.soaking.recorded import read_all
from scripts.soaking.running import Sample, cameras_of, soak, summary


def main(
    hours: Annotated[float, typer.Option(min=0.05, help="stream time")] = 24.0,
    cameras: Annotated[int, typer.Option(min=1, help="cameras in all; every fourth plays a recording")] = 64,
    look_every: Annotated[float, typer.Option(min=0.1, help="seconds between looks")] = 2.0,
    recordings: Annotated[Path | None, typer.Option(help="folder of recordings (.jsonl, .jsonl.gz) to repeat")] = None,
    out: Annotated[Path, typer.Option(help="folder for soak.json and soak.png")] = Path("out/soak"),
) -> None:
    """Soak the rules in fast-forward."""
    console = Console()
    try:
        recorded = read_all(sorted(recordings.rglob("*.jsonl*"))) if recordings else []
    except RecordingError as error:
        raise typer.BadParameter(str(error)) from error
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("soak", total=1.0)

        def tell(share: float, sample: Sample) -> None:
            told = f"hour {sample.hour:.1f}: {sample.rss_mb:.0f} MB, {sample.open_stays} stays"
            progress.update(task, completed=share, description=told)

        part_s = min(3600.0, hours * 3600 / 12)
        result = soak(cameras_of(cameras, recorded), hours, look_every, sample_every_s=part_s, progress=tell)
    figures = summary(result)
    out.mkdir(parents=True, exist_ok=True)
    (out / "soak.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    table = Table(title="soak", show_header=False)
    for name, value in figures.items():
        if not isinstance(value, list):
            table.add_row(name.replace("_", " "), f"{value:.3f}" if isinstance(value, float) else str(value))
    console.print(table)
    try:
        from scripts.soaking.plot import plot
    except ImportError:
        console.print("no plot: matplotlib is not installed (pip install matplotlib)")
    else:
        plot(figures, out / "soak.png")
        console.print(f"{out / 'soak.json'}, {out / 'soak.png'}", markup=False)


if __name__ == "__main__":
    typer.run(main)
