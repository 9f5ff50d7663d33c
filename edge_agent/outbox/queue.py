"""What waits for the centre's word, on disk.

A violation is kept as it was decided, unsigned, and signed each time it is sent: when the budget has cost it its
clip or its close-up, the box signs a message whose `evidence` lists what will really come, and whose
`evidence_dropped` lists what existed and was given up. So the signed document never promises a file that
cannot follow, and still says honestly what is missing. Its id stays the same, and Ed25519 is deterministic, so an
unchanged message is the same document on every repeat.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from edge_agent.backoff import backoff_s
from edge_agent.outbox.budget import held_bytes
from edge_agent.outbox.database import Database
from edge_agent.outbox.evidence_folder import EvidenceFolder
from edge_agent.outbox.outgoing import HeldFile, OutboxStats, Settled, Waiting
from protocol.messages import Ack, EvidenceRole, Refusal

LONGEST_BACKOFF_S = 300.0
PROMPT_REPEATS = 3
"""How often evidence that the centre misses is sent again at once; after that it takes its turn, so that a centre
that cannot keep it does not get it for ever at full speed."""


class Outbox:
    """The violations of a store that wait or were refused. Thread-safe; times are monotonic seconds."""

    def __init__(self, database: Database, folder: EvidenceFolder) -> None:
        self._database = database
        self._folder = folder
        self.changed = threading.Event()
        """Set whenever something was added, settled or asked for again; the uplink clears it."""
        self._settled = threading.Condition()

    def due(self, now_s: float, limit: int, besides: Collection[UUID] = ()) -> list[Waiting]:
        """Give at most `limit` violations that may be sent now, oldest first, without those in `besides`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT seq, id, message, attempts FROM sendable WHERE next_s <= ? AND id NOT IN ({_marks(besides)}) "
                "ORDER BY seq LIMIT ?",
                (now_s, *(str(one) for one in besides), limit),
            ).fetchall()
            return [self._waiting(connection, *row) for row in rows]

    def get(self, violation: UUID) -> Waiting | None:
        """Give one violation as it is now; None when it was settled meanwhile."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT seq, id, message, attempts FROM sendable WHERE id = ?", (str(violation),)
            ).fetchone()
            return self._waiting(connection, *row) if row else None

    def next_due_s(self, besides: Collection[UUID] = ()) -> float | None:
        """Give when the next violation, without those in `besides`, may be sent; None when there is none."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT MIN(next_s) FROM sendable WHERE id NOT IN ({_marks(besides)})", [str(one) for one in besides]
            ).fetchone()
        return None if row[0] is None else float(row[0])

    def mark_sent(self, violation: UUID, now_s: float, ack_timeout_s: float = 30.0) -> None:
        """Note that the broker has it.

        Unless the centre answers, it is due again after `ack_timeout_s`, then twice that, up to LONGEST_BACKOFF_S.
        """
        with self._database.reading() as connection:
            row = connection.execute("SELECT seq, attempts FROM sendable WHERE id = ?", (str(violation),)).fetchone()
            if row:
                attempts = int(row[1]) + 1
                next_s = now_s + backoff_s(attempts, ack_timeout_s, LONGEST_BACKOFF_S)
                connection.execute("REPLACE INTO temp.schedule VALUES (?, ?, ?)", (row[0], attempts, next_s))

    def make_all_due(self) -> None:
        """Send everything again, oldest first: the broker has forgotten what it had."""
        with self._database.reading() as connection:
            connection.execute("DELETE FROM temp.schedule")
        self.changed.set()

    def settle(self, ack: Ack) -> Settled:
        """Take the centre's word.

        Stored: the violation goes, with the files that no other one lists. Refused: it is kept and no longer sent.
        Missing: violations that list such a file are due now (see PROMPT_REPEATS). Ids that are not here (a repeated
        acknowledgement) change nothing.
        """
        refused: list[Refusal] = []
        unneeded: list[str] = []
        # One hold of the lock for both: whoever sees that nothing waits finds no file of it either.
        with self._database.reading():
            with self._database.transaction() as connection:
                for violation in ack.stored:
                    unneeded += _delete(connection, violation)
                for refusal in ack.refused:
                    if connection.execute(
                        "UPDATE violation SET refused = ? WHERE id = ? AND refused IS NULL",
                        (refusal.reason or "?", str(refusal.id)),
                    ).rowcount:
                        refused.append(refusal)
                asked_again = _make_due(connection, ack.missing)
            gone = self.remove_unlisted(unneeded)
        self.changed.set()
        with self._settled:
            self._settled.notify_all()
        return Settled(tuple(refused), tuple(asked_again), tuple(gone))

    def remove_unlisted(self, names: Iterable[str]) -> list[str]:
        """Delete those of the files that no violation lists any more; returns them."""
        # Asked anew under the lock: a commit that lists the same file may have come between.
        with self._database.reading() as connection:
            unlisted = [sha256 for sha256 in names if not _is_listed(connection, sha256)]
            self._folder.remove(unlisted)
            return unlisted

    def mark_lost(self, sha256: str) -> list[UUID]:
        """Note that a file is not on the disk as it was written; returns the violations that listed it."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT DISTINCT v.id FROM violation v JOIN evidence e USING (seq) "
                "WHERE e.sha256 = ? AND e.gone IS NULL",
                (sha256,),
            ).fetchall()
            connection.execute("UPDATE evidence SET gone = 'lost' WHERE sha256 = ? AND gone IS NULL", (sha256,))
        self._folder.remove([sha256])
        return [UUID(row[0]) for row in rows]

    def stats(self) -> OutboxStats:
        """Count what waits, what was refused, and the bytes of all files held."""
        with self._database.reading() as connection:
            waiting, refused = connection.execute(
                "SELECT COUNT(*) FILTER (WHERE refused IS NULL), COUNT(refused) FROM violation"
            ).fetchone()
            return OutboxStats(int(waiting), int(refused), held_bytes(connection))

    def refused(self) -> list[Refusal]:
        """List what the centre refused, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT id, refused FROM violation WHERE refused IS NOT NULL ORDER BY seq")
            return [Refusal(id=UUID(row[0]), reason=row[1]) for row in rows]

    def wait_until_empty(self, timeout_s: float) -> bool:
        """Block until nothing waits any more; False when `timeout_s` passed first."""
        with self._settled:
            return self._settled.wait_for(lambda: self.stats().waiting == 0, timeout_s)

    def _waiting(self, connection: sqlite3.Connection, seq: int, name: str, text: str, attempts: int) -> Waiting:
        message: dict[str, Any] = json.loads(text)
        rows = connection.execute(
            "SELECT sha256, role, bytes, gone FROM evidence WHERE seq = ? ORDER BY position", (seq,)
        ).fetchall()
        refs = message["evidence"]
        gone = [ref for ref, row in zip(refs, rows, strict=True) if row[3] is not None]
        if gone:
            message["evidence"] = [ref for ref in refs if ref not in gone]
            message["evidence_dropped"] = gone
        files = tuple(
            HeldFile(row[0], EvidenceRole(row[1]), row[2], self._folder.path_of(row[0]))
            for row in rows
            if row[3] is None
        )
        return Waiting(UUID(name), message, files, attempts)


