"""The queue: what the boxes report, newest first and live, with the chosen case beside it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from fastapi import Request
from nicegui import ui

from central.cases.lifecycle import CaseAction
from central.cases.views import CaseSummary
from central.console.case_list import CaseList, row_of
from central.console.decision import Decision, carry_out
from central.console.filter_bar import FilterBar
from central.console.filters import Filters, find_cases
from central.console.frame import Frame, empty_state
from central.console.keys import QUEUE_KEYS, KeyMap
from central.console.preview import Preview
from central.console.reject_sheet import RejectSheet
from central.console.sheet import help_sheet
from central.console.tags import button, tag, text
from central.console.visit import Console, Visit, now, signed_in_page

_FIRST = 50
_ROWS_AGAIN_S = 15


def register(console: Console) -> None:
    """Make the page /."""

    @signed_in_page(console, "/")
    async def queue_page(visit: Visit, request: Request) -> None:
        queue = _Queue(visit, Filters.of_query(request.query_params))
        await queue.refresh()
        queue.frame.beat(queue.on_pulse)


class _Queue:
    """One officer's open queue."""

    def __init__(self, visit: Visit, filters: Filters) -> None:
        self._visit = visit
        self._filters = filters
        self._cases: dict[UUID, CaseSummary] = {}
        self._wanted = _FIRST
        self._seen: tuple[int, int] = (-1, -1)
        self._selected: UUID | None = None
        words = visit.words
        self._help = help_sheet(QUEUE_KEYS, words)
        self._keys = KeyMap(QUEUE_KEYS, self._on_key)
        self.frame = Frame(visit, "cases", on_help=self._help.show)
        with self.frame.main, tag("div", "queue"):
            with tag("section", "queue-list"):
                self._bar = FilterBar(words, filters, self._on_filters)
                self._list = CaseList(
                    words, on_select=self._on_select, on_decide=self._on_decide, on_more=self._on_more
                )
                self._empty = tag("div", "queue-empty")
                with tag("footer", "hints"):
                    for key, about in (
                        ("J K", "keys.next"),
                        ("Enter", "keys.open"),
                        ("C", "act.confirm"),
                        ("R", "act.reject"),
                        ("?", "nav.keys"),
                    ):
                        with tag("span"):
                            for one in key.split():
                                text("kbd", one)
                            text("span", words(about))
            self._preview = Preview(visit, self._act_on_selected)
        self._reject = RejectSheet(words, self._carry_out)

    async def on_pulse(self, revision: int) -> None:
        """Look again when a case changed, and every quarter of a minute because time passes in the rows."""
        beat = int(now().timestamp()) // _ROWS_AGAIN_S
        if (revision, beat) != self._seen:
            self._seen = (revision, beat)
            await self.refresh()
            if self._selected:
                await self._preview.show(self._selected, self._filters.query)

    async def refresh(self) -> None:
        """Read the cases and show them."""
        visit, filters = self._visit, self._filters
        found, more = await asyncio.to_thread(find_cases, visit.services.cases, filters, self._wanted)
        if filters != self._filters:
            return  # the officer has chosen other filters meanwhile
        self._cases = {case.id: case for case in found}
        moment = now()
        rows = [row_of(c, now=moment, zone=visit.zone, words=visit.words, query=filters.query) for c in found]
        self._list.set_rows(rows, more=more)
        glance = await visit.console.pulse.glance()
        self._bar.show(glance.counts, glance.overdue)
        self._show_empty(not found)
        if not found:
            self._selected = None
            self._preview.show_nothing()

    def _show_empty(self, empty: bool) -> None:
        self._empty.clear()
        self._empty.set_visibility(empty)
        self._list.set_visibility(not empty)
        if not empty:
            return
        words = self._visit.words
        with self._empty:
            if self._filters.is_default:
                empty_state(words("queue.empty"), words("queue.empty_why"))
            else:
                empty_state(words("queue.nothing_found"), words("queue.nothing_found_why"), art=False)
                button(words("queue.reset"), lambda: self._on_filters(Filters()), "secondary")

    async def _on_filters(self, filters: Filters) -> None:
        self._filters, self._wanted = filters, _FIRST
        self._bar.choose(filters)
        ui.navigate.history.replace(f"/{filters.query}")
        await self.refresh()

    async def _on_select(self, event: dict[str, Any]) -> None:
        self._selected = UUID(event["id"]) if event.get("id") else None
        if self._selected is None:
            self._preview.show_nothing()
        else:
            await self._preview.show(self._selected, self._filters.query)

    async def _on_more(self, _event: dict[str, Any]) -> None:
        if len(self._cases) >= self._wanted:
            self._wanted = len(self._cases) + _FIRST
            await self.refresh()

    async def _on_decide(self, event: dict[str, Any]) -> None:
        await self._decide(CaseAction(event["action"]), UUID(event["id"]), int(event["revision"]))

    async def _act_on_selected(self, action: CaseAction, case: CaseSummary) -> None:
        await self._decide(action, case.id, case.revision)

    async def _decide(self, action: CaseAction, case_id: UUID, revision: int) -> None:
        case = self._cases.get(case_id)
        if action is CaseAction.REJECT and case is not None:
            self._reject.ask(case)
        elif case is not None:
            await self._carry_out(Decision(case_id, action, revision))

    async def _carry_out(self, decision: Decision) -> None:
        done = await carry_out(self.frame, self._visit, decision)
        await self.refresh()
        if done and decision.case_id in self._cases:
            self._list.advance()
        if self._selected == decision.case_id:
            await self._preview.show(decision.case_id, self._filters.query)

    async def _on_key(self, action: str, _subject: str) -> None:
        if action == "help":
            self._help.show()
        elif action == "search":
            self._bar.focus()
