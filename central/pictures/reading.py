"""From rows to views."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.cases.reading import evidence_view
from central.pictures.views import AskedPictureView, AskedStatus
from central.tables import AskedPicture, AskedState, PictureEvidence
from protocol.messages import PictureResponse
from protocol.signing import unwrap, verify

_STATUS = {AskedState.GIVEN: AskedStatus.GIVEN, AskedState.REFUSED: AskedStatus.REFUSED}


def of_case(session: Session, case_id: UUID, at: datetime) -> list[AskedPictureView]:
    """Give the requests of a case as they stand at `at`, newest first."""
    rows = session.scalars(
        select(AskedPicture).where(AskedPicture.case_id == case_id).order_by(AskedPicture.asked_at.desc())
    )
    return [view(session, row, at) for row in rows]


def view(session: Session, row: AskedPicture, at: datetime) -> AskedPictureView:
    """Give one request as it stands at `at`."""
    status = _STATUS.get(row.state) or (AskedStatus.WAITING if at < row.expires_at else AskedStatus.UNANSWERED)
    is_answered = row.state in _STATUS
    answer = _answer(row) if is_answered else None
    files = select(PictureEvidence).where(PictureEvidence.request_id == row.id).order_by(PictureEvidence.position)
    return AskedPictureView(
        id=row.id,
        case_id=row.case_id,
        device=row.device_id,
        camera=row.camera_id,
        status=status,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        answered_at=row.answered_at,
        taken_at=answer.taken_at if answer else None,
        camera_state=answer.camera_state if answer else None,
        refused=answer.refused if answer else None,
        signature_ok=_is_signed(row) if is_answered else None,
        evidence=[evidence_view(file) for file in session.scalars(files)] if is_answered else [],
    )


def _answer(row: AskedPicture) -> PictureResponse | None:
    try:
        return PictureResponse.model_validate(unwrap(row.document)[0]) if row.document else None
    except ValueError:  # stored before the protocol had bounds
        return None


def _is_signed(row: AskedPicture) -> bool:
    if not row.document or not row.signed_by:
        return False
    try:
        message, signature = unwrap(row.document)
        verify(message, signature, row.signed_by)
    except ValueError:  # somebody changed it in the database
        return False
    return True
