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
from scripts.benchmarks.clips import FPS, ZONES, bench_clip
from scripts.benchmarks.density import Density, run_density
from scripts.benchmarks.machine import machine
from scripts.benchmarks.peers import have_peers, usual_pipeline
from scripts.demonstration.failure import DemoError

ACTIVE_SHARE = 0.2
"""Of a city's cameras, taken over a day: the second comparison. The first is with all of them active."""


def main(
    seconds: Annotated[float, typer.Option(min=1, max=70, help="of the clip, for the usual pipeline")] = 8.0,
    our_seconds: Annotated[float, typer.Option(min=4, help="how long ours is measured")] = 30.0,
    cameras: Annotated[int, typer.Option(min=1, help="how many cameras ours watches")] = 40,
    model: Annotated[str, typer.Option(help="detector of the catalogue")] = "yolox-nano-coco",
    json_file: Annotated[Path | None, typer.Option("--json", help="write the figures here")] = None,
) -> None:
    """Compare the usual pipeline with ours."""
    console = Console()
    try:
        have_peers()
        entry = find_entry(load_catalog(None), model)
        weights = ensure_weights(entry)
        # Theirs runs the weights as they are published: for one size of input.
        theirs = Detector.open(entry, weights, providers=["cpu"], rectangles=False)
        detector = Detector.open(entry, weights)
        busy, quiet = bench_clip("busy"), bench_clip("quiet")
        now = machine(detector, busy)
        usual = {
            (clip, fps): usual_pipeline(clip, theirs, ZONES[0], fps, seconds)
            for clip in (busy, quiet)
            for fps in (FPS, 5)
        }
    except (DemoError, ModelError) as error:
        raise typer.BadParameter(str(error)) from error
    compared = {}
    for share in (1.0, ACTIVE_SHARE):
        wish = Density(cameras, our_seconds, share, busy, quiet, ZONES)
        with tempfile.TemporaryDirectory(prefix="kerbwatch-bench-") as folder:
            ours = run_density(wish, detector, Path(folder), console.print)["cpu_ms_per_camera_second"]
        every_frame, five_fps = (share * usual[busy, fps] + (1 - share) * usual[quiet, fps] for fps in (FPS, 5))
        compared[share] = {
            "every_frame": round(every_frame, 1),
            "five_fps": round(five_fps, 1),
            "ours": ours,
            "ratio_every_frame": round(every_frame / ours, 1),
            "ratio_five_fps": round(five_fps / ours, 1),
        }
    console.print(_table(compared))
    if json_file:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        figures = compared[1.0] | {"one_in_five_active": compared[ACTIVE_SHARE], "machine": now}
        json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _table(compared: dict[float, dict[str, float]]) -> Table:
    table = Table(title="a camera, 1080p25 H.264, 4 Mbit/s: CPU-ms per camera-second, and how many times ours")
    table.add_column("")
    for share in compared:
        table.add_column(f"{share:.0%} of the cameras active", justify="right")
    for label, name in (
        ("OpenCV + detector + ByteTrack + zone, every picture", "every_frame"),
        ("at 5 a second", "five_fps"),
    ):
        table.add_row(label, *(f"{one[name]:.0f}  {one[f'ratio_{name}']:.1f} x" for one in compared.values()))
    table.add_row("ours, a look every 2 s", *(f"{one['ours']:.1f}  1 x" for one in compared.values()))
    return table


if __name__ == "__main__":
    typer.run(main)
