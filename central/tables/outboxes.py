"""What is still to be told to others: cases to the platform, messages to owners. And the embedded platform's book."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from central.column_types import now, words
from central.tables.base import Base


class JobState(StrEnum):
    """Where a job stands: `dead` is not tried again until a person says so."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class FilingOrder(StrEnum):
    """What the platform is told about a case."""

    FILE = "file"
    WITHDRAW = "withdraw"
    CLOSE = "close"


class FilingJob(Base):
    """The filing outbox: written with the case's step, done by the filing worker."""

    __tablename__ = "filing_jobs"
    __table_args__ = (UniqueConstraint("case_id", "connector", "order"), Index(None, "state", "next_try_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    connector: Mapped[str] = mapped_column(String(64))
    order: Mapped[FilingOrder] = mapped_column(words(FilingOrder), default=FilingOrder.FILE)
    state: Mapped[JobState] = mapped_column(words(JobState))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    last_error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class NoticeJob(Base):
    """The outbox of messages to who answers for a place: `payload` is posted to `url` as JSON."""

    __tablename__ = "notice_jobs"
    __table_args__ = (Index(None, "state", "next_try_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), unique=True)
    owner_id: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]]
    minutes: Mapped[int]
    state: Mapped[JobState] = mapped_column(words(JobState))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    last_error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    delivered_at: Mapped[datetime | None]


class BuiltinPlatformCase(Base):
    """The embedded platform's own book. It refers to nothing of ours, as any other platform would not."""

    __tablename__ = "builtin_platform_cases"
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    received_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    withdrawn_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
