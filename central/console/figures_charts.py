"""The charts of the figures page, as ECharts options. Colours are the style sheet's: they follow dark and light.

The charts are drawn as SVG: there `var(--good)` is a colour like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from central.cases.lifecycle import OPEN, REASON_NAMES
from central.cases.states import CaseState
from central.console.words import Words
from central.figures.groupings import Grouping
from central.figures.views import Counts, Group, Overview

Options = dict[str, Any]

OUTCOMES: tuple[tuple[str, str, tuple[CaseState, ...]], ...] = (
    ("figure.ended", "var(--good)", (CaseState.CLOSED, CaseState.EVALUATED)),
    ("figure.self_corrected", "var(--blue)", (CaseState.SELF_CORRECTED,)),
    ("figure.open", "var(--warn)", OPEN),
    ("figure.rejected", "var(--ink-3)", (CaseState.REJECTED,)),
    ("figures.aside", "var(--line-2)", (CaseState.MERGED, CaseState.WITHDRAWN)),
)
"""Where cases are now, in five groups: text, colour, states."""


def cases_in(counts: Counts, states: Sequence[CaseState]) -> int:
    """Count the cases that are in any of `states`."""
    return sum(counts.by_state.get(state, 0) for state in states)


def trend_chart(overview: Overview, words: Words) -> Options:
    """Stack the cases of each day or month by where they are now."""
    series = [
        {
            "type": "bar",
            "name": words(key),
            "stack": "cases",
            "barMaxWidth": 34,
            "itemStyle": {"color": colour},
            "data": [cases_in(group, states) for group in overview.trend],
        }
        for key, colour, states in OUTCOMES
    ]
    return _over_time(overview, series)


def times_chart(overview: Overview, words: Words) -> Options:
    """Draw the medians of first response and closing; logarithmic, for one is minutes and the other hours."""
    lines = (
        ("figure.response", "var(--blue)", [group.response for group in overview.trend]),
        ("figure.closing", "var(--good)", [group.closing for group in overview.trend]),
    )
    series = [
        {
            "type": "line",
            "name": words(key),
            "symbolSize": 5,
            "connectNulls": False,
            "lineStyle": {"color": colour, "width": 2},
            "itemStyle": {"color": colour},
            # Less than a tenth of a minute is shown as that: a logarithm has no place for 0.
            "data": [None if times is None else round(max(times.median_min, 0.1), 1) for times in found],
        }
        for key, colour, found in lines
    ]
    options = _over_time(overview, series)
    options["yAxis"] |= {"type": "log", "minInterval": None}
    return options


def reasons_chart(total: Counts, words: Words) -> Options:
    """Show why cases were rejected, the most frequent reason on top."""
    reasons = sorted(total.rejected_because.items(), key=lambda item: item[1])
    return _bars([words.pick(REASON_NAMES[reason]) for reason, _ in reasons], [n for _, n in reasons], "var(--ink-3)")


def largest_chart(groups: Sequence[Group], words: Words, shown: int = 8) -> Options:
    """Show the groups with most cases, the largest on top."""
    largest = sorted(groups, key=lambda group: group.cases)[-shown:]
    names = [words.pick((group.name_zh, group.name_en)) for group in largest]
    return _bars(names, [group.cases for group in largest], "var(--accent)")


# Named, not inherited: ECharts measures the texts before the page draws them. The same fonts as the style sheet's.
_FONT = "'Segoe UI', -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
_TEXT = {"color": "var(--ink-2)", "fontFamily": _FONT, "fontSize": 12}
_TOOLTIP = {
    "backgroundColor": "var(--surface)",
    "borderColor": "var(--line-2)",
    "textStyle": {"color": "var(--ink)", "fontFamily": _FONT, "fontSize": 13},
}
_LINE = {"lineStyle": {"color": "var(--line-2)"}}
_GRID_LINE = {"lineStyle": {"color": "var(--line)"}}


def _over_time(overview: Overview, series: list[Options]) -> Options:
    labels = [group.key[5:] if overview.trend_by is Grouping.DAY else group.key for group in overview.trend]
    return {
        "animation": False,
        "grid": {"left": 4, "right": 8, "top": 34, "bottom": 2, "containLabel": True},
        "legend": {"top": 0, "left": 0, "textStyle": _TEXT, "itemWidth": 12, "itemHeight": 10, "icon": "roundRect"},
        "tooltip": _TOOLTIP | {"trigger": "axis", "axisPointer": {"type": "shadow", "shadowStyle": _SHADOW}},
        "xAxis": {
            "type": "category",
            "data": labels,
            "axisLabel": _TEXT,
            "axisLine": _LINE,
            "axisTick": {"show": False},
        },
        "yAxis": {"type": "value", "minInterval": 1, "axisLabel": _TEXT, "splitLine": _GRID_LINE},
        "series": series,
    }


_SHADOW = {"color": "var(--line)", "opacity": 0.5}


def _bars(names: list[str], values: list[int], colour: str) -> Options:
    label = _TEXT | {"width": 150, "overflow": "truncate"}
    return {
        "animation": False,
        "grid": {"left": 4, "right": 46, "top": 4, "bottom": 2, "containLabel": True},
        "tooltip": _TOOLTIP | {"trigger": "item"},
        "xAxis": {"type": "value", "minInterval": 1, "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": {
            "type": "category",
            "data": names,
            "axisLabel": label,
            "axisLine": _LINE,
            "axisTick": {"show": False},
        },
        "series": [
            {
                "type": "bar",
                "data": values,
                "barMaxWidth": 18,
                "itemStyle": {"color": colour},
                "label": {"show": True, "position": "right", **_TEXT},
            }
        ],
    }
