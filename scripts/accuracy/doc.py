"""The tables of docs/accuracy.md, written between their markers from the figures.

<!-- figures: rates -->  ...  <!-- /figures -->
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


def update(document: Path, results: dict[str, Figures]) -> None:
    """Write every table that there are figures for into its place; what has no figures stays as it is."""
    text = document.read_text(encoding="utf-8")

    def table(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in results:
            return found[0]
        return f"<!-- figures: {name} -->\n\n{TABLES[name](results[name])}\n\n<!-- /figures -->"

    pattern = r"<!-- figures: (?P<name>\w+) -->.*?<!-- /figures -->"
    document.write_text(re.sub(pattern, table, text, flags=re.DOTALL), encoding="utf-8")


def _rates(figures: Figures) -> str:
    rates = figures["rates"]
    clips = list(rates[0]["clips"])
    rows = [[f"`{clip.removesuffix('.mp4')}`", *(_counts(rate["clips"][clip]) for rate in rates)] for clip in clips]
    rows.append(["**all**", *(f"**{_counts(rate['all'])}**" for rate in rates)])
    rows.append(["**F1**", *(f"**{rate['all']['f1']:.3f}**" for rate in rates)])
    rows.append(["looks", *(str(rate["looks"]) for rate in rates)])
    rows.append(["CPU ms per look", *(f"{rate['cpu_ms_per_look']:.1f}" for rate in rates)])
    text = _table(["clip", *(rate["name"] for rate in rates)], rows)
    faults = [
        f"- {rate['name']}, `{fault['clip']}`: {fault['what']}. *{fault['cause']}*: {fault['why']}."
        for rate in rates
        for fault in rate["faults"]
    ]
    return text + "\n\n" + ("\n".join(faults) if faults else "No miss and no false alarm at any rate.")


def _variants(figures: Figures) -> str:
    rows = [[row["name"], *_scores(row["all"]), "; ".join(row["faults"]) or "-"] for row in figures["variants"]]
    return _table(["", "right", "false", "missed", "F1", "median delay", "what fell short"], rows)


def _baseline(figures: Figures) -> str:
    rows = [["naive baseline", *_scores(figures["all"]), "; ".join(figures["faults"]) or "-"]]
    return _table(["", "right", "false", "missed", "F1", "median delay", "what fell short"], rows)


def _likeness(figures: Figures) -> str:
    cases = (("same", "the same object"), ("swapped", "another in its bay"), ("other", "any other"), ("empty", "empty"))
    rows = []
    for condition in figures["conditions"]:
        cells = [condition["name"]]
        for case, _ in cases:
            found = condition["cases"][case]
            if not found["count"]:
                cells.append("-")
                continue
            unsure = max(0.0, 1 - found["same"] - found["another"])
            cells.append(
                f"{found['same']:.1%} / {unsure:.1%} / {found['another']:.1%}<br>"
                f"{found['half'][2]:.2f}, {found['part'][2]:.2f} (n={found['count']})"
            )
        rows.append(cells)
    return _table(["seen now", *(title for _, title in cases)], rows)


def _heights(figures: Figures) -> str:
    families = figures["families"]
    heights = sorted({point["height_px"] for ways in families.values() for curve in ways.values() for point in curve})
    header = ["height, px", *(f"{family}: {way}" for family, ways in families.items() for way in ways)]
    rows = []
    for height in heights:
        row = [str(height)]
        for ways in families.values():
            for curve in ways.values():
                point = next((one for one in curve if one["height_px"] == height), None)
                row.append("-" if point is None else f"{point['sure']:.0%} ({point['found']:.0%})")
        rows.append(row)
    return _table(header, rows)


def _views(figures: Figures) -> str:
    still = [
        [
            scene["name"],
            str(scene["looks"]),
            str(scene["moved"]),
            str(scene["doubtful"]),
            f"{min(v for one in scene['scenes'].values() for v in one['agreements'][1:]):.2f}",
        ]
        for scene in figures["scenes"]
    ]
    kinds = list(dict.fromkeys(turn["kind"] for turn in figures["turns"]))
    turns = [
        [kind, " · ".join(f"{t['size']:g}: {t['soon']:.0%}" for t in figures["turns"] if t["kind"] == kind)]
        for kind in kinds
    ]
    return (
        _table(["still views", "looks", "suspended", "doubtful", "least agreement"], still)
        + "\n\n"
        + _table(["turned by", "size: share noticed within two looks"], turns)
    )


def _soak(figures: Figures) -> str:
    def show(value: object) -> str:
        return f"{value:.3f}" if isinstance(value, float) else str(value)

    rows = [[name.replace("_", " "), show(value)] for name, value in figures.items() if not isinstance(value, list)]
    first, last = figures["samples"][1 if len(figures["samples"]) > 2 else 0], figures["samples"][-1]
    rows.append(["memory after the first hours and at the end, MB", f"{first['rss_mb']:.0f}, {last['rss_mb']:.0f}"])
    rows.append(["open stays then", f"{first['open_stays']}, {last['open_stays']}"])
    return _table(["", ""], rows)


TABLES: dict[str, Callable[[Figures], str]] = {
    "rates": _rates,
    "robustness": _variants,
    "ablation": _variants,
    "baseline": _baseline,
    "likeness": _likeness,
    "heights": _heights,
    "views": _views,
    "soak": _soak,
}


def _counts(marks: Figures) -> str:
    delay = "" if marks["median_delay_s"] is None else f", {marks['median_delay_s']:+.1f} s"
    return f"{marks['tp']}/{marks['fp']}/{marks['fn']}{delay}"


def _scores(marks: Figures) -> list[str]:
    delay = "-" if marks["median_delay_s"] is None else f"{marks['median_delay_s']:+.1f} s"
    f1 = "-" if marks["f1"] is None else f"{marks['f1']:.3f}"
    return [str(marks["tp"]), str(marks["fp"]), str(marks["fn"]), f1, delay]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
