"""Sends what the outbox of messages holds. The owner's minutes run from the delivery.

A message that cannot be delivered leaves the case to an officer: nobody is filed for not doing what nobody told them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from central.cases.lifecycle import CaseAction, CaseState
from central.cases.steps import POLICY, take_step
from central.column_types import now
from central.database import Sessions
from central.filing.worker import pause_after
from central.site.site import Site
from central.tables import Case, JobState, NoticeJob
from central.telling import outbox, webhook
from central.worker_thread import WorkerThread

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=3 * webhook.TIMEOUT_S)
MAX_ATTEMPTS = 7
"""Some five minutes: later, what stands there is no longer the owner's to put right in time."""

Post = Callable[[str, dict[str, Any], str], None]


class NoticeWorker(WorkerThread):
    """The thread that tells owners."""

    def __init__(self, sessions: Sessions, site: Site, post: Post = webhook.post) -> None:
        super().__init__("notices")
        self._sessions, self._site, self._post = sessions, site, post

    def run_due(self) -> int:
        """Send all messages that are due now; give their number."""
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
            if session.get_one(Case, job.case_id).state is not CaseState.NOTIFIED:
                job.state, job.last_error = JobState.DONE, "案件已不再等待自纠 / the case no longer waits for the owner"
                return True
        try:
            self._post(job.url, job.payload, str(job.case_id))
        except webhook.NotTaken as refusal:
            self._give_up(job, str(refusal))
        except Exception as error:  # whatever the network does
            log.warning("notices: %s, attempt %d: %s", job.url, job.attempts, error)
            if job.attempts >= MAX_ATTEMPTS:
                self._give_up(job, str(error))
            else:
                self._try_later(job, str(error))
        else:
            self._delivered(job)
        return True

    def _delivered(self, job: NoticeJob) -> None:
        with self._sessions.write() as session:
            case, row = _locked(session, job)
            if row.state is JobState.WAITING:
                row.state, row.last_error, row.delivered_at = JobState.DONE, "", now()
                if case.state is CaseState.NOTIFIED:
                    case.notify_until = row.delivered_at + timedelta(minutes=row.minutes)

    def _try_later(self, job: NoticeJob, error: str) -> None:
        with self._sessions.write() as session:
            _, row = _locked(session, job)
            if row.state is JobState.WAITING:
                row.next_try_at, row.last_error = now() + pause_after(job.attempts), error

    def _give_up(self, job: NoticeJob, error: str) -> None:
        log.error("notices: %s did not take the message about case %s: %s", job.url, job.case_id, error)
        with self._sessions.write() as session:
            case, row = _locked(session, job)
            if row.state is JobState.WAITING:
                row.state, row.last_error = JobState.DEAD, error
                if case.state is CaseState.NOTIFIED:
                    take_step(session, self._site, case, CaseAction.NOTICE_FAILED, POLICY, note=error)


def _locked(session: Session, job: NoticeJob) -> tuple[Case, NoticeJob]:
    case = session.get_one(Case, job.case_id, with_for_update=True)
    return case, session.get_one(NoticeJob, job.id, with_for_update=True)
