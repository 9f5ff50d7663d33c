"""A picture of the place now: the button that asks the box for it, and what came of every request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import ui

from central.cases.lifecycle import OPEN, Origin
from central.cases.steps import Actor
from central.cases.views import CaseDetail
from central.console import formats
from central.console.frame import Frame
from central.console.tags import button, tag, text
from central.console.visit import Visit, sign_in_path
from central.pictures.views import AskedPictureView, AskedStatus
from central.problems import Problem
from protocol.messages import CameraState, Rendition

_SHOWN = 6


class LookNow:
    """The block on one case's page; `refresh` brings it up to date. `on_asked` is awaited after the case changed."""

    def __init__(self, case: CaseDetail, visit: Visit, frame: Frame, on_asked: Callable[[], Awaitable[None]]) -> None:
        self._case, self._visit, self._frame, self._on_asked = case, visit, frame, on_asked
        self._shown: list[AskedPictureView] | None = None
        self._block = tag("div", "look-now")

    async def refresh(self) -> None:
        """Show how the requests stand now; nothing is drawn again when nothing changed."""
        asked = (await asyncio.to_thread(self._visit.services.pictures.of_case, self._case.id))[:_SHOWN]
        if asked != self._shown and not self._block.is_deleted:
            self._shown = asked
            self._draw(asked)

    def _draw(self, asked: list[AskedPictureView]) -> None:
        words = self._visit.words
        is_waiting = any(one.status is AskedStatus.WAITING for one in asked)
        self._block.clear()
        with self._block:
            if self._case.state in OPEN:
                button(words("look.ask"), self._ask, "secondary look-ask", disabled=is_waiting or None)
            for one in asked:
                with tag("div", f"look look-{one.status}"):
                    self._one(one)

    def _one(self, one: AskedPictureView) -> None:
        words, zone = self._visit.words, self._visit.zone
        for file in [file for file in one.evidence if file.rendition is Rendition.RENDERED]:
            with tag("a", href=file.url, target="_blank", rel="noopener"):
                tag("img", src=file.url, alt=words("role.asked"), loading="lazy")
        if one.taken_at is not None:
            turned = one.camera_state is CameraState.VIEW_CHANGED
            taken = words("look.given", at=formats.full_time(one.taken_at, zone))
            text("div", f"{taken} · {words('look.view_changed')}" if turned else taken, "look-said")
        elif one.refused is not None:
            why = words.pick((one.refused.text_zh, one.refused.text_en))
            text("div", words("look.refused", why=why), "look-said")
        else:
            text("div", words(f"look.{one.status}"), "look-said")
        if one.signature_ok is False:
            text("div", words("case.signature_bad"), "look-said")
        text("div", words("look.asked", actor=one.asked_by, at=formats.full_time(one.asked_at, zone)), "fine")

    async def _ask(self) -> None:
        visit = self._visit
        if not await visit.still_signed_in():
            ui.navigate.to(sign_in_path(visit.path, ended=True))
            return
        try:
            asked = await asyncio.to_thread(
                visit.services.pictures.ask, self._case.id, Actor(visit.user.name, Origin.CONSOLE)
            )
            box = await asyncio.to_thread(visit.services.devices.get, asked.device)
        except Problem as problem:
            self._frame.say(problem.message(visit.words.language), "problem")
            return
        self._frame.say(
            visit.words("look.waiting" if box.online else "look.offline"), "done" if box.online else "warning"
        )
        await visit.console.pulse.now_changed()
        await self._on_asked()
