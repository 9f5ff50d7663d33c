"""Does what the filing outbox asks for: one job at a time, again after a while when the platform does not answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from central.cases import reading
from central.cases.lifecycle import CaseAction, CaseState, Origin
from central.cases.steps import Actor, take_step
from central.cases.views import CaseDetail
from central.column_types import now
from central.database import Sessions
from central.filing import outbox
from central.filing.connector import Connector, FilingRefused, TakesClosings, TakesWithdrawals
from central.site.site import Site
from central.tables import Case, FilingJob, FilingOrder, JobState
from central.worker_thread import WorkerThread

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""How long a platform may take to answer. A worker that died leaves its job for that long."""

MAX_ATTEMPTS = 16
"""With the pauses below: some eight hours."""

_FIRST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 3600.0
_AFTER = {
    FilingOrder.CLOSE: (CaseState.CLOSED, CaseState.EVALUATED),
    FilingOrder.WITHDRAW: (CaseState.WITHDRAWN, CaseState.MERGED),
}
"""States in which the order still holds: a case may have been reopened since."""


def pause_after(attempts: int) -> timedelta:
    """Say how long to wait after so many failed attempts: 5 s, 10 s, 20 s ... 1 h."""
    return timedelta(seconds=min(_FIRST_PAUSE_S * 2 ** (attempts - 1), _LONGEST_PAUSE_S))


class FilingWorker(WorkerThread):
    """The thread that files."""

    def __init__(self, sessions: Sessions, site: Site, connectors: Mapping[str, Connector]) -> None:
        super().__init__("filing")
        self._sessions, self._site, self._connectors = sessions, site, connectors

    def run_due(self) -> int:
        """Do all jobs that are due now; give their number."""
        done = 0
        while not self._stop.is_set() and self._run_one():
            done += 1
        return done

    def _run_one(self) -> bool:
        with self._sessions.read() as session:
            due = outbox.next_due(session)
        if due is None or due > now():
            return False
        with self._sessions.write() as session:
            job = outbox.claim(session, LEASE)
            if job is None:
                return False
            if _must_wait(session, job):
                return True
            case = reading.detail(session, session.get_one(Case, job.case_id))
        try:
            self._tell(job, case)
        except FilingRefused as refusal:
            self._give_up(job, str(refusal))
        except Exception as error:  # a connector may raise anything
            log.warning("filing: %s of case %s, attempt %d: %s", job.order, case.number, job.attempts, error)
            if job.attempts >= MAX_ATTEMPTS:
                self._give_up(job, str(error))
            else:
                self._try_later(job, str(error))
        return True

    def _tell(self, job: FilingJob, case: CaseDetail) -> None:
        connector = self._connectors.get(job.connector)
        if connector is None:
            raise FilingRefused(f"there is no connector named {job.connector!r}")
        if job.order is FilingOrder.FILE:
            self._done(job, connector.file(case))
            return
        if case.external_ref is not None and case.state in _AFTER[job.order]:
            if job.order is FilingOrder.CLOSE and isinstance(connector, TakesClosings):
                connector.close(case)
            elif job.order is FilingOrder.WITHDRAW and isinstance(connector, TakesWithdrawals):
                connector.withdraw(case)
        self._done(job, None)

    def _done(self, job: FilingJob, number: str | None) -> None:
        with self._sessions.write() as session:
            case, row = _locked(session, job)
            if row.state is not JobState.WAITING:
                return  # another worker was quicker; the platform gave both the same number
            row.state, row.last_error = JobState.DONE, ""
            if number is not None:
                case.external_ref = number
                actor = Actor(job.connector, Origin.PLATFORM)
                take_step(session, self._site, case, CaseAction.REGISTER, actor, note=number)

    def _try_later(self, job: FilingJob, error: str) -> None:
        with self._sessions.write() as session:
            _, row = _locked(session, job)
            if row.state is JobState.WAITING:
                row.next_try_at, row.last_error = now() + pause_after(job.attempts), error

    def _give_up(self, job: FilingJob, error: str) -> None:
        log.error("filing: the platform %s did not take case %s: %s", job.connector, job.case_id, error)
        with self._sessions.write() as session:
            case, row = _locked(session, job)
            if row.state is JobState.WAITING:
                row.state, row.last_error = JobState.DEAD, error
                actor = Actor(job.connector, Origin.SYSTEM)
                take_step(session, self._site, case, CaseAction.FILING_FAILED, actor, note=error)


def _must_wait(session: Session, job: FilingJob) -> bool:
    """Put an order off that follows upon a filing which is still under way."""
    if job.order is FilingOrder.FILE or not outbox.waits(session, job.case_id, FilingOrder.FILE):
        return False
    job.attempts -= 1
    job.next_try_at = now() + timedelta(seconds=_FIRST_PAUSE_S)
    return True


def _locked(session: Session, job: FilingJob) -> tuple[Case, FilingJob]:
    """Hold case and job, in the order in which steps hold them."""
    case = session.get_one(Case, job.case_id, with_for_update=True)
    return case, session.get_one(FilingJob, job.id, with_for_update=True, populate_existing=True)
