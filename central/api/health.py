"""How the centre is. Needs no session: it tells figures only."""

from __future__ import annotations

from fastapi import APIRouter, Response

from central import checkup
from central.api.access import BackgroundOfApp, ServicesOfApp
from central.checkup import Checkup

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="How the centre is", responses={503: {"model": Checkup, "description": "down"}})
def healthz(response: Response, services: ServicesOfApp, background: BackgroundOfApp) -> Checkup:
    """Look at database, broker and what waits. 503 when the database is away."""
    found = checkup.check(services, background)
    if found.status == "down":
        response.status_code = 503
    return found
