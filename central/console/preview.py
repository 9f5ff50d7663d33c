"""The chosen case beside the queue: enough to decide in seconds, the rest on the case's own page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui.elements.mixins.text_element import TextElement

from central.cases.lifecycle import CaseAction
from central.cases.views import CaseDetail, CaseSummary
from central.console import formats
from central.console.case_facts import address_line, proof_block, stood
from central.console.case_head import case_head
from central.console.case_list import place_name
from central.console.decision import decision_bar
from central.console.gallery import Gallery
from central.console.tags import tag, text
from central.console.visit import Visit
from central.problems import Problem

OnAct = Callable[[CaseAction, CaseSummary], Awaitable[None]]


class Preview:
    """Shows one case, or that none is chosen."""

    def __init__(self, visit: Visit, on_act: OnAct) -> None:
        self._visit = visit
        self._on_act = on_act
        self._wanted: UUID | None = None
        self._shown: tuple[UUID, int, str] | None = None
        self._stood: TextElement | None = None
        with tag("section", "preview") as self._box:
            self._nothing = text("p", visit.words("queue.pick"), "preview-nothing")
            self._head = tag("div", "preview-head")
            self._gallery = Gallery(visit, compact=True)
            self._foot = tag("div", "preview-foot")
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show that no case is chosen."""
        self._wanted = self._shown = None
        self._gallery.clear_pictures()
        self._set_visible(False)

    async def show(self, case_id: UUID, query: str) -> None:
        """Read a case and show it; `query` keeps the filters in the link to its page."""
        self._wanted = case_id
        try:
            case = await asyncio.to_thread(self._visit.services.cases.get, case_id)
        except Problem:
            self.show_nothing()
            return
        if self._wanted != case_id:
            return  # the officer has gone on meanwhile
        if self._shown != (case.id, case.revision, query):  # else nothing is drawn again under the officer's mouse
            self._shown = (case.id, case.revision, query)
            self._set_visible(True)
            self._gallery.show(case)
            self._fill(case, query)
        elif self._stood:
            self._stood.text = stood(case, self._visit.words)

    def _set_visible(self, visible: bool) -> None:
        self._nothing.set_visibility(not visible)
        for part in (self._head, self._gallery, self._foot):
            part.set_visibility(visible)

    def _fill(self, case: CaseDetail, query: str) -> None:
        visit, words = self._visit, self._visit.words
        self._head.clear()
        with self._head:
            case_head(case, words)
            text("a", words("case.open"), "tool", href=f"/cases/{case.id}{query}")
        self._foot.clear()
        with self._foot:
            with tag("dl", "brief"):
                for key, value in (
                    ("case.where", address_line(case)),
                    ("case.zone", place_name(case)),
                    ("case.first_seen", formats.full_time(case.first_seen_at, visit.zone)),
                    ("case.stood", stood(case, words)),
                ):
                    with tag("div"):
                        text("dt", words(key))
                        self._stood = text("dd", value)  # the last one stays
            proof_block(case, words, brief=True)
            decision_bar(case, case.allowed, words, lambda action: self._on_act(action, case))
