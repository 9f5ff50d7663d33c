"""Violations as boxes signed them, and their evidence."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from central.column_types import words
from central.tables.base import Base
from central.tables.evidence import EvidenceColumns
from protocol.messages import Phase


class ViolationState(StrEnum):
    """Whether a violation's evidence is complete."""

    WAITING = "waiting"
    STORED = "stored"


class StoredViolation(Base):
    """A violation exactly as the box signed it, and the key that proved it."""

    __tablename__ = "violations"
    __table_args__ = (Index(None, "device_id", "stay_id"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"))
    stay_id: Mapped[UUID]
    phase: Mapped[Phase] = mapped_column(words(Phase))
    state: Mapped[ViolationState] = mapped_column(words(ViolationState), index=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    signed_by: Mapped[dict[str, Any]]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    received_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]


class ViolationEvidence(EvidenceColumns, Base):
    """One evidence file that a violation names; `stored` once its bytes are in the evidence store."""

    __tablename__ = "violation_evidence"
    violation_id: Mapped[UUID] = mapped_column(ForeignKey("violations.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
