"""What must be on disk, and when.

A violation at once, with the state that knows it. The beginning of a stay at once too, for its clock runs from then.
The rest every few seconds.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence

from edge_agent.camera_work import CameraWork
from edge_agent.outbox.database import StoreError
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.store import BoxStore
from edge_agent.words import camera_notices
from protocol.messages import HealthEvent

CHECKPOINT_EVERY_S = 10.0
"""A power cut costs at most so much of what was counted; a stay's clock goes on from when it was first seen."""

_log = logging.getLogger(__name__)


class Keeper:
    """Commits violations and states of all cameras. What the disk refuses is kept here and tried again.

    `keep` may be called from several threads, each for the camera that it looks at.
    """

    def __init__(self, store: BoxStore, works: Sequence[CameraWork], tell: Callable[[HealthEvent], None]) -> None:
        self._store = store
        self._works = works
        self._tell = tell
        self._lock = threading.Lock()
        self._refused = False
        self._unsaved: list[Outgoing] = []
        self._saved_at_s = time.monotonic()

    def keep(self, work: CameraWork, outgoing: Sequence[Outgoing]) -> None:
        """Commit what one look gave: at once when something began, is certain or is over; else a checkpoint will."""
        with self._lock:
            self._unsaved += outgoing
            if outgoing or work.has_news:
                self._save([work])

    @property
    def unsaved(self) -> int:
        """How many violations the disk has refused so far; they are in memory only."""
        return len(self._unsaved)

    @property
    def is_due(self) -> bool:
        """Whether the next checkpoint is due."""
        return time.monotonic() - self._saved_at_s >= CHECKPOINT_EVERY_S

    def checkpoint_if_due(self) -> None:
        """Keep what all cameras remember, every CHECKPOINT_EVERY_S."""
        if self.is_due:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Keep what all cameras remember, now. No camera may be in the middle of a look."""
        with self._lock:
            self._saved_at_s = time.monotonic()
            self._save(self._works)

    def _save(self, works: Sequence[CameraWork]) -> None:
        for work in works:
            work.flush()
        states = {work.camera.id: snapshot for work in works if (snapshot := work.snapshot()) is not None}
        try:
            self._store.commit(self._unsaved, states)
            self._unsaved = []
            self._refused = False
        except (StoreError, OSError, sqlite3.Error) as error:
            _log.error("could not be written to disk, trying again soon (%d waiting): %s", len(self._unsaved), error)
            if not self._refused:
                self._refused = True
                self._tell(camera_notices.not_saved(len(self._unsaved), str(error)))
