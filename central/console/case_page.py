"""A case: its pictures large, everything that is known about it, and the decision."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import Request
from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from central.cases.lifecycle import CaseAction, Origin
from central.cases.views import CaseDetail
from central.console import icons
from central.console.case_facts import facts_block, proof_block, stood
from central.console.case_files import files_block
from central.console.case_head import case_head
from central.console.case_history import history_block
from central.console.case_way import way_block
from central.console.decision import VERDICTS, Decision, carry_out, decision_bar, steps_bar
from central.console.filters import Filters, find_cases
from central.console.frame import Frame, empty_state
from central.console.gallery import Gallery, wide_urls
from central.console.keys import CASE_KEYS, KeyMap
from central.console.look_now import LookNow
from central.console.reject_sheet import RejectSheet
from central.console.review_order import ReviewOrder
from central.console.sheet import help_sheet
from central.console.step_sheet import ASKS, StepSheet
from central.console.tags import button, svg, tag, text
from central.console.visit import Console, Visit, now, signed_in_page
from central.problems import Problem

_ORDER_LENGTH = 200
_AGAIN_S = 15
_PEOPLE = frozenset({Origin.CONSOLE, Origin.API})


def register(console: Console) -> None:
    """Make the page /cases/{id}."""

    @signed_in_page(console, "/cases/{case_id}")
    async def case_page(visit: Visit, request: Request) -> None:
        try:
            case_id = UUID(request.path_params["case_id"])
            case = await asyncio.to_thread(visit.services.cases.get, case_id)
        except (ValueError, Problem):
            frame = Frame(visit, "cases")
            with frame.main, empty_state(visit.words("case.gone"), visit.words("case.gone_why")):
                text("a", visit.words("case.back"), "secondary", href="/")
            frame.beat()
            return
        page = _CasePage(visit, case, Filters.of_query(request.query_params))
        await page.read_order()
        await page.show(case)
        page.frame.beat(page.on_pulse)


class _CasePage:
    """One officer's open case; going to the next one changes the content and the address, not the page."""

    def __init__(self, visit: Visit, case: CaseDetail, filters: Filters) -> None:
        self._visit, self._filters, self._case = visit, filters, case
        self._order = ReviewOrder(case.id)
        self._seen = (-1, -1)
        self._placed: object = None
        self._more = False
        self._stood: TextElement | None = None
        self._busy = asyncio.Lock()
        words = visit.words
        self._help = help_sheet(CASE_KEYS, words)
        self._keys = KeyMap(CASE_KEYS, self._on_key)
        self.frame = Frame(visit, "cases", on_help=self._help.show)
        with self.frame.main, tag("div", "case"):
            with tag("section", "case-pictures"):
                self._head = tag("div", "case-top")
                self._gallery = Gallery(visit)
            self._side = tag("aside", "case-side")
        self._reject = RejectSheet(words, self._carry_out)
        self._step_sheet = StepSheet(visit, self._carry_out)

    async def on_pulse(self, revision: int) -> None:
        """Show what others changed, and who did."""
        if (beat := (revision, int(now().timestamp()) // _AGAIN_S)) == self._seen or self._busy.locked():
            return
        self._seen = beat
        await self.read_order()
        case = await self._read(self._case.id)
        if case is None or self._busy.locked() or case.id != self._case.id:
            return
        if case.revision != self._case.revision:
            step = case.steps[-1] if case.steps else None
            if step and step.origin in _PEOPLE and step.actor != self._visit.user.name:
                self.frame.say(self._visit.words("act.changed", actor=step.actor), "warning")
            await self.show(case)
            return
        self._fill_head(case)
        if self._stood:
            self._stood.text = stood(case, self._visit.words)
        await self._look_now.refresh()

    async def show(self, case: CaseDetail) -> None:
        """Show a case, and have the browser load the next one's pictures."""
        self._case = case
        self._order.open(case.id)
        self._gallery.show(case)
        self._fill_head(case)
        self._fill_side(case)
        self._keys.set_subject(str(case.id))  # with the case itself: a key is meant for what is on the screen
        await self._look_now.refresh()
        ui.run_javascript(f"sessionStorage.setItem('kerbwatch.case', '{case.id}')")
        await self._load_ahead()

    async def _show_again(self) -> None:
        case = await self._read(self._case.id)
        if case is not None:
            await self.show(case)

    async def _read(self, case_id: UUID) -> CaseDetail | None:
        try:
            return await asyncio.to_thread(self._visit.services.cases.get, case_id)
        except Problem:
            return None

    async def read_order(self) -> None:
        """Bring the order of review up to date."""
        found, self._more = await asyncio.to_thread(
            find_cases, self._visit.services.cases, self._filters, _ORDER_LENGTH
        )
        self._order.refresh(case.id for case in found)

    async def _load_ahead(self) -> None:
        following = self._order.neighbour(1)
        case = await self._read(following) if following else None
        self._gallery.load_ahead(wide_urls(case) if case else [])

    async def _go_to(self, case_id: UUID | None) -> None:
        case = await self._read(case_id) if case_id else None
        if case is not None:
            ui.navigate.history.replace(f"/cases/{case.id}{self._filters.query}")
            await self.show(case)

    async def _on_key(self, action: str, subject: str) -> None:
        if action == "help":
            self._help.show()
        elif action == "back":
            self._back()
        elif subject != str(self._case.id):
            if action in ("confirm", "reject"):  # pressed while the next case was on its way: never decide unseen
                self.frame.say(self._visit.words("act.look_again"), "warning")
        elif action in ("next", "previous"):
            await self._step(1 if action == "next" else -1)
        else:
            await self._act(CaseAction(action))

    async def _step(self, step: int) -> None:
        async with self._busy:
            await self._go_to(self._order.neighbour(step))

    async def _act(self, action: CaseAction) -> None:
        if action not in self._case.allowed:
            return
        if action is CaseAction.REJECT:
            self._reject.ask(self._case)
        elif action in ASKS:
            self._step_sheet.ask(action, self._case)
        else:
            await self._carry_out(Decision(self._case.id, action, self._case.revision))

    async def _carry_out(self, decision: Decision) -> None:
        async with self._busy:
            done = await carry_out(self.frame, self._visit, decision)
            if done and decision.action in (CaseAction.CONFIRM, CaseAction.REJECT):
                await self._go_on()
            elif (case := await self._read(decision.case_id)) is not None:
                await self.show(case)

    async def _go_on(self) -> None:
        """Go to the next case that waits for an officer; back to the queue when there is none."""
        waiting, _ = await asyncio.to_thread(
            find_cases, self._visit.services.cases, self._filters.waiting(), _ORDER_LENGTH
        )
        following = self._order.next_of(case.id for case in waiting)
        if following is None:
            self._back()
        else:
            await self._go_to(following)

    def _back(self) -> None:
        ui.navigate.to(f"/{self._filters.query}")

    def _fill_head(self, case: CaseDetail) -> None:
        words = self._visit.words
        at, of = self._order.position
        if self._placed == (case.id, case.revision, at, of):
            return  # nothing is drawn again under the officer's mouse
        self._placed = (case.id, case.revision, at, of)
        self._head.clear()
        with self._head:
            with tag("a", "tool icon-only back", href=f"/{self._filters.query}", title=words("case.back") + " (B)"):
                svg(icons.BACK)
            case_head(case, words)
            tag("div", "grow")
            with tag("div", "pager"):
                for label, step, key in (("case.previous", -1, "K"), ("case.next", 1, "J")):
                    if step == 1:
                        text("span", words("case.position_in", at=at, of=f"{of}+" if self._more else of), "position")
                    usable = self._order.neighbour(step) is not None
                    with button("", self._stepper(step), "tool", disabled=None if usable else True):
                        text("span", words(label))
                        text("kbd", key)

    def _stepper(self, step: int) -> Callable[[], Awaitable[None]]:
        return lambda: self._step(step)

    def _fill_side(self, case: CaseDetail) -> None:
        visit, words = self._visit, self._visit.words
        self._side.clear()
        with self._side:
            if set(case.allowed) & set(VERDICTS):
                decision_bar(case, case.allowed, words, self._act)
            steps_bar(case, case.allowed, words, self._act)
            way_block(case, visit)
            with _panel(words("look.title")):
                self._look_now = LookNow(case, visit, self.frame, self._show_again)
            with _panel(words("case.facts")):
                self._stood = facts_block(case, visit)
            with _panel(words("case.proof")):
                proof_block(case, words)
            with _panel(words("case.history")):
                history_block(case, visit)
            files_block(case, visit)


def _panel(title: str) -> Element:
    with tag("section", "panel") as panel:
        text("h2", title)
    return panel
