"""Numbers that only grow."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from central.tables.base import Base


class Counter(Base):
    """A number that only grows: case numbers by day, the revision of all cases."""

    __tablename__ = "counters"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int]
