"""The soak's plot: memory, stays, cost and alarms over the stream hours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt


def plot(figures: dict[str, Any], path: Path) -> None:
    """Draw the samples of a soak."""
    samples = figures["samples"]
    hours = [sample["hour"] for sample in samples]
    series = (
        ("rss_mb", "memory of the process, MB"),
        ("open_stays", "open stays, all cameras"),
        ("snapshot_kb", "kept per camera, kB"),
        ("cpu_us_per_look", "CPU per look in the rules, µs"),
    )
    figure, axes = plt.subplots(2, 2, figsize=(11, 5.6), sharex=True, layout="constrained")
    for axis, (name, title) in zip(axes.flat, series, strict=True):
        values = [sample[name] for sample in samples]
        axis.plot(hours, values, color="#2468b0", marker="o", markersize=3)
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_ylim(0, 1.1 * max(values))
        axis.grid(color="#dde3ea")
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[1]:
        axis.set_xlabel("stream time, hours")
    rate = figures["false_per_camera_day"]
    figure.suptitle(
        f"{figures['cameras']} cameras, {figures['hours']:g} h: {figures['right']} right, {figures['false']} false, "
        f"{figures['missed']} missed" + ("" if rate is None else f"; {rate:.3f} false alarms per camera-day"),
        fontsize=11,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
