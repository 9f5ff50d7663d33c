"""From a violation to a case: opened or joined by the confirmed one, moved on by the cleared one, in any order."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import counters
from central.cases.deciding import decide_by_policy
from central.cases.documents import readable
from central.cases.joining import case_at_this_place
from central.cases.lifecycle import OPEN, CaseAction, CaseState, Origin
from central.cases.sight import act_on_sight, count_standing
from central.cases.steps import Actor, begin, take_step
from central.column_types import now
from central.database import insert_or_ignore
from central.site.places import Place
from central.site.site import Site
from central.tables import Case, Stay, StoredViolation, ViolationState
from protocol.ids import new_id
from protocol.messages import EvidenceRef, EvidenceRole, Phase, Rendition, Violation

_THUMBNAIL_ROLES = (EvidenceRole.CONFIRMED, EvidenceRole.FIRST_SEEN, EvidenceRole.CLOSE_UP)


def settle_stay(session: Session, site: Site, violation: Violation) -> None:
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
    confirmed = next((readable(row) for row in stored if row.phase is Phase.CONFIRMED), None)
    cleared = next((readable(row) for row in stored if row.phase is Phase.CLEARED), None)
    fresh = stay.case_id is None
    if fresh and confirmed is None:
        return  # cleared came first; the box repeats the confirmed one until it is stored
    newly_cleared = cleared is not None and stay.cleared_at is None
    if confirmed is not None:
        _note_place(stay, confirmed)
    if cleared is not None:
        stay.cleared_at = cleared.cleared_at or cleared.confirmed_at
    reopened = False
    if fresh and confirmed is not None:
        case, reopened = _case_for(session, site, stay, confirmed)
    else:
        case = session.get_one(Case, stay.case_id, with_for_update=True)
    for row in stored:
        row.case_id = row.case_id or case.id
    session.flush()
    count_standing(session, case)
    if (fresh or reopened) and case.state is CaseState.REPORTED:
        decide_by_policy(session, site, case)
    if newly_cleared:
        note = f"另有 {case.standing} 处未恢复 / {case.standing} more still there" if case.standing else ""
        take_step(session, site, case, CaseAction.CLEAR, Actor(violation.device, Origin.BOX), note=note)
        act_on_sight(session, site, case)


def _note_place(stay: Stay, violation: Violation) -> None:
    stay.camera_id, stay.zone_id = violation.camera.id, violation.zone.id
    stay.x1, stay.y1, stay.x2, stay.y2 = violation.box
    if violation.position is not None:
        stay.latitude, stay.longitude = violation.position.latitude, violation.position.longitude
    stay.first_seen_at, stay.confirmed_at = violation.first_seen_at, violation.confirmed_at


def _case_for(session: Session, site: Site, stay: Stay, violation: Violation) -> tuple[Case, bool]:
    """Find or open the case of a new stay; say whether one was reopened for it."""
    case = case_at_this_place(session, site, violation)
    if case is None:
        case = _open(session, site, violation)
        stay.case_id = case.id
        return case, False
    stay.case_id = case.id
    case.repeats += 1
    action = CaseAction.REPEAT if case.state in OPEN else CaseAction.REOPEN
    seen_by = violation.camera.name or violation.camera.id
    note = f"{seen_by}：再次发现 / seen again"
    take_step(session, site, case, action, Actor(violation.device, Origin.BOX), note=note)
    return case, action is CaseAction.REOPEN


def _open(session: Session, site: Site, violation: Violation) -> Case:
    at = now()
    place = Place(violation.device, violation.camera.id, violation.zone.id)
    owner = site.owner_of(place)
    day, number = counters.number_of_the_day(session, "case", at, site.zone)
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
        latitude=violation.position.latitude if violation.position else violation.camera.latitude,
        longitude=violation.position.longitude if violation.position else violation.camera.longitude,
        district=site.district_of(place),
        owner_id=owner[0] if owner else None,
        score=violation.proof.score,
        model=violation.model,
        thumbnail_sha256=_thumbnail(violation.evidence),
        repeats=0,
        standing=1,
        first_seen_at=violation.first_seen_at,
        confirmed_at=violation.confirmed_at,
        opened_at=at,
        updated_at=at,
    )
    session.add(case)
    session.flush()
    begin(session, site, case, Actor(violation.device, Origin.BOX))
    return case


def _thumbnail(evidence: tuple[EvidenceRef, ...]) -> str | None:
    pictures = [ref for ref in evidence if ref.media_type.startswith("image/")]
    for role in _THUMBNAIL_ROLES:
        for rendition in (Rendition.RENDERED, Rendition.ORIGINAL):
            for ref in pictures:
                if (ref.role, ref.rendition) == (role, rendition):
                    return ref.sha256
    return None
