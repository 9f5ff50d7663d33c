"""The box's one SQLite file: opening it safely, its tables, and transactions.

WAL with synchronous=FULL: what is committed survives a power cut. One connection behind one lock serves all
threads, since the box commits seldom and each commit is short.
"""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

DATABASE_FILE = "box.db"
SET_ASIDE_FOLDER = "set-aside"
_VERSION = 1

# `gone` says why a file is no longer here ('dropped', 'lost'); NULL while it is.
_SCHEMA = """
CREATE TABLE violation (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    stay_id TEXT NOT NULL,
    message TEXT NOT NULL,
    refused TEXT
);
CREATE INDEX violation_by_stay ON violation (stay_id, seq);
CREATE TABLE evidence (
    seq INTEGER NOT NULL REFERENCES violation (seq) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    role TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    gone TEXT,
    PRIMARY KEY (seq, position)
) WITHOUT ROWID;
CREATE INDEX evidence_by_content ON evidence (sha256);
CREATE INDEX evidence_held ON evidence (gone, sha256, bytes);
CREATE TABLE state (camera TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
"""

# When to try again is kept in memory: monotonic time means nothing after a restart, and wall time jumps.
# A violation is held back while an earlier one of its stay waits, so that no "cleared" overtakes its "confirmed".
_SESSION = """
CREATE TEMP TABLE schedule (seq INTEGER PRIMARY KEY, attempts INTEGER NOT NULL, next_s REAL NOT NULL);
CREATE TEMP VIEW sendable AS
    SELECT v.seq, v.id, v.message, COALESCE(s.attempts, 0) AS attempts, COALESCE(s.next_s, 0.0) AS next_s
    FROM main.violation v LEFT JOIN temp.schedule s ON s.seq = v.seq
    WHERE v.refused IS NULL AND NOT EXISTS (
        SELECT 1 FROM main.violation earlier
        WHERE earlier.stay_id = v.stay_id AND earlier.seq < v.seq AND earlier.refused IS NULL);
"""


class StoreError(RuntimeError):
    """The box's store cannot be used. The text says what to do, in Chinese and English."""


class Database:
    """The open database of a data folder; only one process at a time may have it.

    `set_aside` is why an earlier database was moved away as damaged, empty when it was not. Raises StoreError.
    """

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._lock_file = _lock(data_dir)
        self._lock = threading.RLock()
        self.set_aside = ""
        try:
            self._connection = self._open_or_set_aside(data_dir)
        except BaseException:
            self._lock_file.close()
            raise

    def _open_or_set_aside(self, data_dir: Path) -> sqlite3.Connection:
        path = data_dir / DATABASE_FILE
        try:
            return _open(path)
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"无法打开设备数据库 {path}（{error}）：请检查数据目录的权限和剩余空间。\n"
                f"The box's database {path} cannot be opened ({error}): check the data folder's owner, mode and space."
            ) from error
        except sqlite3.DatabaseError as error:
            self.set_aside = str(error)
            _set_aside(data_dir)
            return _open(path)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is committed together, or not at all; other threads wait."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite has rolled back by itself when the disk is full
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read, or write to the session's own tables, without a transaction."""
        with self._lock:
            yield self._connection

    def close(self) -> None:
        """Close the file and let another process have it."""
        with self._lock:
            self._connection.close()
            self._lock_file.close()


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > _VERSION:
            raise StoreError(
                f"设备数据库 {path} 由更新版本的软件创建（版本 {version}）：请升级 kerbwatch-edge。\n"
                f"The box's database {path} was made by newer software (version {version}): update kerbwatch-edge."
            )
        if version == 0:
            connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version={_VERSION}; COMMIT;")
        verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        connection.executescript(_SESSION)
    except BaseException:
        connection.close()
        raise
    return connection


def _lock(data_dir: Path) -> IO[bytes]:
    """Take the data folder for this process; the lock goes when the process does."""
    file = (data_dir / "lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise StoreError(
            f"数据目录 {data_dir} 正被另一个 kerbwatch-edge 使用：请先停止它，或用 --data 指定其他目录。\n"
            f"Another kerbwatch-edge uses the data folder {data_dir}: stop it first, or name another one with --data."
        ) from error
    return file


def _set_aside(data_dir: Path) -> None:
    """Move a damaged database and its evidence where a person finds them. Only the latest is kept."""
    aside = data_dir / SET_ASIDE_FOLDER
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for path in [*data_dir.glob(f"{DATABASE_FILE}*"), data_dir / "evidence"]:
        if path.exists():
            path.rename(aside / path.name)
