"""Cases, their steps, and the stays that they are about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.cases.states import CaseAction, CaseState, ClosedHow, Origin, RejectReason
from central.column_types import now, words
from central.tables.base import Base
from protocol.kinds import Subject, ViolationKind


class Case(Base):
    """A case. `revision` grows with every change; a change of an older revision is refused."""

    __tablename__ = "cases"
    __table_args__ = (Index(None, "state", "id"), Index(None, "device_id", "id"), Index(None, "due_at"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[CaseState] = mapped_column(words(CaseState))
    kind: Mapped[ViolationKind] = mapped_column(words(ViolationKind))
    subject: Mapped[Subject] = mapped_column(words(Subject))
    # Where: the place of the first violation. The position is the ground's where known, else the camera's.
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"))
    camera_id: Mapped[str] = mapped_column(Text)
    camera_name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    zone_id: Mapped[str] = mapped_column(Text)
    zone_name: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    # Whose: ids of the site file, as they were when the case was opened.
    district: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[str | None] = mapped_column(Text)
    # How sure.
    score: Mapped[float]
    model: Mapped[str] = mapped_column(Text, default="")
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64))
    # Who decided whether it is one (the last confirmation or rejection by a person), and what the platform calls it.
    officer: Mapped[str | None] = mapped_column(String(128))
    external_ref: Mapped[str | None] = mapped_column(String(128))
    # What stands there: `standing` stays are not cleared; `cleared_at` is the last clearing, None while any stands.
    repeats: Mapped[int] = mapped_column(default=0)
    standing: Mapped[int] = mapped_column(default=0)
    first_seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    # The way. `filed_at`, `dispatched_at`, `handled_at`: the first time; `closed_at`: the last, None while open.
    opened_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    notify_until: Mapped[datetime | None]
    filed_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    proposed_close_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[ClosedHow | None] = mapped_column(words(ClosedHow))
    rating: Mapped[int | None]
    merged_into_id: Mapped[UUID | None] = mapped_column(index=True)
    # When the next step is due, and when it was first noticed that a deadline had passed.
    due_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own form


class CaseStep(Base):
    """One step of a case's way. `due_at` is the deadline for the next one that was set by it."""

    __tablename__ = "case_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str] = mapped_column(String(128))
    origin: Mapped[Origin] = mapped_column(words(Origin))
    action: Mapped[CaseAction] = mapped_column(words(CaseAction))
    from_state: Mapped[CaseState | None] = mapped_column(words(CaseState))
    to_state: Mapped[CaseState] = mapped_column(words(CaseState))
    reason: Mapped[RejectReason | None] = mapped_column(words(RejectReason))
    note: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime | None]


class Stay(Base):
    """What stood in a place. Its row is what two workers with news of the same stay meet at.

    Where and when is known once a violation of it is stored; stays older than that knowledge have none. The box is in
    fractions of the picture; latitude and longitude are of the ground it stands on, where the camera is calibrated.
    """

    __tablename__ = "stays"
    __table_args__ = (Index(None, "device_id", "camera_id", "first_seen_at"), Index(None, "latitude"))
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    camera_id: Mapped[str | None] = mapped_column(Text)
    zone_id: Mapped[str | None] = mapped_column(Text)
    x1: Mapped[float | None]
    y1: Mapped[float | None]
    x2: Mapped[float | None]
    y2: Mapped[float | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    first_seen_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
