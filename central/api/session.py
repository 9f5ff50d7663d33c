"""Signing in and out."""

from __future__ import annotations

import math

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from central.accounts import SESSION_LENGTH
from central.api.access import COOKIE, ServicesOfApp, token_of
from central.problems import Problem

router = APIRouter(prefix="/session", tags=["session"])


class WrongPassword(Problem):
    """User name or password is wrong; which of them is not said."""

    code = "wrong_password"
    status = 401

    def __init__(self) -> None:
        super().__init__("用户名或密码错误", "User name or password is wrong")


class Locked(Problem):
    """Too many wrong passwords in a row."""

    code = "locked"
    status = 429

    def __init__(self, seconds: float) -> None:
        self.retry_after_s = math.ceil(seconds)
        super().__init__(
            f"密码多次错误，请 {self.retry_after_s} 秒后再试",
            f"Too many wrong passwords: try again in {self.retry_after_s} s",
        )


class SignIn(BaseModel):
    """Who signs in."""

    username: str = Field(max_length=64, examples=["admin"])
    password: str = Field(max_length=256, examples=["correct horse battery staple"])


class SignedInAs(BaseModel):
    """The session: its token goes into `Authorization: Bearer`; a browser has it as a cookie already."""

    user: str = Field(examples=["admin"])
    token: str
    expires_in_s: int


@router.post("", summary="Sign in")
def sign_in(body: SignIn, response: Response, services: ServicesOfApp) -> SignedInAs:
    """Open a session for one shift (12 h). Five wrong passwords in a row lock the name for half a minute."""
    locked_s = services.accounts.locked_for_s(body.username)
    if locked_s > 0:
        raise Locked(locked_s)
    token = services.accounts.sign_in(body.username, body.password)
    if token is None:
        raise WrongPassword
    length_s = int(SESSION_LENGTH.total_seconds())
    response.set_cookie(
        COOKIE, token, max_age=length_s, httponly=True, samesite="lax", secure=services.settings.secure_cookie
    )
    return SignedInAs(user=body.username, token=token, expires_in_s=length_s)


@router.delete("", status_code=204, summary="Sign out")
def sign_out(request: Request, response: Response, services: ServicesOfApp) -> None:
    """End the session; doing it twice does not matter."""
    token = token_of(request)
    if token:
        services.accounts.sign_out(token)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=services.settings.secure_cookie)
