"""What the box remembers: the outbox and the state of the rules, committed together.

"This violation was reported" (in a camera's state) and "it is in the outbox" are one transaction, so a power cut
between them cannot lose a violation, nor report it twice.

    data_dir/box.db              the outbox and the states (SQLite)
    data_dir/evidence/{sha256}   the files of violations that wait
    data_dir/set-aside/          a damaged database, for a person to recover
"""

from __future__ import annotations

import errno
import json
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from edge_agent.outbox.budget import Dropped, drop, held_bytes
from edge_agent.outbox.database import SET_ASIDE_FOLDER, Database, StoreError
from edge_agent.outbox.evidence_folder import EvidenceFolder
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.queue import Outbox
from edge_agent.words import notices
from protocol.messages import HealthEvent

_log = logging.getLogger(__name__)

Tell = Callable[[HealthEvent], None]


class StoreFullError(StoreError):
    """The disk has no room even after every clip and close-up was given up. Nothing was committed; try again."""


class BoxStore:
    """The store of one data folder. Thread-safe; every commit waits for the disk.

    `tell` hears what a person should know (drops, lost files). Raises StoreError when the folder is in use by another
    process or cannot be written.
    """

    def __init__(self, data_dir: Path, budget_bytes: int, tell: Tell = lambda _: None) -> None:
        self._budget_bytes = budget_bytes
        self._tell = tell
        self._over_budget = False
        self._database = Database(data_dir)
        self._folder = EvidenceFolder(data_dir / "evidence")
        self.outbox = Outbox(self._database, self._folder)
        if self._database.set_aside:
            tell(notices.store_set_aside(str(data_dir / SET_ASIDE_FOLDER), self._database.set_aside))
        self._tidy()

    def commit(self, outgoing: Sequence[Outgoing], states: Mapping[str, str]) -> None:
        """Keep violations and the cameras' states (JSON text by camera) in one transaction.

        Evidence is on disk before it. A violation that is in the outbox already is not added again. When this
        returns, all of it survives a power cut; when it raises (StoreFullError, OSError, sqlite3.Error), none of it
        is kept, and the same call may be made again later.
        """
        try:
            dropped = self._commit(outgoing, states)
        except (OSError, sqlite3.OperationalError) as error:
            if not _disk_is_full(error):
                raise
            self._make_room(sum(len(file.content) for one in outgoing for file in one.evidence))
            try:
                dropped = self._commit(outgoing, states)
            except (OSError, sqlite3.OperationalError) as again:
                if not _disk_is_full(again):
                    raise
                raise StoreFullError(
                    "设备磁盘已满，新的违规无法保存：请清理磁盘，或调小 outbox.budget_mb。\n"
                    "The box's disk is full and a new violation cannot be kept: free space, or lower outbox.budget_mb."
                ) from again
        self._say_dropped(dropped)
        if outgoing:
            self._say_over_budget()
            self.outbox.changed.set()

    def load_states(self) -> dict[str, str]:
        """Give the last committed state (JSON text) of each camera."""
        with self._database.reading() as connection:
            return dict(connection.execute("SELECT camera, state FROM state").fetchall())

    def close(self) -> None:
        """Close the database and let another process have the folder."""
        self._database.close()

    def _commit(self, outgoing: Sequence[Outgoing], states: Mapping[str, str]) -> list[Dropped]:
        with self._database.transaction() as connection:
            for one in outgoing:
                self._add(connection, one)
            connection.executemany("REPLACE INTO state VALUES (?, ?)", states.items())
            dropped = drop(connection, held_bytes(connection) - self._budget_bytes) if outgoing else []
        self.outbox.remove_unlisted(one.sha256 for one in dropped)
        return dropped

    def _add(self, connection: sqlite3.Connection, one: Outgoing) -> None:
        name = str(one.violation.id)
        if connection.execute("SELECT 1 FROM violation WHERE id = ?", (name,)).fetchone():
            return
        for file in one.evidence:
            self._folder.put(file.ref.sha256, file.content)
        message = json.dumps(one.violation.model_dump(mode="json"), ensure_ascii=False)
        seq = connection.execute(
            "INSERT INTO violation (id, stay_id, message) VALUES (?, ?, ?)",
            (name, str(one.violation.stay_id), message),
        ).lastrowid
        connection.executemany(
            "INSERT INTO evidence (seq, position, sha256, role, bytes) VALUES (?, ?, ?, ?, ?)",
            [
                (seq, position, file.ref.sha256, file.ref.role.value, len(file.content))
                for position, file in enumerate(one.evidence)
            ],
        )

    def _make_room(self, wanted_bytes: int) -> None:
        with self._database.transaction() as connection:
            dropped = drop(connection, wanted_bytes)
        self.outbox.remove_unlisted(one.sha256 for one in dropped)
        self._say_dropped(dropped)

    def _say_dropped(self, dropped: Sequence[Dropped]) -> None:
        freed: dict[tuple[object, ...], int] = {}
        for one in dropped:  # a close-up is two files (original and rendered) and one loss
            key = (one.role, one.violation)
            freed[key] = freed.get(key, 0) + one.freed_bytes
        for one in dropped:
            size_bytes = freed.pop((one.role, one.violation), None)
            if size_bytes is not None:
                self._tell(notices.outbox_dropped(one.role, one.violation, size_bytes))

    def _say_over_budget(self) -> None:
        held = self.outbox.stats().held_bytes
        if held > self._budget_bytes and not self._over_budget:
            self._tell(notices.outbox_over_budget(held, self._budget_bytes))
        self._over_budget = held > self._budget_bytes

    def _tidy(self) -> None:
        """Make the folder and the database agree after whatever happened to the process before this one."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT DISTINCT sha256, bytes FROM evidence WHERE gone IS NULL").fetchall()
        for sha256, size_bytes in rows:
            if not self._folder.has(sha256, size_bytes):
                violations = self.outbox.mark_lost(sha256)
                self._tell(notices.evidence_lost(sha256, violations, "missing or cut off at start"))
        self._folder.remove_all_but({sha256 for sha256, _ in rows})


def _disk_is_full(error: OSError | sqlite3.OperationalError) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "full" in str(error)
