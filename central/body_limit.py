"""No request has a larger body than anything that console and API take: it is refused before it is read."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.api.errors import answer

MAX_BODY_BYTES = 1024 * 1024


class BodyTooLarge(HTTPException):
    """The body is longer than the limit. FastAPI passes an HTTPException on where it reads a body."""

    def __init__(self) -> None:
        super().__init__(413, f"a body has at most {MAX_BODY_BYTES} bytes", {"Connection": "close"})


class BodyLimit:
    """ASGI middleware: 413 by the announced length, or as soon as more has come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on whose body stays within the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > MAX_BODY_BYTES:
            await _refuse(scope, receive, send)
            return
        received, started = 0, False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise BodyTooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except BodyTooLarge:
            if started:
                raise
            await _refuse(scope, receive, send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    response = answer(
        413,
        "body_too_large",
        f"请求内容过长，上限 {MAX_BODY_BYTES} 字节",
        f"The request's body is too long: at most {MAX_BODY_BYTES} bytes are taken",
        {"Connection": "close"},
    )
    await response(scope, receive, send)
