"""Boxes, what a person should know about them, and messages that could not be taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from central.tables.base import Base


class Device(Base):
    """A box, with the key that was trusted when it first came, and its last two starts (protocol: Status.instance)."""

    __tablename__ = "devices"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="")
    online: Mapped[bool] = mapped_column(default=False)
    last_seen_at: Mapped[datetime | None]
    software: Mapped[str] = mapped_column(Text, default="")
    public_key: Mapped[dict[str, Any] | None]
    key_fingerprint: Mapped[str | None] = mapped_column(String(64))
    health: Mapped[dict[str, Any] | None]
    instance: Mapped[str] = mapped_column(String(64), default="", server_default="")
    instance_before: Mapped[str] = mapped_column(String(64), default="", server_default="")


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


class QuarantineEntry(Base):
    """A message that was set aside. The same one again only counts; `readmitted_at`: it was taken after all."""

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
    readmitted_at: Mapped[datetime | None]
