"""One page shown to one officer: who, in which language, and the services behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui

from central import column_types
from central.accounts import User
from central.console.preferences import words_for
from central.console.pulse import Pulse
from central.console.words import Words
from central.services import Services

SESSION_COOKIE = "kerbwatch_session"


@dataclass(frozen=True, slots=True)
class Console:
    """What all pages share."""

    services: Services
    zone: ZoneInfo
    pulse: Pulse
    readmit: Callable[[UUID], None]

    def words_for(self, request: Request) -> Words:
        """Give the words in this browser's language."""
        return words_for(request, self.services.settings.language)


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that an officer has open."""

    console: Console
    user: User
    token: str
    words: Words
    path: str

    @property
    def services(self) -> Services:
        """The services behind the pages."""
        return self.console.services

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return self.console.zone

    async def still_signed_in(self) -> bool:
        """Ask whether the session lasts: it may have ended, or been ended elsewhere, while the page was open."""
        return await asyncio.to_thread(self.services.accounts.user_of, self.token) is not None


def now() -> datetime:
    """Give the time now."""
    return column_types.now()


def sign_in_path(path: str, *, ended: bool = False) -> str:
    """Give the address of the sign-in page that comes back to `path`."""
    return f"/login?next={quote(path, safe='')}" + ("&ended=1" if ended else "")


def request_path(request: Request) -> str:
    """Give path and query of a request."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def visit_of(console: Console, request: Request) -> Visit | None:
    """Give the visit that a request makes; None when nobody is signed in."""
    token = request.cookies.get(SESSION_COOKIE)
    user = await asyncio.to_thread(console.services.accounts.user_of, token) if token else None
    if token is None or user is None:
        return None
    return Visit(console, user, token, console.words_for(request), request_path(request))


PageBuilder = Callable[[Visit, Request], Awaitable[None]]


def signed_in_page(console: Console, path: str) -> Callable[[PageBuilder], PageBuilder]:
    """Make a page at `path` that only a signed-in officer sees; others are led to the sign-in page."""

    def register(build: PageBuilder) -> PageBuilder:
        @ui.page(path, response_timeout=15)
        async def page(request: Request) -> Response | None:
            visit = await visit_of(console, request)
            if visit is None:
                return RedirectResponse(sign_in_path(request_path(request)), status_code=303)
            await build(visit, request)
            return None

        return build

    return register
