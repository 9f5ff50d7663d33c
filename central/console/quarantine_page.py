"""The quarantine: messages that could not be read or trusted, why, and their bytes to download."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui
from nicegui.element import Element

from central.console import formats, icons
from central.console.frame import Frame, empty_state
from central.console.tags import button, svg, tag, text
from central.console.visit import Console, Visit, now, request_path, sign_in_path, signed_in_page, visit_of
from central.problems import Problem
from central.quarantine import QuarantineView

Readmit: TypeAlias = Callable[[UUID], Awaitable[None]]

_SHOWN = 200
_REFRESH_S = 5


def quarantine_routes(console: Console) -> APIRouter:
    """Make the route that downloads a message."""
    router = APIRouter(include_in_schema=False)

    @router.get("/quarantine/{entry_id}/content")
    async def download(entry_id: UUID, request: Request) -> Response:
        if await visit_of(console, request) is None:
            return RedirectResponse(sign_in_path(request_path(request)), status_code=303)
        try:
            content = await asyncio.to_thread(console.services.quarantine.content, entry_id)
        except Problem as problem:
            message = problem.message(console.words_for(request).language)
            return Response(message, status_code=problem.status, media_type="text/plain; charset=utf-8")
        headers = {
            "Content-Disposition": f'attachment; filename="quarantine-{entry_id}.bin"',
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, media_type="application/octet-stream", headers=headers)

    return router


def register(console: Console) -> None:
    """Make the page /quarantine."""

    @signed_in_page(console, "/quarantine")
    async def quarantine_page(visit: Visit, _request: Request) -> None:
        frame = Frame(visit, "quarantine")
        with frame.main, tag("div", "sheet-page"):
            text("h1", visit.words("quarantine.title"))
            text("p", visit.words("quarantine.lead"), "page-lead")
            body = tag("div", "set-aside")
        shown: list[QuarantineView] = []

        async def readmit(entry_id: UUID) -> None:
            if not await visit.still_signed_in():
                ui.navigate.to(sign_in_path(visit.path, ended=True))
                return
            try:
                await asyncio.to_thread(visit.console.readmit, entry_id)
            except Problem as problem:
                frame.say(problem.message(visit.words.language), "problem")
            await refresh()

        async def refresh(*, first: bool = False) -> None:
            entries = await asyncio.to_thread(visit.services.quarantine.list, _SHOWN)
            if first or entries != shown:
                shown[:] = entries
                _fill(body, entries, visit, readmit)

        async def on_pulse(_revision: int) -> None:
            if int(now().timestamp()) % _REFRESH_S == 0:
                await refresh()

        await refresh(first=True)
        frame.beat(on_pulse)


def _fill(body: Element, entries: list[QuarantineView], visit: Visit, readmit: Readmit) -> None:
    words = visit.words
    body.clear()
    with body:
        if not entries:
            empty_state(words("quarantine.empty"), words("quarantine.empty_why"))
            return
        with tag("section", "panel"), tag("table", "grid"):
            with tag("thead"), tag("tr"):
                for column in ("at", "device", "why", "content", "size"):
                    text("th", words(f"quarantine.{column}"), column)
                tag("th")
            with tag("tbody"):
                for entry in entries:
                    _entry(entry, visit, readmit)


def _entry(entry: QuarantineView, visit: Visit, readmit: Readmit) -> None:
    words = visit.words
    with tag("tr"):
        with tag("td", "at"):
            at = formats.short_time(entry.last_at, now(), visit.zone, words)
            text("time", at, title=formats.full_time(entry.last_at, visit.zone))
            if entry.times > 1:
                text("span", words("quarantine.times", n=entry.times), "fine")
        text("td", entry.device, "device")
        with tag("td", "why"):
            text("span", entry.reason)
            text("code", entry.topic, "topic")
        with tag("td", "content"):
            text("code", entry.preview[:240])
        text("td", formats.size(entry.size_bytes), "size")
        with tag("td", "act"):
            if entry.readmitted_at is None:
                button(words("quarantine.readmit"), lambda: readmit(entry.id), "tool readmit")
            else:
                at = formats.short_time(entry.readmitted_at, now(), visit.zone, words)
                text("span", words("quarantine.readmitted", at=at), "fine")
            with tag("a", "tool", href=f"/quarantine/{entry.id}/content", title=words("quarantine.download")):
                svg(icons.DOWNLOAD)
                text("span", words("quarantine.download"))
