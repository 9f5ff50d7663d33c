"""The REST API, /api/v1. One file a resource; `install` puts all on an app."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from central.api import (
    cases,
    devices,
    errors,
    evidence,
    exports,
    figures,
    health,
    pictures,
    quarantine,
    session,
    site,
)

PREFIX = "/api/v1"


def install(app: FastAPI) -> None:
    """Add all routes and the uniform errors. The app's state must hold `services` and `background`."""
    errors.install(app)
    v1 = APIRouter(prefix=PREFIX, responses=errors.RESPONSES)
    for resource in (session, cases, pictures, evidence, figures, exports, devices, quarantine, site, health):
        v1.include_router(resource.router)
    v1.include_router(errors.nothing_here)
    app.include_router(v1)
    app.include_router(health.router, include_in_schema=False)
