"""Pictures that officers asked boxes for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.column_types import words
from central.tables.base import Base
from central.tables.evidence import EvidenceColumns


class AskedState(StrEnum):
    """What came of a request. That it has expired is told by its time, not by a state."""

    ASKED = "asked"
    ARRIVING = "arriving"  # the answer is here, its picture not yet
    GIVEN = "given"
    REFUSED = "refused"


class AskedPicture(Base):
    """A request for a picture, and the box's answer exactly as it signed it, with the key that proved it."""

    __tablename__ = "picture_requests"
    __table_args__ = (Index(None, "device_id", "state", "expires_at"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"))
    camera_id: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(128))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[AskedState] = mapped_column(words(AskedState))
    answered_at: Mapped[datetime | None]
    document: Mapped[bytes | None] = mapped_column(LargeBinary)
    signed_by: Mapped[dict[str, Any] | None]


class PictureEvidence(EvidenceColumns, Base):
    """One evidence file that an answer names; `stored` once its bytes are in the evidence store."""

    __tablename__ = "picture_evidence"
    request_id: Mapped[UUID] = mapped_column(ForeignKey("picture_requests.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
