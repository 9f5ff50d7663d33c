"""What the case service returns: the same frozen models serve the REST API and the console."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from central.cases.lifecycle import CaseAction, CaseState, ClosedHow, Origin, RejectReason
from central.tables import JobState
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
    due_at: AwareDatetime | None = Field(description="deadline for the next step that this one set")


class NoticeView(View):
    """The message to who answers for the place: whether it has come, and until when it gives time."""

    owner_id: str
    state: JobState
    attempts: int
    last_error: str
    delivered_at: AwareDatetime | None
    minutes: int


class ViolationView(View):
    """A violation as the box sent it, and whether its signature is good."""

    message: Violation | None = Field(description="null where what is stored cannot be read, or breaks the protocol")
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
    model: str = Field(description="the detector")
    latitude: float | None = Field(description="WGS 84, degrees; the ground's where known, else the camera's")
    longitude: float | None
    district: str = Field(description="id in the site file; empty: unknown")
    owner_id: str | None = Field(description="id in the site file of who answers for the place")
    officer: str | None = Field(description="who decided whether it is one")
    repeats: int = Field(description="violations that joined after the first")
    standing: int = Field(description="how many of them are not cleared yet")
    opened_at: AwareDatetime
    notified_at: AwareDatetime | None
    notify_until: AwareDatetime | None = Field(description="until when the owner may put it right")
    filed_at: AwareDatetime | None
    dispatched_at: AwareDatetime | None
    handled_at: AwareDatetime | None
    proposed_close_at: AwareDatetime | None = Field(description="since when the street is clear by sight")
    closed_at: AwareDatetime | None
    closed_how: ClosedHow | None
    rating: int | None = Field(description="1..5")
    merged_into_id: UUID | None
    due_at: AwareDatetime | None = Field(description="until when the next step is due")
    overdue: bool = Field(description="whether it should have been taken by now")
    overdue_at: AwareDatetime | None = Field(description="when it was first noticed that a deadline had passed")


class CaseDetail(CaseSummary):
    """A case with everything that belongs to it."""

    steps: list[CaseStepView]
    violations: list[ViolationView]
    evidence: list[EvidenceView]
    allowed: list[CaseAction] = Field(description="what an officer may do now")
    notice: NoticeView | None = None
    merged_from: list[str] = Field(default=[], description="numbers of the cases that became part of this one")


class CasePage(View):
    """A page of the queue, newest first; `next` is the cursor of the page after it."""

    items: list[CaseSummary]
    next: str | None