def _marks(values: Collection[object]) -> str:
    return ",".join("?" * len(values))


def _delete(connection: sqlite3.Connection, violation: UUID) -> list[str]:
    """Delete a violation; returns the files that it listed."""
    row = connection.execute("SELECT seq FROM violation WHERE id = ?", (str(violation),)).fetchone()
    if not row:
        return []
    files = [str(one[0]) for one in connection.execute("SELECT sha256 FROM evidence WHERE seq = ?", row)]
    connection.execute("DELETE FROM violation WHERE seq = ?", row)
    connection.execute("DELETE FROM temp.schedule WHERE seq = ?", row)
    return files


def _make_due(connection: sqlite3.Connection, files: Iterable[str]) -> list[UUID]:
    """Make the violations due that list one of the files and were not asked for too often; returns them.

    One that was refused waits again: a person has taken it out of the centre's quarantine.
    """
    due: list[UUID] = []
    for sha256 in files:
        connection.execute(
            "UPDATE violation SET refused = NULL WHERE refused IS NOT NULL "
            "AND seq IN (SELECT seq FROM evidence WHERE sha256 = ? AND gone IS NULL)",
            (sha256,),
        )
        rows = connection.execute(
            "SELECT DISTINCT v.seq, v.id FROM violation v JOIN evidence e USING (seq) JOIN temp.schedule s USING (seq) "
            "WHERE e.sha256 = ? AND v.refused IS NULL AND s.attempts <= ?",
            (sha256, PROMPT_REPEATS),
        ).fetchall()
        for seq, violation in rows:
            connection.execute("UPDATE temp.schedule SET next_s = 0 WHERE seq = ?", (seq,))
            due.append(UUID(violation))
    return due


def _is_listed(connection: sqlite3.Connection, sha256: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM evidence WHERE sha256 = ? AND gone IS NULL", (sha256,)).fetchone())
