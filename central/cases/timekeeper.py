"""What happens to cases because time passes: deadlines run out, and so do the minutes of who was told."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from central.cases.lifecycle import OPEN, CaseAction, CaseState
from central.cases.steps import POLICY, take_step
from central.column_types import now
from central.database import Sessions
from central.site.site import Site
from central.tables import Case, CaseStep
from central.worker_thread import WorkerThread

POLL_S = 2.0
_Step = Callable[[Session, Site, Case], None]


class Timekeeper(WorkerThread):
    """The thread that looks at the clock. Each case is held while it is looked at, so several workers do no harm."""

    def __init__(self, sessions: Sessions, site: Site) -> None:
        super().__init__("timekeeper", POLL_S)
        self._sessions, self._site = sessions, site

    def run_due(self) -> int:
        """Mark what is overdue, and file what still stands when the owner's minutes are over; give the number."""
        with self._sessions.read() as session:
            late = session.scalars(select(Case.id).where(_has_become_late())).all()
            over = session.scalars(select(Case.id).where(_minutes_are_over())).all()
        done = sum(self._each(case_id, _has_become_late(), _mark_late) for case_id in late)
        return done + sum(self._each(case_id, _minutes_are_over(), _file_what_stands) for case_id in over)

    def _each(self, case_id: UUID, still: ColumnElement[bool], step: _Step) -> bool:
        with self._sessions.write() as session:
            case = session.scalars(
                select(Case).where(Case.id == case_id, still).with_for_update(skip_locked=True)
            ).first()
            if case is not None:
                step(session, self._site, case)
            return case is not None


def _has_become_late() -> ColumnElement[bool]:
    said = exists().where(
        CaseStep.case_id == Case.id, CaseStep.action == CaseAction.OVERDUE, CaseStep.due_at == Case.due_at
    )
    return and_(Case.due_at <= now(), Case.state.in_(OPEN), ~said)


def _minutes_are_over() -> ColumnElement[bool]:
    return and_(Case.state == CaseState.NOTIFIED, Case.notify_until <= now())


def _mark_late(session: Session, site: Site, case: Case) -> None:
    take_step(session, site, case, CaseAction.OVERDUE, POLICY)


def _file_what_stands(session: Session, site: Site, case: Case) -> None:
    note = "告知后限时内未纠正 / still there after the minutes given"
    take_step(session, site, case, CaseAction.CONFIRM, POLICY, note=note)
