"""Look: one style sheet and one small script, served from here; the browser is forbidden to ask anywhere else."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path

from fastapi import FastAPI, Request, Response
from nicegui import app as nicegui_app
from nicegui import ui

from central.console.visit import Console
from central.console.words import Words

ASSETS = Path(__file__).parent / "assets"
_ASSETS_URL = "/console-assets"

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""No address but our own (NiceGUI's Vue compiles templates in the browser, which needs 'unsafe-eval')."""


def serve_assets() -> None:
    """Serve the style sheet, the script and the icon."""
    nicegui_app.add_static_files(_ASSETS_URL, ASSETS, max_cache_age=3600)


async def guard_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Middleware: keep the browser on this server, and the console out of other pages' frames."""
    response = await call_next(request)
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def add_guard_headers(app: FastAPI) -> None:
    """Put the headers on every page of the console."""
    app.middleware("http")(guard_headers)


def dress(console: Console, words: Words) -> None:
    """Put style, script and the page's language into the head of the page being built."""
    about = {
        "language": words.html_lang,
        "zone": str(console.zone),
        "now": str(int(time.time() * 1000)),
        "lost": words("connection.lost"),
        "retrying": words("connection.retrying"),
        "copied": words("copied"),
    }
    data = " ".join(f'data-{name}="{escape(value, quote=True)}"' for name, value in about.items())
    ui.add_head_html(
        f'<script src="{asset_url("boot.js")}" id="kerbwatch-boot" {data}></script>'
        f'<link rel="stylesheet" href="{asset_url("kerbwatch.css")}">'
    )


def asset_url(name: str) -> str:
    """Give an asset's address with its content's hash, so that browsers take a new one at once."""
    return f"{_ASSETS_URL}/{name}?v={hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:10]}"
