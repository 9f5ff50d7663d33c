"""Does what the filing outbox asks for: one job at a time, again after a while when the platform does not answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from central.cases import reading
from central.cases.lifecycle import CaseAction, Origin
from central.cases.steps import Actor, take_step
from central.cases.views import CaseDetail
from central.column_types import now
from central.database import Sessions
from central.filing import outbox
from central.filing.connector import Connector, FilingRefused
from central.tables import Case, FilingJob, JobState

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""How long a platform may take to answer. A worker that died leaves its job for that long."""

MAX_ATTEMPTS = 16
"""With the pauses below: some eight hours."""

POLL_S = 1.0
_FIRST_PAUSE_S = 5.0
_LONGEST_PAUSE_S = 3600.0


def pause_after(attempts: int) -> timedelta:
    """Say how long to wait after so many failed attempts: 5 s, 10 s, 20 s ... 1 h."""
    return timedelta(seconds=min(_FIRST_PAUSE_S * 2 ** (attempts - 1), _LONGEST_PAUSE_S))


class FilingWorker:
    """The thread that files. Any number of workers may run on one database."""

    def __init__(self, sessions: Sessions, connectors: Mapping[str, Connector]) -> None:
        self._sessions = sessions
        self._connectors = connectors
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin filing in a thread."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="filing", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the job at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def run_due(self) -> int:
        """Do all jobs that are due now; give their number."""
        done = 0
        while not self._stop.is_set() and self._run_one():
            done += 1
        return done

    def _run(self) -> None:
        troubled = False
        while not self._stop.is_set():
            try:
                self.run_due()
                troubled = False
            except Exception:  # the database may be away: go on when it is back
                if not troubled:
                    log.exception("filing: cannot read or write the outbox; it is tried again every %g s", POLL_S)
                troubled = True
            self._stop.wait(POLL_S)

    def _run_one(self) -> bool:
        with self._sessions.read() as session:
            due = outbox.next_due(session)
        if due is None or due > now():
            return False
        with self._sessions.write() as session:
            job = outbox.claim(session, LEASE)
            if job is None:
                return False
            job_id, connector_name, attempts = job.id, job.connector, job.attempts
            case = reading.detail(session, session.get_one(Case, job.case_id))
        try:
            connector = self._connectors.get(connector_name)
            if connector is None:
                raise FilingRefused(f"there is no connector named {connector_name!r}")
            number = connector.file(case)
        except FilingRefused as refusal:
            self._give_up(job_id, case.id, connector_name, str(refusal))
        except Exception as error:  # a connector may raise anything
            log.warning("filing: case %s, attempt %d: %s", case.number, attempts, error)
            if attempts >= MAX_ATTEMPTS:
                self._give_up(job_id, case.id, connector_name, str(error))
            else:
                self._try_later(job_id, attempts, str(error))
        else:
            self._done(job_id, case, connector_name, number)
        return True

    def _done(self, job_id: int, case: CaseDetail, connector_name: str, number: str) -> None:
        with self._sessions.write() as session:
            job = session.get_one(FilingJob, job_id, with_for_update=True)
            if job.state is JobState.DONE:
                return  # another worker was quicker; the platform gave both the same number
            job.state, job.last_error = JobState.DONE, ""
            row = session.get_one(Case, case.id, with_for_update=True)
            row.external_ref = number
            take_step(session, row, CaseAction.REGISTER, Actor(connector_name, Origin.PLATFORM), note=number)

    def _try_later(self, job_id: int, attempts: int, error: str) -> None:
        with self._sessions.write() as session:
            job = session.get_one(FilingJob, job_id, with_for_update=True)
            if job.state is JobState.WAITING:
                job.next_try_at, job.last_error = now() + pause_after(attempts), error

    def _give_up(self, job_id: int, case_id: UUID, connector_name: str, error: str) -> None:
        log.error("filing: the platform %s did not take case %s: %s", connector_name, case_id, error)
        with self._sessions.write() as session:
            job = session.scalars(select(FilingJob).where(FilingJob.id == job_id).with_for_update()).one()
            if job.state is JobState.WAITING:
                job.state, job.last_error = JobState.DEAD, error
                row = session.get_one(Case, case_id, with_for_update=True)
                take_step(session, row, CaseAction.FILING_FAILED, Actor(connector_name, Origin.SYSTEM), note=error)
