"""The outbox of messages to owners: written in the same transaction as the step, so neither is there alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.column_types import now
from central.site.file import Owner
from central.tables import Case, JobState, NoticeJob
from protocol.kinds import KIND_NAMES


def put(session: Session, case: Case, owner_id: str, owner: Owner, url: str, minutes: int) -> None:
    """Ask for the owner to be told about the case."""
    session.add(
        NoticeJob(
            case_id=case.id,
            owner_id=owner_id,
            url=url,
            payload=_message(case, owner_id, owner, minutes),
            minutes=minutes,
            state=JobState.WAITING,
            next_try_at=now(),
        )
    )


def of_case(session: Session, case_id: UUID) -> NoticeJob | None:
    """Give the message about a case, if there is one."""
    return session.scalars(select(NoticeJob).filter_by(case_id=case_id)).first()


def claim(session: Session, lease: timedelta) -> NoticeJob | None:
    """Take the next message that is due, if any, for as long as `lease`."""
    job = session.scalars(
        select(NoticeJob)
        .where(NoticeJob.state == JobState.WAITING, NoticeJob.next_try_at <= now())
        .order_by(NoticeJob.next_try_at, NoticeJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if job is not None:
        job.next_try_at = now() + lease
        job.attempts += 1
    return job


def next_due(session: Session) -> datetime | None:
    """Say when the next message is due."""
    return session.scalar(select(func.min(NoticeJob.next_try_at)).where(NoticeJob.state == JobState.WAITING))


def counts(session: Session) -> dict[JobState, int]:
    """Count the messages in every state."""
    found = session.execute(select(NoticeJob.state, func.count()).group_by(NoticeJob.state)).all()
    return dict.fromkeys(JobState, 0) | {row[0]: row[1] for row in found}


def _message(case: Case, owner_id: str, owner: Owner, minutes: int) -> dict[str, Any]:
    """Write what a gateway needs, with sentences that it may send or speak as they are."""
    zh, en = KIND_NAMES.get(case.kind, {}).get(case.subject) or (case.kind.value, case.kind.value)
    where = case.address or case.zone_name or case.camera_name or case.zone_id
    return {
        "event": "notify",
        "case_id": str(case.id),
        "case_number": case.number,
        "kind": case.kind.value,
        "owner": {"id": owner_id, "name": owner.name, "contact": owner.contact},
        "zone": case.zone_id,
        "zone_name": case.zone_name,
        "address": case.address,
        "confirmed_at": case.confirmed_at.isoformat(),
        "minutes": minutes,
        "picture": f"/api/v1/evidence/{case.thumbnail_sha256}" if case.thumbnail_sha256 else None,
        "text_zh": f"{owner.name}：{where}发现{zh}，请在 {minutes} 分钟内自行纠正，逾期将立案。",
        "text_en": f"{owner.name}: {en} at {where}. Please put it right within {minutes} min, or it will be filed.",
    }
