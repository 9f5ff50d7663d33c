"""Signing in and out. The page is a plain HTML form, so that password managers and browsers know what it is."""

from __future__ import annotations

import asyncio
import math
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui

from central.console import icons
from central.console.formats import duration
from central.console.preferences import local_path
from central.console.tags import svg, tag, text
from central.console.theme import dress
from central.console.visit import SESSION_COOKIE, Console, visit_of
from central.console.words import Words


def sign_in_routes(console: Console) -> APIRouter:
    """Make the routes that a form posts to."""
    router = APIRouter(include_in_schema=False)
    accounts = console.services.accounts

    @router.post("/login")
    async def sign_in(
        username: Annotated[str, Form()] = "", password: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/"
    ) -> Response:
        token = await asyncio.to_thread(accounts.sign_in, username.strip(), password)
        if token is None:
            locked_s = await asyncio.to_thread(accounts.locked_for_s, username.strip())
            question = {"error": "locked" if locked_s > 0 else "wrong", "user": username.strip(), "next": next}
            if locked_s > 0:
                question["seconds"] = str(math.ceil(locked_s))
            return RedirectResponse(f"/login?{urlencode(question)}", status_code=303)
        response = RedirectResponse(local_path(next), status_code=303)
        secure = console.services.settings.secure_cookie
        response.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="lax", secure=secure)
        return response

    @router.post("/logout")
    async def sign_out(request: Request) -> Response:
        if token := request.cookies.get(SESSION_COOKIE):
            await asyncio.to_thread(accounts.sign_out, token)
        response = RedirectResponse("/login", status_code=303)
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax")
        return response

    return router


def register(console: Console) -> None:
    """Make the page /login."""

    @ui.page("/login")
    async def login_page(request: Request, next: str = "/", user: str = "", error: str = "") -> Response | None:
        if not error and await visit_of(console, request) is not None:
            return RedirectResponse(local_path(next), status_code=303)
        words = console.words_for(request)
        dress(console, words)
        ui.page_title(f"{words('login.title')} · {words('title')}")
        with tag("div", "login"):
            with tag("section", "login-card"):
                _brand(words)
                _form(words, next, user, _trouble(words, request))
                text("p", words("login.first"), "fine")
            _language_switch(words)
        return None


def _brand(words: Words) -> None:
    with tag("div", "login-brand"):
        svg(icons.MARK)
        with tag("div"):
            text("h1", words("brand"))
            text("p", words("login.lead"))


def _trouble(words: Words, request: Request) -> str:
    query = request.query_params
    if query.get("error") == "locked":
        seconds = query.get("seconds", "")
        return words("login.locked", time=duration(int(seconds) if seconds.isdecimal() else 60, words))
    if query.get("error"):
        return words("login.wrong")
    return words("session.ended") if query.get("ended") else ""


def _form(words: Words, target: str, user: str, trouble: str) -> None:
    with tag("form", "login-form", method="post", action="/login"):
        if trouble:
            with tag("p", "login-trouble", role="alert"):
                svg(icons.WARNING)
                text("span", trouble)
        tag("input", type="hidden", name="next", value=local_path(target))
        for name, kind, label, complete, focus in (
            ("username", "text", "login.user", "username", not user),
            ("password", "password", "login.password", "current-password", bool(user)),
        ):
            with tag("label"):
                text("span", words(label))
                tag(
                    "input",
                    type=kind,
                    name=name,
                    autocomplete=complete,
                    required=True,
                    value=user if name == "username" else None,
                    autofocus=True if focus else None,
                )
        text("button", words("login.submit"), "primary", type="submit")


def _language_switch(words: Words) -> None:
    other = "en" if words.language == "zh" else "zh"
    here = "encodeURIComponent(location.pathname + location.search)"
    with tag("div", "login-tools"):
        text("button", words("nav.language"), "tool", type="button").on(
            "click", js_handler=f"() => location.assign('/language/{other}?back=' + {here})"
        )
        with tag("button", "tool icon-only", type="button", title=words("nav.theme")) as theme:
            svg(icons.MOON)
        theme.on("click", js_handler="() => window.kerbwatch.toggleTheme()")
