"""The sheet for steps that need more than a press of a button: a note, a rating, the number of another case."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from central.cases.lifecycle import ACTION_NAMES, CaseAction
from central.cases.views import CaseSummary
from central.console.case_list import kind_name, place_name
from central.console.decision import Decision
from central.console.sheet import Sheet, sheet_head
from central.console.tags import button, tag, text
from central.console.visit import Visit

NEEDS_NOTE = frozenset({CaseAction.WITHDRAW, CaseAction.REOPEN, CaseAction.SEND_BACK})
MAY_HAVE_NOTE = frozenset({CaseAction.DISPATCH, CaseAction.HANDLE, CaseAction.FEED_BACK, CaseAction.CLOSE})
ASKS = NEEDS_NOTE | MAY_HAVE_NOTE | {CaseAction.MERGE, CaseAction.EVALUATE}
"""Steps that this sheet is for."""


class StepSheet:
    """Asks what a step needs and then calls `on_step`. It stays with the case it was opened for."""

    def __init__(self, visit: Visit, on_step: Callable[[Decision], Awaitable[None]]) -> None:
        self._visit, self._on_step = visit, on_step
        self._case: CaseSummary | None = None
        self._action = CaseAction.CLOSE
        self._given: dict[str, str] = {}
        self._hint: TextElement | None = None
        with Sheet("step") as self._sheet:
            self._title = tag("div", "step-title")
            self._body = tag("div", "reject")

    def ask(self, action: CaseAction, case: CaseSummary) -> None:
        """Open the sheet for `action` on `case`."""
        self._case, self._action, self._given = case, action, {}
        words = self._visit.words
        self._title.clear()
        with self._title:
            sheet_head(self._sheet, words.pick(ACTION_NAMES[action]), words)
        self._body.clear()
        with self._body:
            with tag("div", "reject-case"), tag("div"):
                text("b", kind_name(case, words))
                text("span", place_name(case))
                text("span", case.number, "number")
            if action is CaseAction.EVALUATE:
                with tag("div", "reasons ratings"):
                    for rating in range(1, 6):
                        button(str(rating), self._rate(rating), f"reason rating-{rating}")
            if action is CaseAction.MERGE:
                self._field("into", words("step.into"), "input", placeholder=words("step.into_hint"), maxlength=128)
            note = words("step.note_must" if action in NEEDS_NOTE else "step.note")
            self._field("note", note, "textarea", rows=2, maxlength=500)
            self._hint = text("p", "", "note-needed", role="alert")
            self._hint.set_visibility(False)
            if action is not CaseAction.EVALUATE:
                button(words("step.take"), self._take, "primary step-take")
        self._sheet.show()

    def _field(self, name: str, label: str, element: str, **attributes: object) -> Element:
        with tag("label", "note"):
            text("span", label)
            field = tag(element, f"step-{name}", **attributes)
            field.on("input", self._keep(name), js_handler="(e) => emit(e.target.value)")
        return field

    def _keep(self, name: str) -> Callable[[GenericEventArguments], None]:
        def keep(event: GenericEventArguments) -> None:
            self._given[name] = str(event.args)

        return keep

    def _rate(self, rating: int) -> Callable[[], Awaitable[None]]:
        return lambda: self._take(rating)

    def _complain(self, message: str) -> None:
        if self._hint:
            self._hint.text = message
            self._hint.set_visibility(True)

    async def _take(self, rating: int | None = None) -> None:
        words, case = self._visit.words, self._case
        if case is None:
            return
        note, into = self._given.get("note", "").strip(), None
        if self._action in NEEDS_NOTE and not note:
            self._complain(words("step.note_must"))
            return
        if self._action is CaseAction.MERGE:
            number = self._given.get("into", "").strip()
            into = await asyncio.to_thread(self._visit.services.cases.find_number, number) if number else None
            if into is None:
                self._complain(words("step.into_unknown", number=number or "…"))
                return
        self._case = None
        self._sheet.hide()
        await self._on_step(self._decision(case, note, rating, into))

    def _decision(self, case: CaseSummary, note: str, rating: int | None, into: UUID | None) -> Decision:
        return Decision(case.id, self._action, case.revision, note=note, rating=rating, into=into)
