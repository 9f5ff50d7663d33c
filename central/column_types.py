"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import DateTime, Dialect, Enum
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Timezone-aware in Python, always UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring a moment to UTC. Raises ValueError when it carries no time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time zone back that SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def words(enum: type[StrEnum]) -> Enum:
    """Store an enum by its value, as text: a new member needs no migration."""
    return Enum(enum, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])


def _machine_time() -> datetime:
    return datetime.now(UTC)


_clock: Callable[[], datetime] = _machine_time


def now() -> datetime:
    """Give the present moment, in UTC: the one clock of the centre."""
    return _clock()


def set_clock(clock: Callable[[], datetime] | None) -> None:
    """Let the whole process go by another clock, e.g. a simulation's; None: by the machine's again."""
    global _clock  # noqa: PLW0603 - there is one clock
    _clock = clock or _machine_time
