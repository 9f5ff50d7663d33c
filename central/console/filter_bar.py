"""The filters above the queue: states with their counts, kinds, and free text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from central.cases.lifecycle import CaseState
from central.console import icons
from central.console.case_list import state_name
from central.console.filters import Filters
from central.console.tags import button, svg, tag, text
from central.console.words import Words
from protocol.kinds import ViolationKind

_ALWAYS = (CaseState.REPORTED, CaseState.FILED, CaseState.REJECTED)
"""States whose filter is there even when no case is in them, so that the bar keeps its shape."""


class FilterBar:
    """Shows the filters and calls `on_change` with the new ones."""

    def __init__(self, words: Words, filters: Filters, on_change: Callable[[Filters], Awaitable[None]]) -> None:
        self._words, self._filters, self._on_change = words, filters, on_change
        self._states: dict[CaseState | None, tuple[Element, TextElement]] = {}
        self._kinds: dict[ViolationKind | None, Element] = {}
        with tag("div", "filters"):
            with tag("div", "states", role="group"):
                for state in (CaseState.REPORTED, None, *list(CaseState)[1:]):
                    with button("", self._choose_state(state), f"filter state-filter {state or 'all'}") as chip:
                        text("span", words("queue.all") if state is None else state_name(state, words))
                        self._states[state] = (chip, text("span", "", "count"))
                with button("", self._choose_overdue, "filter state-filter overdue") as self._overdue:
                    text("span", words("queue.overdue"))
                    self._overdue_count = text("span", "", "count")
            with tag("div", "filter-line"):
                with tag("label", "search", title=words("queue.search_hint")):
                    svg(icons.SEARCH)
                    # "^value" is the text to begin with; as "value" it would overwrite what is being typed.
                    self._search = tag("input", type="search", placeholder=words("queue.search"), maxlength=100)
                    self._search.props["^value"] = filters.text
                    self._search.on(
                        "input",
                        self._on_text,
                        js_handler="(e) => emit(e.target.value)",
                        throttle=0.25,
                        leading_events=False,
                    )
                    text("kbd", "/")
                with tag("div", "kinds", role="group"):
                    for kind in (None, *ViolationKind):
                        with button("", self._choose_kind(kind), "filter kind-filter") as chip:
                            if kind:
                                tag("i", f"kind-mark {kind}")
                            text("span", words("queue.kind_all") if kind is None else words(f"kind.{kind}"))
                        self._kinds[kind] = chip
        self.choose(filters)

    def choose(self, filters: Filters) -> None:
        """Mark what is chosen."""
        if self._filters.text and not filters.text:
            ui.run_javascript(f"document.getElementById('{self._search.html_id}').value = ''")
        self._filters = filters
        for state, (chip, _) in self._states.items():
            _mark(chip, state is filters.state and not filters.overdue)
        _mark(self._overdue, filters.overdue)
        for kind, chip in self._kinds.items():
            _mark(chip, kind is filters.kind)
        self._hide_unused()

    def show(self, counts: dict[CaseState, int], overdue: int) -> None:
        """Show how many cases are in each state, and how many are overdue."""
        self._overdue_count.text = str(overdue)
        for state, (_, count) in self._states.items():
            count.text = str(sum(counts.values()) if state is None else counts.get(state, 0))
        self._hide_unused()

    def focus(self) -> None:
        """Put the cursor into the search field."""
        ui.run_javascript(f"document.getElementById('{self._search.html_id}').focus()")

    def _hide_unused(self) -> None:
        for state, (chip, count) in self._states.items():
            always = state is None or state in _ALWAYS or state is self._filters.state
            chip.set_visibility(always or count.text not in ("", "0"))
        self._overdue.set_visibility(self._filters.overdue or self._overdue_count.text not in ("", "0"))

    def _choose_state(self, state: CaseState | None) -> Callable[[], Awaitable[None]]:
        return lambda: self._on_change(replace(self._filters, state=state, overdue=False))

    async def _choose_overdue(self) -> None:
        await self._on_change(replace(self._filters, state=None, overdue=True))

    def _choose_kind(self, kind: ViolationKind | None) -> Callable[[], Awaitable[None]]:
        return lambda: self._on_change(replace(self._filters, kind=kind))

    async def _on_text(self, event: GenericEventArguments) -> None:
        await self._on_change(replace(self._filters, text=str(event.args).strip()[:100]))


def _mark(chip: Element, chosen: bool) -> None:
    chip.classes(add="on" if chosen else "", remove="" if chosen else "on")
    chip.props["aria-pressed"] = "true" if chosen else "false"
