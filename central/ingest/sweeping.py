"""Parts of evidence files that never became whole are removed after a day; a box then sends the file anew."""

from __future__ import annotations

import logging
from datetime import timedelta

from central.evidence_store import EvidenceStore
from central.worker_thread import WorkerThread

log = logging.getLogger(__name__)

KEPT = timedelta(days=1)
_POLL_S = 600.0


class PartSweeper(WorkerThread):
    """The thread that removes them. Any number of workers may do so at once."""

    def __init__(self, store: EvidenceStore) -> None:
        super().__init__("parts", _POLL_S)
        self._store = store

    def run_due(self) -> int:
        """Remove what is old; give how many parts."""
        removed = self._store.sweep_parts(KEPT)
        if removed:
            log.info("removed %d parts of evidence files that never became whole", removed)
        return removed
