"""What the centre proves itself with, and what boxes prove themselves with to its embedded broker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.tables.base import Base


class CentreKey(Base):
    """A private key of the centre (PEM)."""

    __tablename__ = "centre_keys"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    pem: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class DeviceCredential(Base):
    """A box's password to the embedded broker. It is random and long, so that its plain SHA-256 gives nothing away."""

    __tablename__ = "device_credentials"
    device_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    password_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
