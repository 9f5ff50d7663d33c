"""The plot of docs/performance.md, from the JSON files of bench_density.py: `python -m scripts.benchmarks.plot *.json`.

Needs matplotlib (the `dev` extra). Writes docs/img/performance/cameras.png.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

from scripts.benchmarks.density import STAGES

TARGET = Path(__file__).resolve().parents[2] / "docs" / "img" / "performance" / "cameras.png"
_ALL = 0.95  # of the looks owed: a run with fewer costs less only because it sees less
_COLOURS = ("#8ecae6", "#219ebc", "#f4a261", "#e9c46a", "#264653", "#8ab17d", "#bc4749", "#c8ccd2")


def plot(runs: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw cost by stage, and lateness, over the number of cameras."""
    runs = sorted(runs, key=lambda run: run["cameras"])
    names = [str(run["cameras"]) for run in runs]
    figure, (cost, late) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    below = [0.0] * len(runs)
    for name, colour in zip(STAGES, _COLOURS, strict=True):
        values = [run["stages"][name] for run in runs]
        cost.bar(names, values, bottom=below, label=name, color=colour)
        below = [low + value for low, value in zip(below, values, strict=True)]
    cost.set_title("CPU-ms per camera-second", loc="left", fontsize=10)
    cost.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1), reverse=True)
    for number, run in enumerate(runs):
        done = run["looks_done"] / run["looks_owed"]
        if done < _ALL:
            cost.text(number, below[number], f"only {done:.0%}\nof the looks", ha="center", va="bottom", fontsize=8)
    for key, colour in (("p50", "#8ab17d"), ("p95", "#2468b0"), ("max", "#bc4749")):
        late.plot(names, [run["lateness_s"][key] for run in runs], marker="o", color=colour, label=key)
    late.set_title("lateness of looks, s", loc="left", fontsize=10)
    late.legend(fontsize=8)
    for axis in (cost, late):
        axis.set_xlabel("cameras")
        axis.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    plot([json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]], TARGET)
