"""Cases: the queue, one case, and an officer's steps."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from central.api.access import ServicesOfApp, SignedIn
from central.api.errors import ErrorAnswer
from central.cases.lifecycle import CaseAction, CaseState, Origin, RejectReason
from central.cases.steps import Actor
from central.cases.views import CaseDetail, CasePage
from protocol.kinds import ViolationKind

router = APIRouter(prefix="/cases", tags=["cases"])


class Wanted(BaseModel):
    """Which cases to give."""

    state: CaseState | None = None
    kind: ViolationKind | None = None
    device: str | None = None
    query: str | None = Field(default=None, max_length=200, description="in numbers, names and addresses")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, description="`next` of the page before")


class Step(BaseModel):
    """A step that an officer takes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"action": "confirm", "expected_revision": 1},
                {"action": "reject", "reason": "wrong_object", "note": "花坛", "expected_revision": 1},
            ]
        }
    )
    action: CaseAction
    reason: RejectReason | None = Field(default=None, description="needed to reject")
    note: str = Field(default="", max_length=2000)
    expected_revision: int | None = Field(
        default=None, description="the revision that the officer saw; refused when somebody was quicker"
    )


@router.get("", summary="The queue, newest first")
def list_cases(wanted: Annotated[Wanted, Query()], services: ServicesOfApp, _: SignedIn) -> CasePage:
    """Give a page of cases."""
    return services.cases.list(**wanted.model_dump())


@router.get("/counts", summary="How many cases are in every state")
def count_cases(services: ServicesOfApp, _: SignedIn) -> dict[CaseState, int]:
    """Count the cases."""
    return services.cases.counts()


@router.get("/{case_id}", summary="One case")
def get_case(case_id: UUID, services: ServicesOfApp, _: SignedIn) -> CaseDetail:
    """Give a case with its steps, violations and evidence."""
    return services.cases.get(case_id)


@router.post(
    "/{case_id}/actions",
    summary="Confirm or reject",
    responses={409: {"model": ErrorAnswer, "description": "the step is not possible now, or somebody was quicker"}},
)
def act(case_id: UUID, step: Step, services: ServicesOfApp, user: SignedIn) -> CaseDetail:
    """Take a step; `allowed` of the case says which there are."""
    return services.cases.act(
        case_id,
        step.action,
        Actor(user.name, Origin.API),
        reason=step.reason,
        note=step.note,
        expected_revision=step.expected_revision,
    )
