"""The web application: REST API, console, and what works behind them, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.util import find_spec

from fastapi import FastAPI

from central import api
from central.background import Background
from central.body_limit import BodyLimit
from central.services import Services

DESCRIPTION = """Cases that boxes at the kerb have reported, with their evidence.

Sign in with `POST /api/v1/session`; send the token as `Authorization: Bearer TOKEN` (a browser has it as a cookie).
Errors are always `{"error": {"code", "message_zh", "message_en"}}`. Times are ISO 8601, UTC.
"""


def create_app(services: Services, background: Background, *, with_console: bool = True) -> FastAPI:
    """Build the application. `background` is started with it unless it runs already, and stopped with it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(background.start)
        try:
            yield
        finally:
            await asyncio.to_thread(background.stop)

    # The interactive documentation would be loaded from another site: only the description itself is served.
    app = FastAPI(
        title="KerbWatch",
        version=version("kerbwatch"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(BodyLimit)
    app.state.services = services
    app.state.background = background
    api.install(app)
    if with_console and find_spec("central.console") is not None and find_spec("nicegui") is not None:
        from central import console

        console.mount(app, services, background.readmit)
    return app
