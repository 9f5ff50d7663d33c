"""What was set aside."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from central.api.access import BackgroundOfApp, ServicesOfApp, SignedIn
from central.quarantine import QuarantineView

router = APIRouter(prefix="/quarantine", tags=["quarantine"])


@router.get("", summary="Messages that could not be read or trusted, newest first")
def list_quarantine(
    services: ServicesOfApp, _: SignedIn, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> list[QuarantineView]:
    """Give the newest entries."""
    return services.quarantine.list(limit)


@router.post("/{entry_id}/readmit", summary="Take a message after all, where what was wrong has been put right")
def readmit(entry_id: UUID, services: ServicesOfApp, background: BackgroundOfApp, _: SignedIn) -> QuarantineView:
    """Read the message again as if it came now; 409 says why it cannot be taken now either."""
    background.readmit(entry_id)
    return services.quarantine.get(entry_id)


@router.get(
    "/{entry_id}/content",
    summary="The bytes of one message",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "the bytes as they came"}},
)
def get_content(entry_id: UUID, services: ServicesOfApp, _: SignedIn) -> Response:
    """Give the message as it came, to save and look at."""
    return Response(
        services.quarantine.content(entry_id),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="quarantine-{entry_id}.bin"'},
    )
