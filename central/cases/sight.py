"""Verification by sight (智能核查): what follows when the camera shows that the street is clear."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.cases.lifecycle import TRANSITIONS, CaseAction, CaseState
from central.cases.steps import POLICY, place_of, take_step
from central.site.policies import BySight
from central.site.site import Site
from central.tables import Case, Stay, StoredViolation, ViolationEvidence
from protocol.messages import EvidenceRole, Phase


def count_standing(session: Session, case: Case) -> None:
    """Bring up to date how many stays of the case still stand, and since when none does."""
    of_case = Stay.case_id == case.id
    case.standing = session.scalar(select(func.count()).where(of_case, Stay.cleared_at.is_(None))) or 0
    last = session.scalar(select(func.max(Stay.cleared_at)).where(of_case))
    case.cleared_at = last if case.standing == 0 else None


def act_on_sight(session: Session, site: Site, case: Case) -> None:
    """Do what the site agrees upon once nothing of a case stands any more; nothing, while something does.

    Who was told has put it right. A case at work is closed, or its closing proposed, when a picture shows the clear
    street. A case that is only reported waits for its officer.
    """
    if case.standing > 0:
        return
    if case.state is CaseState.NOTIFIED:
        take_step(
            session, site, case, CaseAction.SELF_CORRECT, POLICY, note="限时内已恢复 / clear within the time given"
        )
        return
    if (case.state, CaseAction.PROPOSE_CLOSE) not in TRANSITIONS or not _shown_clear(session, case):
        return
    by_sight = site.closing(case.kind, place_of(case)).by_sight
    if by_sight is BySight.CLOSE:
        take_step(session, site, case, CaseAction.CLOSE, POLICY, note="智能核查：画面显示已恢复 / clear by sight")
    elif by_sight is BySight.PROPOSE and case.proposed_close_at is None:
        note = "画面显示已恢复，请核查 / clear by sight: please verify"
        take_step(session, site, case, CaseAction.PROPOSE_CLOSE, POLICY, note=note)


def _shown_clear(session: Session, case: Case) -> bool:
    """Say whether the stay that was cleared last has its after-picture."""
    last = session.execute(
        select(Stay.device_id, Stay.id)
        .where(Stay.case_id == case.id, Stay.cleared_at.is_not(None))
        .order_by(Stay.cleared_at.desc())
        .limit(1)
    ).first()
    if last is None:
        return False
    device_id, stay_id = last
    picture = (
        select(ViolationEvidence.sha256)
        .join(StoredViolation, StoredViolation.id == ViolationEvidence.violation_id)
        .where(StoredViolation.device_id == device_id, StoredViolation.stay_id == stay_id)
        .where(StoredViolation.phase == Phase.CLEARED, ViolationEvidence.role == EvidenceRole.AFTER)
        .where(ViolationEvidence.stored)
        .limit(1)
    )
    return session.scalar(picture) is not None
