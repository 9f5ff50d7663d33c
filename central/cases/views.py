"""What the case service returns: the same frozen models serve the REST API and the console."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from central.cases.lifecycle import CaseAction, CaseState, Origin, RejectReason
from protocol.kinds import Subject, ViolationKind
from protocol.messages import EvidenceRole, Rendition, Violation


class View(BaseModel):
    """What all views share."""

    model_config = ConfigDict(frozen=True)


class EvidenceView(View):
    """One evidence file of a case."""

    role: EvidenceRole
    rendition: Rendition
    sha256: str
    bytes: int
    media_type: str = Field(examples=["image/jpeg"])
    taken_at: AwareDatetime
    width_px: int
    height_px: int
    url: str = Field(description="where to get it, relative to this server", examples=["/api/v1/evidence/9f86d0…"])


class CaseStepView(View):
    """One step of a case: when, who, from where, what, and why."""

    at: AwareDatetime
    actor: str
    origin: Origin
    action: CaseAction
    from_state: CaseState | None
    to_state: CaseState
    reason: RejectReason | None
    note: str


class ViolationView(View):
    """A violation as the box sent it, and whether its signature was found good when it came."""

    message: Violation
    received_at: AwareDatetime
    signature_ok: bool


class CaseSummary(View):
    """A case as a line in the queue."""

    id: UUID
    number: str = Field(examples=["KW-20261123-0001"])
    kind: ViolationKind
    subject: Subject
    kind_name_zh: str
    kind_name_en: str
    state: CaseState
    zone: str
    zone_name: str
    camera: str
    camera_name: str
    address: str
    device: str
    first_seen_at: AwareDatetime
    confirmed_at: AwareDatetime
    cleared_at: AwareDatetime | None
    updated_at: AwareDatetime
    revision: int = Field(description="grows with every change of this case; send it back as expected_revision")
    thumbnail_url: str | None
    external_ref: str | None = Field(description="the platform's number", examples=["20261123-000001"])
    score: float = Field(description="how sure the detector was, 0..1")


class CaseDetail(CaseSummary):
    """A case with everything that belongs to it."""

    steps: list[CaseStepView]
    violations: list[ViolationView]
    evidence: list[EvidenceView]
    allowed: list[CaseAction] = Field(description="what an officer may do now")


class CasePage(View):
    """A page of the queue, newest first; `next` is the cursor of the page after it."""

    items: list[CaseSummary]
    next: str | None
