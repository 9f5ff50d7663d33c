"""What a person should know about a box: told by the box, or seen by the centre. The newest are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.column_types import now
from central.database import insert_or_ignore
from central.tables import DeviceNotice
from protocol.bounds import EARLIEST_YEAR, LATEST_YEAR, MAX_NAME_CHARS, cut_text
from protocol.messages import HealthEvent

KEPT_PER_DEVICE = 200
SHOWN = 20
_LATELY = timedelta(hours=1)
_NO_TIME = datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)
"""Shown where an earlier release stored a time that cannot be."""


def add(session: Session, device_id: str, event: HealthEvent) -> None:
    """Keep a notice; the same one again changes nothing."""
    fresh = insert_or_ignore(
        session,
        DeviceNotice,
        device_id=device_id,
        at=event.at,
        severity=event.severity,
        code=event.code[:128],
        camera=(event.camera or "")[:255],
        text_zh=event.text_zh,
        text_en=event.text_en,
        detail=event.detail,
    )
    if fresh:
        oldest_kept = session.scalar(
            select(DeviceNotice.id)
            .where(DeviceNotice.device_id == device_id)
            .order_by(DeviceNotice.id.desc())
            .offset(KEPT_PER_DEVICE - 1)
            .limit(1)
        )
        if oldest_kept is not None:
            session.execute(
                delete(DeviceNotice).where(DeviceNotice.device_id == device_id, DeviceNotice.id < oldest_kept)
            )


def told_lately(session: Session, device_id: str, code: str) -> bool:
    """Say whether a notice of this code about the box is less than an hour old."""
    newest_at = session.scalar(
        select(DeviceNotice.at)
        .where(DeviceNotice.device_id == device_id, DeviceNotice.code == code)
        .order_by(DeviceNotice.id.desc())
        .limit(1)
    )
    return newest_at is not None and newest_at > now() - _LATELY


def newest(session: Session, device_id: str) -> list[HealthEvent]:
    """Give the newest notices, newest first."""
    rows = session.scalars(
        select(DeviceNotice)
        .where(DeviceNotice.device_id == device_id)
        .order_by(DeviceNotice.at.desc(), DeviceNotice.id.desc())
        .limit(SHOWN)
    )
    return [
        HealthEvent(
            at=row.at if EARLIEST_YEAR <= row.at.year <= LATEST_YEAR else _NO_TIME,
            severity=cast("Any", row.severity),
            code=cut_text(row.code, MAX_NAME_CHARS),
            text_zh=row.text_zh,
            text_en=row.text_en,
            camera=cut_text(row.camera, MAX_NAME_CHARS) or None,
            detail=row.detail,
        )
        for row in rows
    ]
