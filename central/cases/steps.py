"""Taking a step: the one place where a case changes, so that every change has its line in the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from central import counters
from central.cases.lifecycle import (
    CaseAction,
    CaseState,
    ClosedHow,
    Origin,
    RejectReason,
    Who,
    check_step,
    who_is,
)
from central.column_types import now
from central.filing import outbox
from central.site.places import Place
from central.site.policies import DeadlineName
from central.site.site import Site
from central.tables import Case, CaseStep, FilingOrder


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step, and from where."""

    name: str
    origin: Origin

    @property
    def is_person(self) -> bool:
        """Whether it is somebody at the console or the API."""
        return who_is(self.origin) is Who.OFFICER


POLICY = Actor("policy", Origin.SYSTEM)
"""Acts where the site file lets something go without a person."""

_DUE_IN: dict[CaseState, DeadlineName] = {
    CaseState.REPORTED: "decide",
    CaseState.FILED: "dispatch",
    CaseState.DISPATCHED: "handle",
    CaseState.HANDLED: "verify",
}
_CLOSED_BY = {Who.OFFICER: ClosedHow.PERSON, Who.POLICY: ClosedHow.SIGHT, Who.PLATFORM: ClosedHow.PLATFORM}


def place_of(case: Case) -> Place:
    """Give the place of a case."""
    return Place(case.device_id, case.camera_id, case.zone_id)


def take_step(
    session: Session,
    site: Site,
    case: Case,
    action: CaseAction,
    actor: Actor,
    *,
    reason: RejectReason | None = None,
    note: str = "",
) -> None:
    """Move `case` on and write the step down, with its times, deadline and orders. Raises IllegalStep, NotYours."""
    before, at = case.state, now()
    case.state = check_step(before, action, who_is(actor.origin))
    _note_times(case, action, actor, at)
    if case.state is not before:
        _set_deadline(site, case, at)
    _order(session, case, action, actor)
    write_step(session, case, action, actor, before=before, reason=reason, note=note, at=at)


def begin(session: Session, site: Site, case: Case, actor: Actor) -> None:
    """Write down the first step of a new case, which a box reported."""
    _set_deadline(site, case, case.opened_at)
    write_step(session, case, CaseAction.REPORT, actor, before=None, at=case.opened_at)


def write_step(
    session: Session,
    case: Case,
    action: CaseAction,
    actor: Actor,
    *,
    before: CaseState | None,
    reason: RejectReason | None = None,
    note: str = "",
    at: datetime | None = None,
) -> None:
    """Write a step down and let everybody who watches the cases know that something changed."""
    at = at or now()
    case.updated_at = at
    session.add(
        CaseStep(
            case_id=case.id,
            at=at,
            actor=actor.name,
            origin=actor.origin,
            action=action,
            from_state=before,
            to_state=case.state,
            reason=reason,
            note=note,
            due_at=case.due_at if before is not case.state or action is CaseAction.OVERDUE else None,
        )
    )
    session.flush()
    counters.advance(session, counters.CASES_REVISION)


def _note_times(case: Case, action: CaseAction, actor: Actor, at: datetime) -> None:
    match action:
        case CaseAction.CONFIRM:
            case.filed_at = case.filed_at or at
            case.officer = actor.name if actor.is_person else case.officer
        case CaseAction.REJECT:
            case.officer = actor.name
        case CaseAction.NOTIFY:
            case.notified_at = at
        case CaseAction.DISPATCH:
            case.dispatched_at = case.dispatched_at or at
        case CaseAction.HANDLE:
            case.handled_at = case.handled_at or at
        case CaseAction.PROPOSE_CLOSE:
            case.proposed_close_at = at
        case CaseAction.REPEAT:
            case.proposed_close_at = None
        case CaseAction.OVERDUE:
            case.overdue_at = case.overdue_at or at
        case CaseAction.CLOSE:
            case.closed_at, case.closed_how = at, _CLOSED_BY[who_is(actor.origin)]
        case CaseAction.SELF_CORRECT:
            case.closed_at, case.closed_how = at, ClosedHow.SELF_CORRECTED
        case CaseAction.REOPEN:
            case.closed_at = case.closed_how = case.rating = case.proposed_close_at = None
    if case.state is not CaseState.NOTIFIED:
        case.notify_until = None


def _set_deadline(site: Site, case: Case, at: datetime) -> None:
    if case.state is CaseState.FED_BACK:
        return  # what is due is still that somebody looks at what was handled
    name = _DUE_IN.get(case.state)
    case.due_at = site.due(name, case.kind, place_of(case), at) if name else None


def _order(session: Session, case: Case, action: CaseAction, actor: Actor) -> None:
    """Tell the platform what it does not know from itself."""
    if action is CaseAction.RETRY_FILING:
        outbox.revive(session, case.id)
    elif action is CaseAction.CONFIRM or (action is CaseAction.REOPEN and case.state is CaseState.FILED):
        outbox.put(session, case.id, FilingOrder.FILE)
    elif case.filed_at is None or actor.origin is Origin.PLATFORM:
        return
    elif action is CaseAction.CLOSE:
        outbox.put(session, case.id, FilingOrder.CLOSE)
    elif action in (CaseAction.WITHDRAW, CaseAction.MERGE):
        outbox.put(session, case.id, FilingOrder.WITHDRAW)
