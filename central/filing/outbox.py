"""The filing outbox: written in the same transaction as the step that files a case, so neither is there alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from central.column_types import now
from central.database import insert_or_ignore
from central.tables import FilingJob, FilingOrder, JobState

DEFAULT_CONNECTOR = "builtin"


def put(session: Session, case_id: UUID, order: FilingOrder) -> None:
    """Ask for the platform to be told, for the first time or again."""
    key = {"case_id": case_id, "connector": DEFAULT_CONNECTOR, "order": order}
    if not insert_or_ignore(session, FilingJob, **key, **_fresh(), created_at=now()):
        job = session.scalars(select(FilingJob).filter_by(**key).with_for_update()).one()
        if job.state is not JobState.WAITING:
            for name, value in _fresh().items():
                setattr(job, name, value)


def revive(session: Session, case_id: UUID) -> None:
    """Ask again for whatever the platform did not take of this case."""
    dead = (FilingJob.case_id == case_id, FilingJob.state == JobState.DEAD)
    session.execute(update(FilingJob).where(*dead).values(**_fresh()))


def is_dead(session: Session, case_id: UUID) -> bool:
    """Say whether the platform did not take the case and no further try will be made by itself."""
    dead = select(FilingJob.id).where(FilingJob.case_id == case_id, FilingJob.state == JobState.DEAD).limit(1)
    return session.scalar(dead) is not None


def waits(session: Session, case_id: UUID, order: FilingOrder) -> bool:
    """Say whether an order about this case is still to be carried out."""
    key = {"case_id": case_id, "order": order, "state": JobState.WAITING}
    return session.scalar(select(FilingJob.id).filter_by(**key).limit(1)) is not None


def claim(session: Session, lease: timedelta) -> FilingJob | None:
    """Take the next job that is due, if any, for as long as `lease`; then it is due again, should we have died."""
    job = session.scalars(
        select(FilingJob)
        .where(FilingJob.state == JobState.WAITING, FilingJob.next_try_at <= now())
        .order_by(FilingJob.next_try_at, FilingJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if job is not None:
        job.next_try_at = now() + lease
        job.attempts += 1
    return job


def next_due(session: Session) -> datetime | None:
    """Say when the next job is due."""
    return session.scalar(select(func.min(FilingJob.next_try_at)).where(FilingJob.state == JobState.WAITING))


def counts(session: Session) -> dict[JobState, int]:
    """Count the jobs in every state."""
    found = session.execute(select(FilingJob.state, func.count()).group_by(FilingJob.state)).all()
    return dict.fromkeys(JobState, 0) | {row[0]: row[1] for row in found}


def _fresh() -> dict[str, Any]:
    return {"state": JobState.WAITING, "attempts": 0, "next_try_at": now(), "last_error": ""}
