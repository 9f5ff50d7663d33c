"""What an officer sees of a picture that was asked for."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from central.cases.views import EvidenceView, View
from protocol.messages import CameraState, NoPicture


class AskedStatus(StrEnum):
    """How a request stands now."""

    WAITING = "waiting"
    GIVEN = "given"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


class AskedPictureView(View):
    """A request for a picture, and what came of it. An answer that comes after all is shown, however late."""

    id: UUID
    case_id: UUID
    device: str
    camera: str
    status: AskedStatus
    asked_by: str
    asked_at: AwareDatetime
    expires_at: AwareDatetime = Field(description="from then on it is shown as unanswered")
    answered_at: AwareDatetime | None
    taken_at: AwareDatetime | None
    camera_state: CameraState | None = Field(description="how the camera was, e.g. view_changed")
    refused: NoPicture | None = Field(description="why the box gives no picture")
    signature_ok: bool | None = Field(description="the box's signature of its answer; null while there is none")
    evidence: list[EvidenceView]
