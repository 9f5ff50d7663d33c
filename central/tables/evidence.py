"""What is known of an evidence file, whichever message names it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from central.column_types import words
from protocol.messages import EvidenceRole, Rendition


class EvidenceColumns:
    """A file as its message describes it (protocol.messages.EvidenceRef); `stored` once its bytes are in the store."""

    sha256: Mapped[str] = mapped_column(String(64), index=True)
    role: Mapped[EvidenceRole] = mapped_column(words(EvidenceRole))
    rendition: Mapped[Rendition] = mapped_column(words(Rendition))
    bytes: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(128))
    taken_at: Mapped[datetime]
    width_px: Mapped[int]
    height_px: Mapped[int]
    stored: Mapped[bool] = mapped_column(default=False)
