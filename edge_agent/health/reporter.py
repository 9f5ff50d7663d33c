"""How the box is: every so often one message with its cameras, its outbox and what a person should know.

Events are kept until a message with them was handed to a connected uplink; one message carries as many as the centre
looks at. Only the newest MOST_EVENTS are kept while offline; how many older ones went is said in their place.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from edge_agent import SOFTWARE
from edge_agent.outbox.outgoing import OutboxStats
from edge_agent.words import notices
from protocol.bounds import SENT_EVENTS
from protocol.messages import CameraHealth, Health, HealthEvent
from protocol.redaction import redact, redact_all

MOST_EVENTS = 200
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

_log = logging.getLogger(__name__)


class HealthReporter:
    """Collects from any thread, reports from its own.

    `tell` takes events. `cameras` is asked for the state of all cameras when a message is built; it may be set
    after the reporter was made, since cameras start later; so may `judge`, which is asked before every message whether
    there is something to tell. `provider` and `model` name the detector once it runs.
    """

    def __init__(self, device: str, data_dir: Path, every_s: float) -> None:
        self._device = device
        self._data_dir = data_dir
        self._every_s = every_s
        self._started_s = time.monotonic()
        self._lock = threading.Lock()
        self._one_report = threading.Lock()
        self._events: deque[HealthEvent] = deque()
        self._overflow = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._publish: Callable[[Health], bool] = lambda _: False
        self.cameras: Callable[[], Iterable[CameraHealth]] = lambda: ()
        self.outbox: Callable[[], OutboxStats] = lambda: OutboxStats(0, 0, 0)
        self.judge: Callable[[], HealthEvent | None] = lambda: None
        self.provider = ""
        self.model = ""

    def tell(self, event: HealthEvent) -> None:
        """Note something that a person should know; it is logged at once and goes with the next message."""
        event = event.model_copy(
            update={
                "text_zh": redact(event.text_zh),
                "text_en": redact(event.text_en),
                "detail": redact_all(event.detail),
            }
        )
        where = f"[{event.camera}] " if event.camera else ""
        _log.log(_LEVELS[event.severity], "%s%s: %s %s", where, event.code, event.text_zh, event.text_en)
        with self._lock:
            self._events.append(event)
            if len(self._events) > MOST_EVENTS:
                self._events.popleft()
                self._overflow += 1

    def pending(self) -> list[HealthEvent]:
        """Return the events that no message has taken along yet."""
        with self._lock:
            return list(self._events)

    def take_over(self, events: Iterable[HealthEvent]) -> None:
        """Report events that another reporter of this process has logged already."""
        with self._lock:
            self._events.extend(events)

    def start(self, publish: Callable[[Health], bool]) -> None:
        """Report every `every_s` through `publish`, which says whether the message was taken on."""
        self._publish = publish
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Report a last time and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self.report()

    def report(self) -> bool:
        """Build a message and publish it, and more where there are more events than one carries.

        False when one was not taken on (its events are kept).
        """
        with self._one_report:
            while True:
                with self._lock:
                    events, overflow = list(islice(self._events, SENT_EVENTS - 1)), self._overflow
                if not self._publish(self._build(events, overflow)):
                    return False
                with self._lock:
                    self._forget(events, overflow)
                    if len(events) < SENT_EVENTS - 1:
                        return True

    def _forget(self, events: list[HealthEvent], overflow: int) -> None:
        for event in events:
            if self._events and self._events[0] is event:
                self._events.popleft()
            else:  # newer ones pushed it out meanwhile; it was reported all the same
                self._overflow -= 1
        self._overflow -= overflow

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                if news := self.judge():
                    self.tell(news)
                self.report()
            except Exception:  # a report that fails must not be the last one
                _log.exception("the health report failed")

    def _build(self, events: list[HealthEvent], overflow: int) -> Health:
        outbox = self.outbox()
        return Health(
            device=self._device,
            at=datetime.now(UTC),
            uptime_s=round(time.monotonic() - self._started_s, 1),
            software=SOFTWARE,
            provider=self.provider,
            model=self.model,
            outbox_waiting=outbox.waiting,
            outbox_refused=outbox.refused,
            outbox_bytes=outbox.held_bytes,
            rss_mb=round(rss_mb(), 1),
            disk_free_mb=round(shutil.disk_usage(self._data_dir).free / 1e6, 1),
            cameras=tuple(one.model_copy(update={"detail": redact(one.detail)}) for one in self.cameras()),
            events=(notices.events_dropped(overflow), *events) if overflow else tuple(events),
        )


def rss_mb() -> float:
    """Give the resident memory of this process in MB (10**6 bytes)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, IndexError, ValueError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # not Linux: the peak is the best there is
        return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
