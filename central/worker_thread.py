"""A thread that does again and again what is due, whatever goes wrong in between."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

log = logging.getLogger(__name__)


class WorkerThread(ABC):
    """Calls `run_due` every `poll_s` seconds. Any number of workers may run on one database."""

    def __init__(self, name: str, poll_s: float = 1.0) -> None:
        self.name, self._poll_s = name, poll_s
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    @abstractmethod
    def run_due(self) -> int:
        """Do all that is due now; give how much it was."""

    def start(self) -> None:
        """Begin in a thread."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after what is at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        troubled = False
        while not self._stop.is_set():
            try:
                self.run_due()
                troubled = False
            except Exception:  # the database may be away: go on when it is back
                if not troubled:
                    log.exception("%s: the work that is due failed; tried again every %g s", self.name, self._poll_s)
                troubled = True
            self._stop.wait(self._poll_s)
