"""What a browser remembers, in cookies of its own: the language. (Dark or light is remembered by assets/boot.js.)"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from central.console.words import Language, Words, language_of

LANGUAGE_COOKIE = "kerbwatch_language"
_YEAR_S = 365 * 24 * 3600


def words_for(request: Request, default_tag: str) -> Words:
    """Give the words in the language that this browser chose, else in the site's."""
    return Words(language_of(request.cookies.get(LANGUAGE_COOKIE), language_of(default_tag)))


def local_path(target: str | None) -> str:
    """Give `target` when it is a path on this server, else "/": nobody is sent elsewhere by a prepared link."""
    good = target and target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if target and good and target.isprintable() else "/"


def preference_routes() -> APIRouter:
    """Make the route that changes the language and goes back to the page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/language/{language}")
    def choose_language(language: Language, back: str = "/") -> RedirectResponse:
        response = RedirectResponse(local_path(back), status_code=303)
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_S, samesite="lax", httponly=True)
        return response

    return router
