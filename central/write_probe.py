"""Proving again and again that the centre can write: to the database, and to the evidence store.

Reading proves too little: a full disk, a locked database and a bucket without the right to write all read well.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Callable

from central import counters
from central.blobs import BlobStore
from central.database import Sessions
from central.worker_thread import WorkerThread

log = logging.getLogger(__name__)

_LATE_S = 8.0
"""A write that takes longer is no good; ingest would stand still as long."""

_HANGS_S = 60.0
_PROBE_BYTES = 64 * 1024
_DATABASE_EVERY_S, _STORE_EVERY_S = 5.0, 10.0


class WriteProbe(WorkerThread):
    """Calls `write` every `every_s` seconds in a thread of its own; what came of it can be asked at once, always."""

    def __init__(self, name: str, write: Callable[[], None], every_s: float) -> None:
        super().__init__(f"write probe: {name}", every_s)
        self._what, self._write = name, write
        self._failed = False
        self._began_s: float | None = None

    @property
    def works(self) -> bool:
        """Whether the last write went well, and none is late. True before the first one."""
        return not self._failed and self._busy_for_s() < _LATE_S

    @property
    def hangs(self) -> bool:
        """Whether a write does not come back at all."""
        return self._busy_for_s() >= _HANGS_S

    def run_due(self) -> int:
        """Write once."""
        self._began_s = time.monotonic()
        try:
            self._write()
        except Exception as error:
            if not self._failed:
                log.warning("%s cannot be written: %s", self._what, error)
            self._failed = True
        else:
            if self._failed:
                log.warning("%s can be written again", self._what)
            self._failed = False
        finally:
            self._began_s = None
        return 1

    def _busy_for_s(self) -> float:
        began_s = self._began_s
        return 0.0 if began_s is None else time.monotonic() - began_s


def database_probe(sessions: Sessions) -> WriteProbe:
    """Probe the database: a commit of one row."""

    def write() -> None:
        with sessions.write() as session:
            counters.advance(session, counters.WRITE_PROBES)

    return WriteProbe("the database", write, _DATABASE_EVERY_S)


def evidence_probe(blobs: BlobStore) -> WriteProbe:
    """Probe the evidence store: 64 KiB, made durable and removed."""
    key = f"probe/{os.getpid()}-{secrets.token_hex(4)}"

    def write() -> None:
        try:
            blobs.put(key, bytes(_PROBE_BYTES))
        finally:
            blobs.delete([key])

    return WriteProbe("the evidence store", write, _STORE_EVERY_S)
