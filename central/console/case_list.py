"""The live list of cases: what a row says, and the component that shows the rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from central.cases.lifecycle import STATE_NAMES, CaseState
from central.cases.views import CaseSummary
from central.console import formats
from central.console.words import Words

WIDE_PX = 1080
"""From this width on a chosen case is shown beside the list; below it, a tap opens the case's own page."""

Row = dict[str, Any]
Handler = Callable[[dict[str, Any]], Awaitable[None]]


def state_name(state: CaseState, words: Words) -> str:
    """Name a state for an officer: what is reported waits for review."""
    return words("queue.waiting") if state is CaseState.REPORTED else words.pick(STATE_NAMES[state])


def kind_name(case: CaseSummary, words: Words) -> str:
    """Name the kind of a case."""
    return words.pick((case.kind_name_zh, case.kind_name_en))


def place_name(case: CaseSummary) -> str:
    """Name zone and camera in one line, by their names where they have any."""
    return " · ".join(dict.fromkeys([case.zone_name or case.zone, case.camera_name or case.camera]))


def row_of(case: CaseSummary, *, now: datetime, zone: ZoneInfo, words: Words, query: str) -> Row:
    """Say everything about a case that its row shows. `query` is added to the link, to keep the filters.

    Durations of cases that still stand are counted to the half minute, so that rows change together and rarely.
    """
    gone = case.cleared_at
    until_now = now.replace(second=30 * (now.second // 30), microsecond=0)
    until = gone or until_now
    stood = formats.duration(max(0.0, (until - case.first_seen_at).total_seconds()), words)
    return {
        "id": str(case.id),
        "href": f"/cases/{case.id}{query}",
        "revision": case.revision,
        "open": case.state is CaseState.REPORTED,
        "thumbnail": case.thumbnail_url,
        "score": formats.percent(case.score),
        "score_hint": words("row.score_hint"),
        "kind": str(case.kind),
        "kind_name": kind_name(case, words),
        "place": place_name(case),
        "address": case.address or case.device,
        "state": str(case.state),
        "state_name": state_name(case.state, words),
        "seen": formats.short_time(case.confirmed_at, now, zone, words),
        "seen_hint": words(
            "row.seen_hint",
            first=formats.full_time(case.first_seen_at, zone),
            confirmed=formats.full_time(case.confirmed_at, zone),
        ),
        "stands": words("row.gone" if gone else "row.standing", time=stood),
        "stands_hint": words("row.gone_hint", at=formats.full_time(gone, zone)) if gone else words("row.standing_hint"),
        "gone": gone is not None,
        "overdue": words("row.overdue", time=_late(case, until_now, words)) if case.overdue else "",
        "overdue_hint": words("row.overdue_hint", at=formats.full_time(case.due_at, zone)) if case.due_at else "",
    }


def _late(case: CaseSummary, until: datetime, words: Words) -> str:
    return formats.duration((until - (case.due_at or until)).total_seconds(), words)


class CaseList(Element, component="case_list.js"):
    """The rows. The browser keeps the selection and tells it with `on_select`."""

    def __init__(self, words: Words, *, on_select: Handler, on_decide: Handler, on_more: Handler) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self.props["rows"] = []
        self.props["more"] = False
        self.props["wide"] = WIDE_PX
        self.props["words"] = {
            "label": words("queue.label"),
            "fresh": words("queue.fresh", n="{n}"),
            "more": words("queue.more"),
        }
        for event, handler in (("select", on_select), ("decide", on_decide), ("more", on_more)):
            self.on(event, _arguments(handler))

    def set_rows(self, rows: list[Row], *, more: bool) -> None:
        """Show these rows; `more` says that earlier ones can be asked for. Unchanged rows cost nothing."""
        if rows != self._rows:
            self._rows = rows
            self.props["rows"] = rows
        if more != self.props["more"]:
            self.props["more"] = more

    def advance(self) -> None:
        """Select the next case that waits for an officer."""
        self.run_method("advance")


def _arguments(handler: Handler) -> Callable[[GenericEventArguments], Awaitable[None]]:
    async def handle(event: GenericEventArguments) -> None:
        await handler(event.args if isinstance(event.args, dict) else {})

    return handle
