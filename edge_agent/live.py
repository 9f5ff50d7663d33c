"""Live cameras, looked at in deadline order by a few threads; fetching is done by a thread for each camera.

Decoding and detecting leave Python to other threads, so two looks at a time keep two cores busy.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from edge_agent.camera_work import CameraWork
from edge_agent.keeper import Keeper
from edge_agent.sampler import Sampler, SamplerStats, Wait
from edge_agent.source import Frame, LiveSource, stop_all
from edge_agent.stages import stage
from protocol.messages import CameraState

MOST_THREADS = 4
"""More looks at a time than this only wait for each other's Python."""

LOOK_THREAD = "looks"
"""Threads whose names begin so take looks."""

LONGEST_LOOK_S = 60.0
"""A look that takes longer hangs: in a decoder, in the detector, on the disk."""

_LONGEST_SLEEP_S = 0.1
_SUPERVISE_EVERY_S = 0.25
_LAST_LOOKS_S = 3.5

OpenSource = Callable[[CameraWork], LiveSource]


def open_live(work: CameraWork) -> LiveSource:
    """Give a camera's source, not started."""
    return LiveSource(work.camera.source.reveal(), look_every_s=work.look_every_s, observer=work.source_reported)


class LooksStoppedError(Exception):
    """A thread that takes looks has died, or hangs with `camera` (None: not with a camera's picture)."""

    def __init__(self, reason: str, *, camera: str | None = None, hangs_for_s: float | None = None) -> None:
        super().__init__(reason)
        self.camera = camera
        self.hangs_for_s = hangs_for_s


@dataclass(slots=True)
class _Looking:
    """One thread that takes looks: with which camera it is, since when it is busy (monotonic), what it died of."""

    camera: str | None = None
    busy_since_s: float | None = None
    died_of: BaseException | None = None


class LiveWatch:
    """All live cameras of a box. `run` once; `stats` may be asked for from any thread meanwhile."""

    def __init__(
        self,
        works: Sequence[CameraWork],
        keeper: Keeper,
        *,
        open_source: OpenSource = open_live,
        threads: int | None = None,
        longest_look_s: float = LONGEST_LOOK_S,
    ) -> None:
        self._works = {work.camera.id: work for work in works}
        self._keeper = keeper
        self._threads = threads or min(MOST_THREADS, _cores())
        self._sampler = Sampler()
        self._sampling = threading.Lock()
        self._looking = Turnstile()
        self._sources = {work.camera.id: open_source(work) for work in works}
        self._longest_look_s = longest_look_s
        self._end = threading.Event()
        self._threads_now: dict[threading.Thread, _Looking] = {}
        self._turns = 0

    def run(self, stop: threading.Event, step: Callable[[int], bool] = lambda _turns: False) -> bool:
        """Look until `stop` is set or `step` says so; return whether all looks were finished.

        `step` is called a few times a second with the number of turns that cameras have had so far (looks, and finding
        that a camera has nothing new). Raises LooksStoppedError as soon as one of the threads has died or hangs.
        """
        now = time.monotonic()
        for number, (name, work) in enumerate(self._works.items()):
            # Spread over the interval, so that not all cameras want their look at once.
            self._sampler.add(name, work.look_every_s, now + work.look_every_s * number / len(self._works))
            work.follows(self._sources[name].clip)
            self._sources[name].start()
        for number in range(self._threads):
            looking = _Looking()
            thread = threading.Thread(
                target=self._look_until_end, args=(looking,), name=f"{LOOK_THREAD} {number}", daemon=True
            )
            self._threads_now[thread] = looking
            thread.start()
        try:
            while not stop.wait(_SUPERVISE_EVERY_S):
                self._check_threads()
                if step(self._turns):
                    break
        finally:
            self._end.set()
            finished = self._wait_for_last_looks()
            stop_all(self._sources.values())
        return finished

    def _check_threads(self) -> None:
        """Raise LooksStoppedError when cameras are not looked at though the process lives."""
        now_s = time.monotonic()
        for looking in self._threads_now.values():
            if looking.died_of is not None:
                raise LooksStoppedError(repr(looking.died_of), camera=looking.camera) from looking.died_of
            since_s = looking.busy_since_s
            if since_s is not None and now_s - since_s > self._longest_look_s:
                lasts_s = now_s - since_s
                raise LooksStoppedError(
                    f"a look has lasted {lasts_s:.0f} s", camera=looking.camera, hangs_for_s=lasts_s
                )

    def _wait_for_last_looks(self) -> bool:
        deadline_s = time.monotonic() + _LAST_LOOKS_S
        for thread in self._threads_now:
            thread.join(max(0.0, deadline_s - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads_now)

    def stats(self) -> SamplerStats:
        """Sum up how the looks of all cameras kept up over the last minute."""
        with self._sampling:
            return self._sampler.stats(time.monotonic())

    def see(self, camera: str) -> tuple[CameraState, Frame | None]:
        """Say how a camera is, and decode its newest picture, for a person; from any thread, beside the looks."""
        return self._works[camera].health().state, self._sources[camera].newest()

    def _look_until_end(self, looking: _Looking) -> None:
        try:
            while not self._end.is_set():
                looking.busy_since_s = time.monotonic()
                self._checkpoint_if_due()
                with self._sampling:
                    turn = self._sampler.next(time.monotonic())
                if isinstance(turn, Wait):
                    looking.busy_since_s = None
                    self._end.wait(min(turn.wait_s, _LONGEST_SLEEP_S))
                else:
                    looking.camera = turn.camera
                    self._look(turn.camera, turn.lateness_s)
                    looking.camera = None
        except BaseException as error:
            looking.died_of = error  # `run` ends with it: this one's cameras must not be left to nobody

    def _look(self, camera: str, lateness_s: float) -> None:
        with stage("decode"):
            frame = self._sources[camera].take()
        if frame is not None:
            self._keep(self._works[camera], frame, lateness_s)
        with self._sampling:
            self._turns += 1
            if frame is None:
                self._sampler.absent(camera, time.monotonic())
            else:
                self._sampler.done(camera, time.monotonic(), self._works[camera].intervals_to_next)

    def _keep(self, work: CameraWork, frame: Frame, lateness_s: float) -> None:
        with self._looking.one_of_many(), stage("rest"):
            self._keeper.keep(work, work.look(frame, lateness_s))

    def _checkpoint_if_due(self) -> None:
        if self._keeper.is_due:
            with self._looking.alone(), stage("rest"):
                self._keeper.checkpoint_if_due()


class Turnstile:
    """Lets many through at a time, or one alone: a checkpoint must not see a camera in the middle of a look."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._many = 0
        self._alone = False

    @contextmanager
    def one_of_many(self) -> Iterator[None]:
        """Wait while somebody is alone inside."""
        with self._change:
            self._change.wait_for(lambda: not self._alone)
            self._many += 1
        try:
            yield
        finally:
            with self._change:
                self._many -= 1
                self._change.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else in, and wait until all have left."""
        with self._change:
            self._change.wait_for(lambda: not self._alone)
            self._alone = True
            self._change.wait_for(lambda: not self._many)
        try:
            yield
        finally:
            with self._change:
                self._alone = False
                self._change.notify_all()


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1
