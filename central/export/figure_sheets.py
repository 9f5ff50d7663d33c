"""The figures as tables for a spreadsheet, in Chinese or English."""

from __future__ import annotations

from central.cases.states import REASON_NAMES, STATE_NAMES, CaseState, Names, RejectReason, pick
from central.export.sheets import Cell, Column, Look, Sheet
from central.figures.groupings import GROUPING_NAMES, Grouping
from central.figures.names import COLOUR_NAMES, FIGURE_NAMES, NOTES, SHARE_NAMES
from central.figures.views import Grouped, OwnerRatings, Precisions, Selected, Times
from protocol.kinds import KIND_NAMES


def grouped_sheet(grouped: Grouped, language: str) -> Sheet:
    """Lay out the figures group by group."""

    def named(key: str) -> str:
        return pick(FIGURE_NAMES[key], language)

    columns = [
        Column(pick(GROUPING_NAMES[grouped.by], language), Look.TEXT, 28),
        Column(named("key"), Look.TEXT, 24),
        Column(named("cases")),
        *(Column(pick(STATE_NAMES[state], language)) for state in CaseState),
        *(Column(named(key)) for key in ("repeats", "overdue", "reopened")),
        *(Column(named(key), Look.MINUTES, 14) for key in _TIMES),
        *(Column(f"{named('rejected')}: {pick(REASON_NAMES[reason], language)}", width=14) for reason in RejectReason),
    ]
    rows: list[list[Cell]] = [
        [
            pick((group.name_zh, group.name_en), language),
            group.key,
            group.cases,
            *(group.by_state.get(state, 0) for state in CaseState),
            group.repeats,
            group.overdue,
            group.reopened,
            *_minutes(group.response),
            *_minutes(group.closing),
            *(group.rejected_because.get(reason, 0) for reason in RejectReason),
        ]
        for group in grouped.groups
    ]
    notes = [selection_line(grouped.selected, language), pick(NOTES["figures"], language)]
    return Sheet(pick(GROUPING_NAMES[grouped.by], language), columns, rows, notes)


def owners_sheet(ratings: OwnerRatings, language: str) -> Sheet:
    """Lay out the owners' ratings with what they are made of."""

    def named(key: str) -> str:
        return pick(FIGURE_NAMES[key], language)

    columns = [
        Column(pick(GROUPING_NAMES[Grouping.OWNER], language), Look.TEXT, 28),
        Column(named("key"), Look.TEXT, 24),
        Column(named("rating"), Look.TEXT),
        Column(named("score"), Look.MINUTES),
        *(Column(pick(names, language), Look.SHARE, 16) for names in SHARE_NAMES.values()),
        *(Column(named(key)) for key in _OWNER_COUNTS),
    ]
    rows: list[list[Cell]] = [
        [
            one.name,
            one.owner,
            pick(COLOUR_NAMES[one.colour], language),
            one.score,
            *(one.shares.get(share) for share in SHARE_NAMES),
            *(getattr(one, key) for key in _OWNER_COUNTS),
        ]
        for one in ratings.owners
    ]
    notes = [selection_line(ratings.selected, language), pick(NOTES["rating"], language)]
    return Sheet(pick(FIGURE_NAMES["ratings"], language), columns, rows, notes)


def precision_sheet(precisions: Precisions, language: str) -> Sheet:
    """Lay out how often people agreed."""

    def named(key: str) -> str:
        return pick(FIGURE_NAMES[key], language)

    by = pick(GROUPING_NAMES[precisions.by], language)
    columns = [
        Column(by, Look.TEXT, 28),
        Column(named("key"), Look.TEXT, 24),
        *(Column(named(key)) for key in ("right", "wrong", "apart")),
        *(Column(named(key), Look.SHARE, 14) for key in ("precision", "low", "high")),
    ]
    rows: list[list[Cell]] = [
        [pick((one.name_zh, one.name_en), language), one.key, *(getattr(one, key) for key in _PRECISION)]
        for one in precisions.groups
    ]
    notes = [selection_line(precisions.selected, language), pick(NOTES["precision"], language)]
    return Sheet(f"{named('precision')} - {by}", columns, rows, notes)


def selection_line(selected: Selected, language: str) -> str:
    """Say what was counted."""
    parts = [f"{selected.first} - {selected.last} ({selected.time_zone})"]
    if selected.kind is not None:
        parts.append(" / ".join(pick(names, language) for names in KIND_NAMES[selected.kind].values()))
    if selected.district is not None:
        district: Names = (selected.district or "未划分", selected.district or "not assigned")
        parts.append(f"{pick(GROUPING_NAMES[Grouping.DISTRICT], language)}: {pick(district, language)}")
    return "; ".join(parts)


_PRECISION = ("right", "wrong", "apart", "share", "low", "high")
_TIMES = ("response_median", "response_p90", "closing_median", "closing_p90")
_OWNER_COUNTS = ("cases", "counted", "in_time", "late", "told_first", "self_corrected", "repeats", "reopened")


def _minutes(times: Times | None) -> tuple[Cell, Cell]:
    return (None, None) if times is None else (times.median_min, times.p90_min)
