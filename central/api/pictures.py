"""A picture of a case's place as it is now, asked of the box."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from central.api.access import ServicesOfApp, SignedIn
from central.api.errors import ErrorAnswer
from central.cases.lifecycle import Origin
from central.cases.steps import Actor
from central.pictures.views import AskedPictureView

router = APIRouter(prefix="/cases", tags=["cases"])


@router.post(
    "/{case_id}/picture",
    status_code=202,
    summary="Look now: ask the box for a picture",
    responses={
        409: {"model": ErrorAnswer, "description": "the case is over"},
        429: {"model": ErrorAnswer, "description": "the box has enough requests to answer"},
        503: {"model": ErrorAnswer, "description": "the broker is away"},
    },
)
def ask_for_picture(case_id: UUID, services: ServicesOfApp, user: SignedIn) -> AskedPictureView:
    """Ask for a picture of the case's camera. `GET` the same address until `status` is no longer `waiting`.

    A request that stands already is given back rather than made twice.
    """
    return services.pictures.ask(case_id, Actor(user.name, Origin.API))


@router.get("/{case_id}/picture", summary="The pictures that were asked for, newest first")
def list_pictures(case_id: UUID, services: ServicesOfApp, _: SignedIn) -> list[AskedPictureView]:
    """Give all requests of a case and what came of them; their files are among the case's evidence too."""
    return services.pictures.of_case(case_id)
