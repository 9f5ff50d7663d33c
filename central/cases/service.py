"""What officers and inspectors do with cases. Plain sync methods; async code calls them in a thread."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from central import counters
from central.cases import merging, reading
from central.cases.faults import (
    BadCursor,
    CaseNotFound,
    NoteMissing,
    RatingMissing,
    ReasonMissing,
    StaleCase,
    TargetMissing,
)
from central.cases.lifecycle import CaseAction, CaseState, IllegalStep, RejectReason, allowed_actions, who_is
from central.cases.sight import act_on_sight
from central.cases.steps import Actor, take_step
from central.cases.views import CaseDetail, CasePage
from central.column_types import now
from central.database import Sessions
from central.filing import outbox
from central.site.site import Site
from central.tables import Case, ViolationEvidence
from protocol.kinds import ViolationKind

__all__ = [
    "Actor",
    "BadCursor",
    "CaseNotFound",
    "CaseService",
    "NoteMissing",
    "RatingMissing",
    "ReasonMissing",
    "StaleCase",
    "TargetMissing",
]

_SAY_WHY = frozenset({CaseAction.WITHDRAW, CaseAction.REOPEN, CaseAction.SEND_BACK})


class CaseService:
    """The cases in the database."""

    def __init__(self, sessions: Sessions, site: Site) -> None:
        self._sessions, self._site = sessions, site

    def list(
        self,
        *,
        state: CaseState | None = None,
        kind: ViolationKind | None = None,
        device: str | None = None,
        district: str | None = None,
        owner: str | None = None,
        overdue: bool | None = None,
        query: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> CasePage:
        """Give a page of cases, newest first; `query` looks into numbers, names and addresses. Raises BadCursor.

        `overdue`: those whose next step should have been taken by now (True), or the others (False).
        """
        wanted = select(Case).order_by(Case.id.desc()).limit(limit + 1)  # ids sort by time (UUIDv7)
        for column, value in (
            (Case.state, state),
            (Case.kind, kind),
            (Case.device_id, device),
            (Case.district, district),
            (Case.owner_id, owner),
        ):
            if value is not None:
                wanted = wanted.where(column == value)
        if overdue is not None:
            late = Case.due_at <= now()
            wanted = wanted.where(late if overdue else or_(Case.due_at.is_(None), ~late))
        if query and query.strip():
            texts = (Case.number, Case.external_ref, Case.camera_name, Case.zone_name, Case.address, Case.device_id)
            wanted = wanted.where(or_(*(text.icontains(query.strip(), autoescape=True) for text in texts)))
        if cursor is not None:
            wanted = wanted.where(Case.id < _read_cursor(cursor))
        with self._sessions.read() as session:
            rows = session.scalars(wanted).all()
            items = [reading.summary(case) for case in rows[:limit]]
        return CasePage(items=items, next=items[-1].id.hex if len(rows) > limit else None)

    def get(self, case_id: UUID) -> CaseDetail:
        """Give one case with its steps, violations and evidence. Raises CaseNotFound."""
        with self._sessions.read() as session:
            return reading.detail(session, _find(session, case_id))

    def find_number(self, number: str) -> UUID | None:
        """Give the id of the case with this number, of ours or the platform's."""
        with self._sessions.read() as session:
            named = or_(Case.number == number.strip(), Case.external_ref == number.strip())
            return session.scalar(select(Case.id).where(named).limit(1))

    def act(
        self,
        case_id: UUID,
        action: CaseAction,
        actor: Actor,
        *,
        reason: RejectReason | None = None,
        note: str = "",
        rating: int | None = None,
        into: UUID | None = None,
        expected_revision: int | None = None,
    ) -> CaseDetail:
        """Take a person's or the platform's step. A rejection needs `reason`, an evaluation `rating` (1..5), a merge
        `into`; who withdraws, reopens or sends back writes a `note`.

        Raises CaseNotFound, IllegalStep, ReasonMissing, NoteMissing, RatingMissing, TargetMissing, BadMerge, and
        StaleCase when somebody acted in the meantime.
        """
        note = note.strip()
        with self._sessions.write() as session:
            held = merging.in_order(case_id, into) if into else [case_id]
            found = {one: _find(session, one, lock=True) for one in held}
            case = found[case_id]
            if expected_revision is not None and expected_revision != case.revision:
                raise StaleCase(expected_revision, case.revision)
            who = who_is(actor.origin)
            allowed = allowed_actions(case.state, filing_failed=outbox.is_dead(session, case.id), who=who)
            if action not in allowed:
                raise IllegalStep(case.state, action, allowed)
            if action is CaseAction.REJECT and reason is None:
                raise ReasonMissing
            if action in _SAY_WHY and not note and actor.is_person:
                raise NoteMissing
            if action is CaseAction.EVALUATE:
                if rating is None or not 1 <= rating <= 5:
                    raise RatingMissing
                case.rating = rating
            if action is CaseAction.MERGE:
                if into is None:
                    raise TargetMissing
                merging.merge(session, self._site, case, found[into], actor, note=note)
            else:
                take_step(session, self._site, case, action, actor, reason=reason, note=note)
            if action is CaseAction.CONFIRM:
                act_on_sight(session, self._site, case)
            return reading.detail(session, case)

    def counts(self) -> dict[CaseState, int]:
        """Count the cases in every state; states without a case are there with 0."""
        with self._sessions.read() as session:
            found = session.execute(select(Case.state, func.count()).group_by(Case.state)).all()
        return dict.fromkeys(CaseState, 0) | {row[0]: row[1] for row in found}

    def overdue(self) -> int:
        """Count the cases whose next step should have been taken by now."""
        with self._sessions.read() as session:
            return session.scalar(select(func.count()).where(Case.due_at <= now())) or 0

    def media_type_of(self, sha256: str) -> str | None:
        """Say of what type an evidence file is, as its violation told; None when no violation names it."""
        with self._sessions.read() as session:
            named = select(ViolationEvidence.media_type).where(ViolationEvidence.sha256 == sha256).limit(1)
            return session.scalar(named)

    def revision(self) -> int:
        """Give a number that grows with any change of any case: poll it to know when to look again."""
        with self._sessions.read() as session:
            return counters.current(session, counters.CASES_REVISION)


def _find(session: Session, case_id: UUID, *, lock: bool = False) -> Case:
    case = session.get(Case, case_id, with_for_update=lock or None)
    if case is None:
        raise CaseNotFound(case_id)
    return case


def _read_cursor(cursor: str) -> UUID:
    try:
        return UUID(hex=cursor)
    except ValueError:
        raise BadCursor(cursor) from None
