"""What is shown for an address that nobody has taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui

from central.console.frame import Frame, empty_state
from central.console.tags import text
from central.console.visit import Console, request_path, sign_in_path, visit_of


def not_found_page(console: Console) -> Callable[[Request], Awaitable[Response | None]]:
    """Make the page; like all others it is only for those who are signed in."""

    async def page(request: Request) -> Response | None:
        visit = await visit_of(console, request)
        if visit is None:
            return RedirectResponse(sign_in_path(request_path(request)), status_code=303)
        ui.context.client.status_code = 404
        frame = Frame(visit, "cases")
        with frame.main, empty_state(visit.words("not_found"), visit.words("not_found.why")):
            text("a", visit.words("case.back"), "secondary", href="/")
        frame.beat()
        return None

    return page
