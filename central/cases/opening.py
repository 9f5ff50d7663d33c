"""From a violation to a case: opened by the confirmed one, joined by the cleared one, whichever comes first."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import counters
from central.cases.lifecycle import CaseAction, CaseState, Origin
from central.cases.steps import Actor, take_step, write_step
from central.column_types import now
from central.database import insert_or_ignore
from central.tables import Case, Stay, StoredViolation, ViolationState
from protocol.ids import new_id
from protocol.messages import EvidenceRef, EvidenceRole, Phase, Rendition, Violation
from protocol.signing import unwrap

_THUMBNAIL_ROLES = (EvidenceRole.CONFIRMED, EvidenceRole.FIRST_SEEN, EvidenceRole.CLOSE_UP)
_POLICY = Actor("auto_file", Origin.SYSTEM)


def settle_stay(session: Session, violation: Violation, zone: ZoneInfo, *, auto_file: bool) -> None:
    """Bring a stay's case up to date with the violations of it that are stored. Doing it twice changes nothing.

    The stay's row is held until the transaction ends, so two workers with news of one stay open one case.
    """
    insert_or_ignore(session, Stay, device_id=violation.device, id=violation.stay_id, case_id=None)
    stay = session.scalars(
        select(Stay).where(Stay.device_id == violation.device, Stay.id == violation.stay_id).with_for_update()
    ).one()
    stored = session.scalars(
        select(StoredViolation).where(
            StoredViolation.device_id == violation.device,
            StoredViolation.stay_id == violation.stay_id,
            StoredViolation.state == ViolationState.STORED,
        )
    ).all()
    by_phase = {phase: [row for row in stored if row.phase is phase] for phase in Phase}
    if stay.case_id is None:
        if not by_phase[Phase.CONFIRMED]:
            return  # cleared came first; the box repeats the confirmed one until it is stored
        stay.case_id = _open(session, read_message(by_phase[Phase.CONFIRMED][0]), zone, auto_file=auto_file).id
    fresh = [row for row in stored if row.case_id is None]
    for row in fresh:
        row.case_id = stay.case_id
    case = session.get_one(Case, stay.case_id, with_for_update=True)
    for row in fresh:
        if row.phase is Phase.CLEARED and case.cleared_at is None:
            cleared = read_message(row)
            case.cleared_at = cleared.cleared_at or cleared.confirmed_at
            case.standing = 0
            take_step(session, case, CaseAction.CLEAR, Actor(cleared.device, Origin.BOX))


def read_message(row: StoredViolation) -> Violation:
    """Give the violation of a stored document."""
    return Violation.model_validate(unwrap(row.document)[0])


def _open(session: Session, violation: Violation, zone: ZoneInfo, *, auto_file: bool) -> Case:
    at = now()
    day, number = counters.number_of_the_day(session, "case", at, zone)
    case = Case(
        id=new_id(at),
        number=f"KW-{day}-{number:04d}",
        state=CaseState.REPORTED,
        kind=violation.kind,
        subject=violation.subject,
        device_id=violation.device,
        camera_id=violation.camera.id,
        camera_name=violation.camera.name,
        address=violation.camera.address,
        zone_id=violation.zone.id,
        zone_name=violation.zone.name,
        latitude=violation.camera.latitude,
        longitude=violation.camera.longitude,
        score=violation.proof.score,
        model=violation.model,
        standing=1,
        thumbnail_sha256=_thumbnail(violation.evidence),
        first_seen_at=violation.first_seen_at,
        confirmed_at=violation.confirmed_at,
        opened_at=at,
        updated_at=at,
    )
    session.add(case)
    session.flush()
    write_step(session, case, CaseAction.REPORT, Actor(violation.device, Origin.BOX), before=None, at=at)
    if auto_file:
        take_step(session, case, CaseAction.CONFIRM, _POLICY, note="按策略自动立案 / filed by policy")
    return case


def _thumbnail(evidence: tuple[EvidenceRef, ...]) -> str | None:
    pictures = [ref for ref in evidence if ref.media_type.startswith("image/")]
    for role in _THUMBNAIL_ROLES:
        for rendition in (Rendition.RENDERED, Rendition.ORIGINAL):
            for ref in pictures:
                if (ref.role, ref.rendition) == (role, rendition):
                    return ref.sha256
    return None
