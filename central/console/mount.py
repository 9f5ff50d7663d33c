"""Put the console on the centre's web application."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import ui

from central.console import case_page, devices_page, figures_page, quarantine_page, queue_page, sign_in
from central.console.icons import FAVICON
from central.console.not_found_page import not_found_page
from central.console.preferences import preference_routes
from central.console.pulse import Pulse
from central.console.theme import add_guard_headers, serve_assets
from central.console.visit import Console
from central.services import Services

_RECONNECT_S = 10.0
"""How long a page's state waits for a browser whose network was gone; then the page is built anew.

The browser notices a dead network at the latest after 1.2 times this, and says so: not longer, therefore."""


def mount(app: FastAPI, services: Services, readmit: Callable[[UUID], None]) -> None:
    """Add the console's pages and routes to `app`; `readmit` takes a message out of quarantine.

    Call it after every other router: the pages take all addresses that nobody else has taken. NiceGUI is one
    per process, so the console mounted last is the one that is served.
    """
    console = Console(services, services.settings.zone, Pulse(services), readmit)
    for router in (
        preference_routes(),
        sign_in.sign_in_routes(console),
        quarantine_page.quarantine_routes(console),
    ):
        app.include_router(router)
    _forget_earlier_mounts()
    serve_assets()
    add_guard_headers(nicegui_app)
    for page in (sign_in, queue_page, case_page, figures_page, devices_page, quarantine_page):
        page.register(console)
    ui.run_with(
        app,
        root=not_found_page(console),
        title="街面卫士 KerbWatch",
        favicon=FAVICON,
        dark=None,
        tailwind=False,
        reconnect_timeout=_RECONNECT_S,
        binding_refresh_interval=None,
        show_welcome_message=False,
    )


def _forget_earlier_mounts() -> None:
    """Take the middleware of an earlier mount away; Starlette refuses to add any to an application that has run."""
    nicegui_app.middleware_stack = None
    nicegui_app.user_middleware.clear()
