"""How the centre is. Needs no session: it tells figures only."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import Field

from central import checkup
from central.api.access import BackgroundOfApp, ServicesOfApp
from central.cases.views import View
from central.checkup import Checkup

router = APIRouter(tags=["health"])


class Liveness(View):
    """Whether this process works, whatever else is the matter: `stuck` asks for a restart."""

    status: Literal["ok", "stuck"]
    stuck: str | None = Field(description="threads that have died or do not come back")


@router.get("/healthz", summary="How the centre is", responses={503: {"model": Checkup, "description": "down"}})
@router.get("/readyz", summary="Whether it can store", responses={503: {"model": Checkup, "description": "down"}})
async def healthz(response: Response, services: ServicesOfApp, background: BackgroundOfApp) -> Checkup:
    """Look at database, evidence store, broker and what waits. 503 when something cannot be written."""
    found = await checkup.check(services, background)
    if found.status == "down":
        response.status_code = 503
    return found


@router.get("/livez", summary="Whether the process works", responses={503: {"model": Liveness, "description": "stuck"}})
async def livez(response: Response, background: BackgroundOfApp) -> Liveness:
    """For whoever restarts it: 503 when a thread has died or a write has not come back for a minute."""
    stuck = background.stuck
    if stuck:
        response.status_code = 503
    return Liveness(status="stuck" if stuck else "ok", stuck=stuck)
