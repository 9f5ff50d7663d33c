"""Data sets to take away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from central.api.access import ServicesOfApp, SignedIn
from central.api.figures import Wanted
from central.export.dataset import DatasetFormat

router = APIRouter(prefix="/exports", tags=["exports"])


class WantedVerdicts(Wanted):
    """Which cases' verdicts, and for which reader."""

    form: DatasetFormat = Field(default=DatasetFormat.COCO, alias="format")


@router.get(
    "/verdicts.zip",
    summary="Officers' verdicts as a data set to train with",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "pictures, labels, and what was left out"}},
)
def verdicts(wanted: Annotated[WantedVerdicts, Query()], services: ServicesOfApp, _: SignedIn) -> StreamingResponse:
    """Give the ZIP while it is written."""
    selection = wanted.select(services)
    name = f"kerbwatch-verdicts-{wanted.form}-{selection.period.first}-{selection.period.last}.zip"
    return StreamingResponse(
        services.datasets.stream(selection, wanted.form),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )
