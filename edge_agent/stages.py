"""Where the CPU time of the looks goes, stage by stage; off unless somebody measures.

    with stage("detect"):
        ...

A stage inside another counts for itself only. Each thread counts its own time; `measured` sums them up.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class _Clock(threading.local):
    def __init__(self) -> None:
        self.spent_s: dict[str, float] = defaultdict(float)
        self.inner_s: list[float] = []  # of every open stage: what stages inside it took
        with _lock:
            _all.append(self.spent_s)


_lock = threading.Lock()
_all: list[dict[str, float]] = []
_enabled = False
_clock = _Clock()


def measure() -> None:
    """Begin to count, from nothing."""
    global _enabled  # noqa: PLW0603  # one switch for the process, read at every stage
    with _lock:
        for spent_s in _all:
            spent_s.clear()
    _enabled = True


def measured() -> dict[str, float]:
    """Give the CPU seconds of every stage since `measure`, over all threads."""
    total: dict[str, float] = defaultdict(float)
    with _lock:
        for spent_s in _all:
            for name, seconds in list(spent_s.items()):
                total[name] += seconds
    return dict(total)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Count the CPU time of this thread, while the block runs, for the stage `name`."""
    if not _enabled:
        yield
        return
    clock = _clock
    clock.inner_s.append(0.0)
    began_s = time.thread_time()
    try:
        yield
    finally:
        whole_s = time.thread_time() - began_s
        clock.spent_s[name] += whole_s - clock.inner_s.pop()
        if clock.inner_s:
            clock.inner_s[-1] += whole_s
