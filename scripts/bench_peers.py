#!/usr/bin/env python3
"""Measure what a camera costs by the usual pipeline and by ours: one run, the same clip, the same weights.

scripts/bench_peers.py [--seconds 8] [--json FILE]

(a) OpenCV + detector + ByteTrack + PolygonZone on every picture; (b) the same at 5 pictures a second; (c) ours: a few
cameras as `bench_density.py` runs them, the detector at every look.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import typer
from rich.console import Console
from rich.table import Table

from models.catalog import find_entry, load_catalog
from models.detector import Detector
from models.errors import ModelError
from models.fetch import ensure_weights
from models.runtime import Tuning
from scripts.benchmarks.clips import FPS, ZONES, bench_clip
from scripts.benchmarks.density import Density, run_density
from scripts.benchmarks.machine import machine
from scripts.benchmarks.peers import have_peers, usual_pipeline
from scripts.demonstration.failure import DemoError


def main(
    seconds: Annotated[float, typer.Option(min=1, max=70, help="of the clip, for the usual pipeline")] = 8.0,
    our_seconds: Annotated[float, typer.Option(min=4, help="how long ours is measured")] = 30.0,
    cameras: Annotated[int, typer.Option(min=1, help="how many cameras ours watches")] = 8,
    model: Annotated[str, typer.Option(help="detector of the catalogue")] = "yolox-nano-coco",
    json_file: Annotated[Path | None, typer.Option("--json", help="write the figures here")] = None,
) -> None:
    """Compare the usual pipeline with ours."""
    console = Console()
    try:
        have_peers()
        entry = find_entry(load_catalog(None), model)
        detector = Detector.open(entry, ensure_weights(entry), tuning=Tuning(threads=1))
        clip = bench_clip("busy")
        now = machine(detector, clip)
        every_frame = usual_pipeline(clip, detector, ZONES[0], FPS, seconds)
        five_fps = usual_pipeline(clip, detector, ZONES[0], 5, seconds)
    except (DemoError, ModelError) as error:
        raise typer.BadParameter(str(error)) from error
    wish = Density(cameras, our_seconds, 1.0, clip, clip, ZONES)
    with tempfile.TemporaryDirectory(prefix="kerbwatch-bench-") as folder:
        density = run_density(wish, detector, Path(folder), console.print)
    ours = density["cpu_ms_per_camera_second"]
    figures = {
        "every_frame": round(every_frame, 1),
        "five_fps": round(five_fps, 1),
        "ours": ours,
        "ratio_every_frame": round(every_frame / ours, 1),
        "ratio_five_fps": round(five_fps / ours, 1),
        "looks_with_detector": density["looks_with_detector"],
        "machine": now,
    }
    table = Table(title="one camera, 1080p25 H.264, 4 Mbit/s")
    for column in ("", "CPU-ms per camera-second", "times ours"):
        table.add_column(column, justify="left" if not column else "right")
    table.add_row(
        "OpenCV + detector + ByteTrack + zone, every picture", f"{every_frame:.0f}", f"{every_frame / ours:.1f}"
    )
    table.add_row("the same, 5 pictures a second", f"{five_fps:.0f}", f"{five_fps / ours:.1f}")
    table.add_row("ours, a look every 2 s", f"{ours:.1f}", "1")
    console.print(table)
    if json_file:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
