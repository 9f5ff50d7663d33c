"""The sheet that asks why a case is rejected. One key press is enough; a note can be written first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from central.cases.lifecycle import REASON_NAMES, CaseAction, RejectReason
from central.cases.views import CaseSummary
from central.console.case_list import kind_name, place_name
from central.console.decision import Decision
from central.console.keys import REASON_KEYS, KeyMap
from central.console.sheet import Sheet, sheet_head
from central.console.tags import button, tag, text
from central.console.words import Words

_REASONS = tuple(RejectReason)


class RejectSheet:
    """Asks for a reason and then calls `on_reject`. It stays with the case it was opened for, whatever comes in."""

    def __init__(self, words: Words, on_reject: Callable[[Decision], Awaitable[None]]) -> None:
        self._words = words
        self._on_reject = on_reject
        self._case: CaseSummary | None = None
        self._note = ""
        self._hint: Element | None = None
        with Sheet("reject") as self._sheet:
            sheet_head(self._sheet, words("reject.title"), words)
            self._body = tag("div", "reject")
            KeyMap(REASON_KEYS, self._on_key)

    def ask(self, case: CaseSummary) -> None:
        """Open the sheet for `case`."""
        self._case, self._note = case, ""
        words = self._words
        self._body.clear()
        with self._body:
            with tag("div", "reject-case"):
                if case.thumbnail_url:
                    tag("img", src=case.thumbnail_url, alt="")
                with tag("div"):
                    text("b", kind_name(case, words))
                    text("span", place_name(case))
                    text("span", case.number, "number")
            text("p", words("reject.lead"), "lead")
            with tag("div", "reasons"):
                for number, reason in enumerate(_REASONS, start=1):
                    with button("", self._choose(reason), f"reason reason-{reason}"):
                        text("kbd", str(number))
                        text("span", words.pick(REASON_NAMES[reason]))
            with tag("label", "note"):
                text("span", words("reject.note"))
                note = tag("textarea", rows=2, maxlength=500, placeholder=words("reject.note_hint"))
                note.on("input", self._on_note, js_handler="(e) => emit(e.target.value)")
            self._hint = text("p", words("reject.note_needed"), "note-needed", role="alert")
            self._hint.set_visibility(False)
        self._sheet.show()

    def _on_note(self, event: GenericEventArguments) -> None:
        self._note = str(event.args)

    def _choose(self, reason: RejectReason) -> Callable[[], Awaitable[None]]:
        async def choose() -> None:
            if self._case is None:
                return
            if reason is RejectReason.OTHER and not self._note.strip():
                if self._hint:
                    self._hint.set_visibility(True)
                return
            case, self._case = self._case, None
            self._sheet.hide()
            await self._on_reject(Decision(case.id, CaseAction.REJECT, case.revision, reason, self._note.strip()))

        return choose

    async def _on_key(self, action: str, _subject: str) -> None:
        number = int(action.removeprefix("reason-"))
        if number <= len(_REASONS):
            await self._choose(_REASONS[number - 1])()
