"""Taking a step: the one place where a case changes, so that every change has its line in the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from central import counters
from central.cases.lifecycle import CaseAction, CaseState, Origin, RejectReason, check_step, who_is
from central.column_types import now
from central.filing import outbox
from central.tables import Case, CaseStep


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step, and from where."""

    name: str
    origin: Origin


def take_step(
    session: Session,
    case: Case,
    action: CaseAction,
    actor: Actor,
    *,
    reason: RejectReason | None = None,
    note: str = "",
) -> None:
    """Move `case` on and write the step down, with what follows from it. Raises IllegalStep, NotYours."""
    before = case.state
    case.state = check_step(before, action, who_is(actor.origin))
    if action in (CaseAction.CONFIRM, CaseAction.RETRY_FILING):
        outbox.put(session, case.id)
    write_step(session, case, action, actor, before=before, reason=reason, note=note)


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
        )
    )
    session.flush()
    counters.advance(session, counters.CASES_REVISION)
