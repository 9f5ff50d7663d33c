"""From rows to views."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.cases.documents import is_signed, readable
from central.cases.lifecycle import allowed_actions
from central.cases.views import CaseDetail, CaseStepView, CaseSummary, EvidenceView, NoticeView, ViolationView
from central.column_types import now
from central.filing import outbox
from central.tables import (
    AskedPicture,
    AskedState,
    Case,
    CaseStep,
    PictureEvidence,
    StoredViolation,
    ViolationEvidence,
)
from central.telling import outbox as notices
from protocol.bounds import MAX_ADDRESS_CHARS, MAX_NAME_CHARS, cut_text
from protocol.kinds import KIND_NAMES

_AS_THEY_ARE = (
    *("external_ref", "score", "model", "latitude", "longitude", "district", "owner_id", "officer", "repeats"),
    *("standing", "opened_at", "notified_at", "notify_until", "filed_at", "dispatched_at", "handled_at"),
    *("proposed_close_at", "closed_at", "closed_how", "rating", "merged_into_id", "due_at", "overdue_at"),
)
_MAX_NOTE_CHARS = 2000


def evidence_url(sha256: str) -> str:
    """Say where the API gives an evidence file."""
    return f"/api/v1/evidence/{sha256}"


def summary(case: Case) -> CaseSummary:
    """Give the case as a line in the queue."""
    return CaseSummary(**_summary_fields(case))


def detail(session: Session, case: Case) -> CaseDetail:
    """Give the case with everything that belongs to it."""
    steps = session.scalars(select(CaseStep).where(CaseStep.case_id == case.id).order_by(CaseStep.id))
    violations = session.scalars(
        select(StoredViolation)
        .where(StoredViolation.case_id == case.id)
        .order_by(StoredViolation.phase.desc(), StoredViolation.received_at)  # "confirmed" before "cleared"
    ).all()
    notice = notices.of_case(session, case.id)
    return CaseDetail(
        **_summary_fields(case),
        steps=[_step(step) for step in steps],
        violations=[_violation(row) for row in violations],
        evidence=[*(view for row in violations for view in _evidence(session, row)), *_asked(session, case)],
        allowed=allowed_actions(case.state, filing_failed=outbox.is_dead(session, case.id)),
        notice=NoticeView.model_validate(notice, from_attributes=True) if notice else None,
        merged_from=list(session.scalars(select(Case.number).filter_by(merged_into_id=case.id).order_by(Case.id))),
    )


def _summary_fields(case: Case) -> dict[str, Any]:
    name_zh, name_en = KIND_NAMES.get(case.kind, {}).get(case.subject) or (case.kind.value, case.kind.value)
    return {
        "id": case.id,
        "number": case.number,
        "kind": case.kind,
        "subject": case.subject,
        "kind_name_zh": name_zh,
        "kind_name_en": name_en,
        "state": case.state,
        "zone": cut_text(case.zone_id, MAX_NAME_CHARS),
        "zone_name": cut_text(case.zone_name, MAX_NAME_CHARS),
        "camera": cut_text(case.camera_id, MAX_NAME_CHARS),
        "camera_name": cut_text(case.camera_name, MAX_NAME_CHARS),
        "address": cut_text(case.address, MAX_ADDRESS_CHARS),
        "device": case.device_id,
        "first_seen_at": case.first_seen_at,
        "confirmed_at": case.confirmed_at,
        "cleared_at": case.cleared_at,
        "updated_at": case.updated_at,
        "revision": case.revision,
        "thumbnail_url": evidence_url(case.thumbnail_sha256) if case.thumbnail_sha256 else None,
        "overdue": case.due_at is not None and case.due_at <= now(),
        **{name: getattr(case, name) for name in _AS_THEY_ARE},
    }


def _step(step: CaseStep) -> CaseStepView:
    view = CaseStepView.model_validate(step, from_attributes=True)
    return view.model_copy(update={"note": cut_text(view.note, _MAX_NOTE_CHARS)})


def _violation(row: StoredViolation) -> ViolationView:
    return ViolationView(message=readable(row), received_at=row.received_at, signature_ok=is_signed(row))


def _evidence(session: Session, row: StoredViolation) -> list[EvidenceView]:
    files = session.scalars(
        select(ViolationEvidence).where(ViolationEvidence.violation_id == row.id).order_by(ViolationEvidence.position)
    )
    return [evidence_view(file) for file in files]


def _asked(session: Session, case: Case) -> list[EvidenceView]:
    """Give the pictures that officers asked for and got."""
    files = session.scalars(
        select(PictureEvidence)
        .join(AskedPicture, AskedPicture.id == PictureEvidence.request_id)
        .where(AskedPicture.case_id == case.id, AskedPicture.state == AskedState.GIVEN)
        .order_by(AskedPicture.asked_at, PictureEvidence.position)
    )
    return [evidence_view(file) for file in files]


def evidence_view(file: ViolationEvidence | PictureEvidence) -> EvidenceView:
    """Give an evidence file with its address."""
    return EvidenceView(
        role=file.role,
        rendition=file.rendition,
        sha256=file.sha256,
        bytes=file.bytes,
        media_type=file.media_type,
        taken_at=file.taken_at,
        width_px=file.width_px,
        height_px=file.height_px,
        url=evidence_url(file.sha256),
    )
