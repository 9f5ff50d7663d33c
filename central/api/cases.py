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
    district: str | None = Field(default=None, description="id in the site file")
    owner: str | None = Field(default=None, description="id in the site file")
    overdue: bool | None = Field(default=None, description="true: whose next step should have been taken by now")
    query: str | None = Field(default=None, max_length=200, description="in numbers, names and addresses")
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, description="`next` of the page before")


class Step(BaseModel):
    """A step that an officer or an inspector takes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"action": "confirm", "expected_revision": 1},
                {"action": "reject", "reason": "wrong_object", "note": "花坛", "expected_revision": 1},
                {"action": "send_back", "note": "未清理干净", "expected_revision": 5},
                {"action": "evaluate", "rating": 5},
            ]
        }
    )
    action: CaseAction
    reason: RejectReason | None = Field(default=None, description="needed to reject")
    note: str = Field(default="", max_length=2000, description="needed to withdraw, reopen and send back")
    rating: int | None = Field(default=None, ge=1, le=5, description="needed to evaluate")
    into: UUID | None = Field(default=None, description="needed to merge: the case that takes this one in")
    expected_revision: int | None = Field(
        default=None, description="the revision that the officer saw; refused when somebody was quicker"
    )


@router.get("", summary="The queue, newest first")
def list_cases(wanted: Annotated[Wanted, Query()], services: ServicesOfApp, _: SignedIn) -> CasePage:
    """Give a page of cases."""
    return services.cases.list(**wanted.model_dump())


@router.get("/counts", summary="How many cases are in every state, and how many are overdue")
def count_cases(services: ServicesOfApp, _: SignedIn) -> dict[str, int]:
    """Count the cases by state, and as `overdue` those whose next step should have been taken by now."""
    counts = {str(state): count for state, count in services.cases.counts().items()}
    return {**counts, "overdue": services.cases.overdue()}


@router.get("/{case_id}", summary="One case")
def get_case(case_id: UUID, services: ServicesOfApp, _: SignedIn) -> CaseDetail:
    """Give a case with its steps, violations and evidence."""
    return services.cases.get(case_id)


@router.post(
    "/{case_id}/actions",
    summary="Take a step: confirm, reject, dispatch, handle, feed back, close, ...",
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
        rating=step.rating,
        into=step.into,
        expected_revision=step.expected_revision,
    )
