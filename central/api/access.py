"""Who asks: the session's token comes as a cookie (console) or as `Authorization: Bearer` (programs)."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from central.accounts import User
from central.background import Background
from central.problems import Problem
from central.services import Services

COOKIE = "kerbwatch_session"
_BEARER = "bearer "


class NotSignedIn(Problem):
    """A session is needed."""

    code = "not_signed_in"
    status = 401

    def __init__(self) -> None:
        super().__init__("请先登录（POST /api/v1/session）", "Sign in first (POST /api/v1/session)")


def token_of(request: Request) -> str | None:
    """Take the token from header or cookie."""
    header = request.headers.get("authorization", "")
    if header.lower().startswith(_BEARER):
        return header[len(_BEARER) :].strip()
    return request.cookies.get(COOKIE)


def _services(request: Request) -> Services:
    return cast("Services", request.app.state.services)


def _background(request: Request) -> Background:
    return cast("Background", request.app.state.background)


def _user(request: Request, services: Annotated[Services, Depends(_services)]) -> User:
    user = services.accounts.user_of(token_of(request))
    if user is None:
        raise NotSignedIn
    return user


ServicesOfApp = Annotated[Services, Depends(_services)]
BackgroundOfApp = Annotated[Background, Depends(_background)]
SignedIn = Annotated[User, Depends(_user)]
