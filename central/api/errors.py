"""Errors: always {"error": {"code", "message_zh", "message_en"}}, whatever went wrong."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from central.problems import Problem

log = logging.getLogger(__name__)


class ErrorBody(BaseModel):
    """What went wrong: a name for programs, a sentence for people."""

    code: str
    message_zh: str
    message_en: str


class ErrorAnswer(BaseModel):
    """The body of every answer that is not 2xx or 3xx."""

    error: ErrorBody


RESPONSES: dict[int | str, dict[str, Any]] = {"4XX": {"model": ErrorAnswer, "description": "What was wrong"}}


class NothingHere(Problem):
    """The API has no such address."""

    code = "not_found"
    status = 404

    def __init__(self, path: str) -> None:
        super().__init__(f"接口没有此地址：{path}", f"The API has no such address: {path}")


nothing_here = APIRouter()


@nothing_here.api_route(
    "/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"], include_in_schema=False
)
def no_such_address(path: str) -> None:
    """Answer in JSON for every unknown address of the API, where the console would answer with a page."""
    raise NothingHere(path)


def answer(status: int, code: str, message_zh: str, message_en: str, headers: Any = None) -> JSONResponse:
    """Make an error answer."""
    body = ErrorAnswer(error=ErrorBody(code=code, message_zh=message_zh, message_en=message_en))
    return JSONResponse(body.model_dump(), status_code=status, headers=headers)


def install(app: FastAPI) -> None:
    """Have all errors answered in the one form."""

    @app.exception_handler(Problem)
    def on_problem(_: Request, problem: Problem) -> JSONResponse:
        return answer(problem.status, problem.code, problem.message_zh, problem.message_en, _headers_of(problem))

    @app.exception_handler(RequestValidationError)
    def on_bad_request(_: Request, error: RequestValidationError) -> JSONResponse:
        found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return answer(422, "bad_request", f"请求有误：{found}", f"The request is wrong: {found}")

    @app.exception_handler(HTTPException)
    def on_http(request: Request, error: HTTPException) -> JSONResponse:
        what = f"{request.method} {request.url.path}: {error.detail}"
        return answer(error.status_code, f"http_{error.status_code}", f"无法处理 {what}", what, error.headers)

    @app.exception_handler(Exception)
    def on_fault(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return answer(
            500, "internal_error", "内部错误，已写入日志", "An error of the server; it was written to its log"
        )


def _headers_of(problem: Problem) -> dict[str, str] | None:
    seconds = getattr(problem, "retry_after_s", None)
    return None if seconds is None else {"Retry-After": str(seconds)}
