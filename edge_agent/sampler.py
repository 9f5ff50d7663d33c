"""Which camera is looked at next: the one whose look has been due longest.

Under overload every camera is looked at less often rather than some never: a look that comes too late is not made up
for, but moves the camera's rhythm, so the looks of all cameras stretch alike. No clock in here: time is passed in,
seconds on any clock that only goes forward.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

WINDOW_S = 60.0
"""Statistics are over this long."""

_ABSENT_AFTER = 0.1  # of the interval: when to ask again a camera that had no new picture
_CLOSEST = 0.9  # of the interval: looks follow each other no closer, so cameras that are due together spread out


@dataclass(frozen=True, slots=True)
class Look:
    """Look at `camera` now; it is `lateness_s` later than it was due."""

    camera: str
    lateness_s: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is due for `wait_s` seconds; infinite when there is no camera that is not being looked at."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class SamplerStats:
    """How well the looks keep up, over the last minute: of one camera, or of all.

    `looks_owed` is what the intervals ask for, `looks_skipped` what lateness cost of it, `looks_rested` what was not
    owed because cameras rested. `lateness_max_s` includes the looks that are waiting now.
    """

    looks_done: int
    looks_owed: int
    looks_skipped: int
    lateness_p50_s: float
    lateness_p95_s: float
    lateness_max_s: float
    looks_rested: int = 0


class _Done(NamedTuple):
    at_s: float
    lateness_s: float
    skipped: float  # looks that this one's lateness cost
    rested: int  # looks that are not owed after this one


@dataclass(slots=True)
class _Camera:
    every_s: float
    due_s: float
    is_out: bool = False  # handed out and not done yet
    started_s: float = 0.0
    looks: deque[_Done] = field(default_factory=deque)

    def forget_before(self, at_s: float) -> None:
        while self.looks and self.looks[0].at_s < at_s:
            self.looks.popleft()


class Sampler:
    """Deadline order over all cameras of a box. Not locked: whoever has several threads ask it guards it."""

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._cameras: dict[str, _Camera] = {}
        self._queue: list[tuple[float, int, str]] = []  # due, order of entry, camera; an entry may be outdated
        self._entries = 0

    def add(self, camera: str, every_s: float, now: float) -> None:
        """Look at a camera every `every_s` seconds from now on; its first look is due at once.

        A camera that is there already gets the new interval. Raises ValueError when `every_s` is not above 0.
        """
        if not every_s > 0:
            raise ValueError(f"{camera}: a look every {every_s} s is not possible; give more than 0 s")
        known = self._cameras.get(camera)
        if known is None:
            self._cameras[camera] = _Camera(every_s, now)
            self._enqueue(camera)
        else:
            known.every_s = every_s
            if not known.is_out and known.due_s > now + every_s:
                known.due_s = now + every_s
                self._enqueue(camera)

    def remove(self, camera: str) -> None:
        """Look at a camera no more; one that is not there is ignored."""
        self._cameras.pop(camera, None)

    def next(self, now: float) -> Look | Wait:
        """Hand out the camera that is due longest, or say how long to wait. `done` or `absent` must follow a look."""
        while self._queue:
            due_s, _order, name = self._queue[0]
            camera = self._cameras.get(name)
            if camera is None or camera.is_out or camera.due_s != due_s:
                heapq.heappop(self._queue)
                continue
            if due_s > now:
                return Wait(due_s - now)
            heapq.heappop(self._queue)
            camera.is_out = True
            camera.started_s = now
            return Look(name, now - due_s)
        return Wait(float("inf"))

    def done(self, camera: str, now: float, intervals: int = 1) -> None:
        """Say that a look is over. The next keeps to the camera's rhythm, or moves it when this one was very late.

        It is due after so many `intervals`; more than one is rest, and no look is skipped by it.
        """
        state = self._returned(camera)
        if state is None:
            return
        pause_s = intervals * state.every_s
        in_rhythm_s = state.due_s + pause_s
        next_s = max(in_rhythm_s, state.started_s + _CLOSEST * pause_s)
        skipped = (next_s - in_rhythm_s) / pause_s
        state.looks.append(_Done(now, state.started_s - state.due_s, skipped, intervals - 1))
        state.forget_before(now - self._window_s)
        state.due_s = next_s
        self._enqueue(camera)

    def absent(self, camera: str, now: float) -> None:
        """Say that there was no new picture to look at: ask again soon, and take the rhythm from when one comes."""
        state = self._returned(camera)
        if state is None:
            return
        state.due_s = now + _ABSENT_AFTER * state.every_s
        self._enqueue(camera)

    def stats(self, now: float, camera: str | None = None) -> SamplerStats:
        """Sum up the last minute of one camera or of all. Raises KeyError for a camera that is not there."""
        chosen = list(self._cameras.values()) if camera is None else [self._cameras[camera]]
        for one in chosen:
            one.forget_before(now - self._window_s)
        looks = [look for one in chosen for look in one.looks]
        late = sorted(look.lateness_s for look in looks)
        waiting_s = max((now - one.due_s for one in chosen if not one.is_out), default=0.0)
        skipped = round(sum(look.skipped for look in looks))
        return SamplerStats(
            looks_done=len(looks),
            looks_owed=len(looks) + skipped,
            looks_skipped=skipped,
            lateness_p50_s=_quantile(late, 0.5),
            lateness_p95_s=_quantile(late, 0.95),
            lateness_max_s=max(late[-1] if late else 0.0, waiting_s, 0.0),
            looks_rested=sum(look.rested for look in looks),
        )

    def _returned(self, name: str) -> _Camera | None:
        state = self._cameras.get(name)
        if state is None or not state.is_out:
            return None
        state.is_out = False
        return state

    def _enqueue(self, name: str) -> None:
        self._entries += 1
        heapq.heappush(self._queue, (self._cameras[name].due_s, self._entries, name))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Nearest-rank quantile of sorted values; 0 when there are none."""
    if not ordered:
        return 0.0
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
