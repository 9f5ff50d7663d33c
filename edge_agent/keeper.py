"""What must be on disk, and when: a violation at once with the state that knows it; the rest every few seconds."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Sequence

from edge_agent.camera_work import CameraWork
from edge_agent.database import StoreError
from edge_agent.outgoing import Outgoing
from edge_agent.store import BoxStore

CHECKPOINT_EVERY_S = 10.0
"""A power cut costs at most so much of what was seen; clocks go on from when a thing was first seen all the same."""

_log = logging.getLogger(__name__)


class Keeper:
    """Commits violations and states of all cameras. What the disk refuses is kept here and tried again."""

    def __init__(self, store: BoxStore, works: Sequence[CameraWork]) -> None:
        self._store = store
        self._works = works
        self._unsaved: list[Outgoing] = []
        self._saved_at_s = time.monotonic()

    def keep(self, work: CameraWork, outgoing: Sequence[Outgoing]) -> None:
        """Commit what one look gave; without anything to report, only when a checkpoint is due."""
        self._unsaved += outgoing
        if outgoing:
            self._commit({work.camera.id: work.snapshot()})
        else:
            self.checkpoint_if_due()

    def checkpoint_if_due(self) -> None:
        """Keep what all cameras remember, every CHECKPOINT_EVERY_S."""
        if time.monotonic() - self._saved_at_s >= CHECKPOINT_EVERY_S:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Keep what all cameras remember, now."""
        self._saved_at_s = time.monotonic()
        for work in self._works:
            work.flush()
        self._commit({work.camera.id: work.snapshot() for work in self._works})

    def _commit(self, states: dict[str, str]) -> None:
        try:
            self._store.commit(self._unsaved, states)
            self._unsaved = []
        except (StoreError, OSError, sqlite3.Error) as error:
            _log.error("could not be written to disk, trying again soon (%d waiting): %s", len(self._unsaved), error)
