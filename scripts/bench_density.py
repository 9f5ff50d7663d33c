#!/usr/bin/env python3
"""Measure how many cameras this machine watches, and what one costs, stage by stage.

scripts/bench_density.py --cameras 128 --seconds 60 [--active 0.2] [--json FILE]

The box's own parts run in this process (sources, sampler, gate, detector, rules, evidence, store) over clips that are
played at the speed of life; only the uplink is left out, so violations stay in the outbox.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import typer
from rich.console import Console
from rich.table import Table

from models.catalog import find_entry, load_catalog
from models.detector import Detector
from models.errors import ModelError
from models.fetch import ensure_weights
from scripts.benchmarks.clips import ZONES, bench_clip
from scripts.benchmarks.density import STAGES, Density, run_density
from scripts.benchmarks.machine import machine
from scripts.demonstration.failure import DemoError


def main(
    cameras: Annotated[int, typer.Option(min=1, max=1024)] = 128,
    seconds: Annotated[float, typer.Option(min=1, help="how long to measure")] = 60.0,
    active: Annotated[float, typer.Option(min=0, max=1, help="share of cameras with something going on")] = 1.0,
    look_every: Annotated[float, typer.Option(min=0.5, help="seconds between looks")] = 2.0,
    threads: Annotated[int | None, typer.Option(min=1, help="looks at a time; default: as the box does")] = None,
    model: Annotated[str, typer.Option(help="detector of the catalogue")] = "yolox-nano-coco",
    json_file: Annotated[Path | None, typer.Option("--json", help="write the figures here")] = None,
) -> None:
    """Measure the cost of cameras on this machine."""
    console = Console()
    try:
        entry = find_entry(load_catalog(None), model)
        detector = Detector.open(entry, ensure_weights(entry))
        console.print("clips: from the cache, or made now (once; a minute each)")
        busy = bench_clip("busy")
        quiet = bench_clip("quiet") if active < 1 else busy
    except (DemoError, ModelError) as error:
        raise typer.BadParameter(str(error)) from error
    now = machine(detector, busy)
    wish = Density(cameras, seconds, active, busy, quiet, ZONES, look_every, threads)
    with tempfile.TemporaryDirectory(prefix="kerbwatch-bench-") as folder:
        figures = run_density(wish, detector, Path(folder), console.print) | {"machine": now}
    console.print(_table(figures))
    if json_file:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _table(figures: dict[str, Any]) -> Table:
    table = Table(title=f"{figures['cameras']} cameras, {figures['active_share']:.0%} with something going on")
    table.add_column("")
    table.add_column("CPU-ms per camera-second", justify="right")
    for name in STAGES:
        table.add_row(name, f"{figures['stages'][name]:.2f}")
    table.add_section()
    table.add_row("in all", f"{figures['cpu_ms_per_camera_second']:.2f}", style="bold")
    late, now = figures["lateness_s"], figures["machine"]
    looks = f"{figures['looks_done']} of {figures['looks_owed']} owed, {figures['looks_skipped']} skipped"
    looks += f" ({figures['looks_rested']} more were not owed, the street being empty)"
    least = figures["looks_of_the_least_looked_at"]
    table.caption = (
        f"lateness of looks: p50 {late['p50']:.2f} s, p95 {late['p95']:.2f} s, max {late['max']:.2f} s; "
        f"looks: {looks}, the least looked-at camera had {least}; with the detector: "
        f"{figures['looks_with_detector']:.0%}; memory: {figures['rss_mb_per_camera']:.1f} MB per camera; cores used: "
        f"{figures['cores_used']:.2f}; one inference now {now['inference_ms']} ms, one keyframe {now['keyframe_ms']} ms"
    )
    return table


if __name__ == "__main__":
    typer.run(main)
