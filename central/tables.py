"""What the database keeps. Migrations follow these models (central/migrations)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from central.cases.lifecycle import CaseAction, CaseState, Origin, RejectReason
from central.column_types import UtcDateTime, now, words
from protocol.kinds import Subject, ViolationKind
from protocol.messages import EvidenceRole, Phase, Rendition


class Base(DeclarativeBase):
    """All tables; constraints get the same name on every database, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), dict[str, Any]: JSON(none_as_null=True)}  # noqa: RUF012 - SQLAlchemy's own form


class Counter(Base):
    """A number that only grows: case numbers by day, the revision of all cases."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int]


class Device(Base):
    """A box, with the key that was trusted when it first came."""

    __tablename__ = "devices"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="")
    online: Mapped[bool] = mapped_column(default=False)
    last_seen_at: Mapped[datetime | None]
    software: Mapped[str] = mapped_column(Text, default="")
    public_key: Mapped[dict[str, Any] | None]
    key_fingerprint: Mapped[str | None] = mapped_column(String(64))
    health: Mapped[dict[str, Any] | None]


class DeviceNotice(Base):
    """Something about a box that a person should know, once."""

    __tablename__ = "device_notices"
    __table_args__ = (UniqueConstraint("device_id", "at", "code", "camera"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"))
    at: Mapped[datetime]
    severity: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(128))
    camera: Mapped[str] = mapped_column(String(255), default="")
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]]


class Case(Base):
    """A case. `revision` grows with every change; a change of an older revision is refused."""

    __tablename__ = "cases"
    __table_args__ = (Index(None, "state", "id"), Index(None, "device_id", "id"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[CaseState] = mapped_column(words(CaseState))
    kind: Mapped[ViolationKind] = mapped_column(words(ViolationKind))
    subject: Mapped[Subject] = mapped_column(words(Subject))
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"))
    camera_id: Mapped[str] = mapped_column(Text)
    camera_name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    zone_id: Mapped[str] = mapped_column(Text)
    zone_name: Mapped[str] = mapped_column(Text)
    score: Mapped[float]
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64))
    external_ref: Mapped[str | None] = mapped_column(String(128))
    first_seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own form


class CaseStep(Base):
    """One step of a case's way."""

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


class Stay(Base):
    """What stood in a place. Its row is what two workers with news of the same stay meet at."""

    __tablename__ = "stays"
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)


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


class ViolationEvidence(Base):
    """One evidence file that a violation names; `stored` once its bytes are in the evidence store."""

    __tablename__ = "violation_evidence"
    violation_id: Mapped[UUID] = mapped_column(ForeignKey("violations.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    role: Mapped[EvidenceRole] = mapped_column(words(EvidenceRole))
    rendition: Mapped[Rendition] = mapped_column(words(Rendition))
    bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(128))
    taken_at: Mapped[datetime]
    width_px: Mapped[int]
    height_px: Mapped[int]
    stored: Mapped[bool] = mapped_column(default=False)


class JobState(StrEnum):
    """Where a filing stands: `dead` is not tried again until a person says so."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class FilingJob(Base):
    """The filing outbox: written with the case's step, done by the filing worker."""

    __tablename__ = "filing_jobs"
    __table_args__ = (UniqueConstraint("case_id", "connector"), Index(None, "state", "next_try_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    connector: Mapped[str] = mapped_column(String(64))
    state: Mapped[JobState] = mapped_column(words(JobState))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    last_error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class BuiltinPlatformCase(Base):
    """The embedded platform's own book. It refers to nothing of ours, as any other platform would not."""

    __tablename__ = "builtin_platform_cases"
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    received_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]


class QuarantineEntry(Base):
    """A message that was set aside. The same one again only counts."""

    __tablename__ = "quarantine"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    last_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(default=1)
    topic: Mapped[str] = mapped_column(Text)
    device: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    preview: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(64))


class UserRow(Base):
    """A user of console and API."""

    __tablename__ = "users"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    password_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class UserSession(Base):
    """A signed-in user. Only the token's hash is here: a stolen database opens no session."""

    __tablename__ = "user_sessions"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class WrongPasswords(Base):
    """Wrong passwords in a row for a name, whether or not there is such a user."""

    __tablename__ = "wrong_passwords"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
