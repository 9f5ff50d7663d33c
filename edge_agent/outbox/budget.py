"""What the outbox gives up when it is full: clips first, then close-ups, oldest first; nothing else, ever."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from uuid import UUID

from protocol.messages import EvidenceRole

DROP_ORDER = (EvidenceRole.CLIP, EvidenceRole.CLOSE_UP)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that was given up, for which violation, and how much it freed."""

    sha256: str
    role: EvidenceRole
    violation: UUID
    freed_bytes: int


def held_bytes(connection: sqlite3.Connection) -> int:
    """Give the bytes of all files held, each counted once however many violations list it."""
    row = connection.execute(
        "SELECT COALESCE(SUM(bytes), 0) FROM (SELECT DISTINCT sha256, bytes FROM evidence WHERE gone IS NULL)"
    ).fetchone()
    return int(row[0])


def drop(connection: sqlite3.Connection, excess_bytes: int) -> list[Dropped]:
    """Mark files as dropped until `excess_bytes` are freed or nothing droppable is left.

    Of each role those of refused violations go first (the centre has them in quarantine). A file that is also a
    wide picture somewhere stays. The caller commits, and deletes the files afterwards.
    """
    dropped: list[Dropped] = []
    for role in DROP_ORDER:
        candidates = connection.execute(
            """
            SELECT e.sha256, e.bytes, v.id FROM evidence e JOIN violation v USING (seq)
            WHERE e.gone IS NULL AND e.role = ? AND NOT EXISTS (
                SELECT 1 FROM evidence other
                WHERE other.sha256 = e.sha256 AND other.gone IS NULL AND other.role NOT IN (?, ?))
            ORDER BY v.refused IS NULL, v.seq, e.position
            """,
            (role.value, *(one.value for one in DROP_ORDER)),
        )
        names: set[str] = {one.sha256 for one in dropped}
        for sha256, size_bytes, violation in candidates.fetchall():
            if excess_bytes <= 0:
                return dropped
            if sha256 not in names:
                connection.execute("UPDATE evidence SET gone = 'dropped' WHERE sha256 = ?", (sha256,))
                dropped.append(Dropped(sha256, role, UUID(violation), size_bytes))
                names.add(sha256)
                excess_bytes -= size_bytes
    return dropped
