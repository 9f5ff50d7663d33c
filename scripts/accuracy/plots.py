"""The plots of docs/accuracy.md, each from the figures of one measurement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rules import appearance

_BLUE, _LIGHT, _ORANGE, _RED, _GREY, _GREEN = "#2468b0", "#93bfe8", "#e2722b", "#b3123d", "#8793a1", "#2b8a57"
_SAME_HALF, _SAME_PART = appearance._SAME_HALF, appearance._SAME_PART


def plot_rates(figures: dict[str, Any], folder: Path) -> None:
    """Delay of every correct report, by rate."""
    rates = figures["rates"]
    figure, axis = _canvas(7.5, 3.2)
    for row, rate in enumerate(rates):
        delays = [clip["median_delay_s"] for clip in rate["clips"].values() if clip["median_delay_s"] is not None]
        axis.scatter(delays, [row] * len(delays), color=_BLUE, s=28, alpha=0.7, zorder=3)
        axis.scatter([rate["all"]["median_delay_s"]], [row], color=_RED, marker="|", s=340, zorder=4)
    axis.set_yticks(range(len(rates)), [f"{rate['name']}\nF1 {rate['all']['f1']:.3f}" for rate in rates])
    axis.set_ylim(len(rates) - 0.5, -0.5)
    axis.axvspan(-3, 10, color="#eef3f8", zorder=0)
    axis.set_xlabel("seconds from due to reported, by clip (shaded: counts as correct; red: median)")
    _save(figure, folder / "rates.png")


def plot_likeness(figures: dict[str, Any], folder: Path) -> None:
    """Both numbers of the appearance check, by case and condition."""
    conditions = figures["conditions"]
    shown = [one for one in conditions if one["name"] in ("day", "dark, noisy", "rain", "shifted 6 px")]
    cases = (("same", _BLUE), ("swapped", _RED), ("other", _ORANGE), ("empty", _GREY))
    figure, axes = plt.subplots(2, len(shown), figsize=(13, 5), sharex=True, layout="constrained")
    edges = np.linspace(0, 1, 41)
    for column, condition in enumerate(shown):
        for row, (number, limit) in enumerate((("half", _SAME_HALF), ("part", _SAME_PART))):
            axis = axes[row][column]
            for case, colour in cases:
                found = condition["cases"][case]
                if found["count"]:
                    share = np.array(found[f"{number}_counts"]) / found["count"]
                    axis.stairs(share, edges, color=colour, fill=True, alpha=0.25)
                    axis.stairs(share, edges, color=colour, label=case)
            axis.axvline(limit, color="#1d2733", linestyle="--", linewidth=1)
            axis.set_yticks([])
            axis.spines[["top", "right", "left"]].set_visible(False)
            if row == 0:
                axis.set_title(condition["name"], loc="left", fontsize=10)
            if column == 0:
                axis.set_ylabel(f"`{number}`")
    axes[0][0].legend(frameon=False, fontsize=9)
    axes[1][0].set_xlabel("likeness")
    _save(figure, folder / "likeness.png")


def plot_variants(name: str, title: str, figures: dict[str, Any], folder: Path) -> None:
    """F1 of every variant, with what was counted."""
    rows = figures["variants"]
    figure, axis = _canvas(8.5, 0.6 + 0.38 * len(rows))
    values = [row["all"]["f1"] for row in rows]
    axis.barh(range(len(rows)), values, color=[_BLUE if value >= 0.95 else _ORANGE for value in values], height=0.6)
    for index, row in enumerate(rows):
        counts = row["all"]
        said = f"{counts['f1']:.3f}   {counts['tp']} right, {counts['fp']} false, {counts['fn']} missed"
        axis.text(0.01, index, said, va="center", color="white", fontsize=9)
    axis.axvline(0.95, color=_RED, linestyle="--", linewidth=1)
    axis.set_yticks(range(len(rows)), [row["name"] for row in rows])
    axis.invert_yaxis()
    axis.set_xlim(0, 1)
    axis.set_title(title, loc="left", fontsize=10)
    axis.set_xlabel("F1")
    _save(figure, folder / f"{name}.png")


def plot_heights(figures: dict[str, Any], folder: Path) -> None:
    """Recall by height, one panel for each family of objects."""
    families = figures["families"]
    figure, axes = plt.subplots(1, len(families), figsize=(4.6 * len(families), 3.8), sharey=True, layout="constrained")
    for axis, (family, ways) in zip(np.atleast_1d(axes), families.items(), strict=True):
        for (way, curve), colour in zip(ways.items(), (_GREY, _BLUE), strict=True):
            heights = [point["height_px"] for point in curve]
            axis.plot(heights, [p["sure"] for p in curve], color=colour, marker="o", markersize=4, label=f"{way}: sure")
            axis.plot(heights, [p["found"] for p in curve], color=colour, linestyle=":", label=f"{way}: found at all")
        axis.set_xscale("log", base=2)
        axis.set_xticks([16, 32, 64, 128], ["16", "32", "64", "128"])
        axis.set_ylim(0, 1.02)
        axis.set_title(family, loc="left", fontsize=10)
        axis.set_xlabel("height of the object, pixels of 1280 x 720")
        axis.grid(color="#dde3ea")
        axis.spines[["top", "right"]].set_visible(False)
    np.atleast_1d(axes)[0].set_ylabel("recall")
    np.atleast_1d(axes)[0].legend(frameon=False, fontsize=8)
    _save(figure, folder / "heights.png")


def plot_views(figures: dict[str, Any], folder: Path) -> None:
    """Agreement of still views, and the share of turns noticed."""
    kinds = list(dict.fromkeys(turn["kind"] for turn in figures["turns"]))
    figure, axes = plt.subplots(1, 1 + len(kinds), figsize=(15, 3.4), layout="constrained")
    for number, scene in enumerate(figures["scenes"]):
        values = [value for one in scene["scenes"].values() for value in one["agreements"][1:]]
        parts = axes[0].violinplot([values], positions=[number], widths=0.8, showextrema=False)
        for body in parts["bodies"]:
            body.set_facecolor(_BLUE)
        axes[0].scatter([number], [min(values)], color=_RED, s=14, zorder=3)
    axes[0].set_xticks(
        range(len(figures["scenes"])), [s["name"].replace(", ", ",\n") for s in figures["scenes"]], fontsize=8
    )
    axes[0].set_ylim(0, 1.02)
    axes[0].set_title("agreement of still views (red: least)", loc="left", fontsize=10)
    for axis, kind in zip(axes[1:], kinds, strict=True):
        turns = [turn for turn in figures["turns"] if turn["kind"] == kind]
        places = range(len(turns))
        axis.bar(places, [turn["ever"] for turn in turns], color=_LIGHT, label="within five looks")
        axis.bar(places, [turn["soon"] for turn in turns], color=_BLUE, label="within two looks")
        axis.set_xticks(places, [f"{turn['size']:g}" for turn in turns], fontsize=8)
        axis.set_ylim(0, 1.02)
        axis.set_title(kind, loc="left", fontsize=10)
    axes[1].legend(frameon=False, fontsize=8)
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    _save(figure, folder / "views.png")


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    figure, axis = plt.subplots(figsize=(width, height), layout="constrained")
    axis.spines[["top", "right"]].set_visible(False)
    return figure, axis


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
