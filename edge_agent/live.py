"""Live cameras, looked at in deadline order by a few threads; fetching is done by a thread for each camera.

Decoding and detecting leave Python to other threads, so two looks at a time keep two cores busy.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from edge_agent.camera_work import CameraWork
from edge_agent.keeper import Keeper
from edge_agent.sampler import Sampler, SamplerStats, Wait
from edge_agent.source import Frame, LiveSource, stop_all
from edge_agent.stages import stage
from protocol.messages import CameraState

MOST_THREADS = 4
"""More looks at a time than this only wait for each other's Python."""

_LONGEST_SLEEP_S = 0.1

OpenSource = Callable[[CameraWork], LiveSource]


def open_live(work: CameraWork) -> LiveSource:
    """Give a camera's source, not started."""
    return LiveSource(work.camera.source, look_every_s=work.look_every_s, observer=work.source_reported)


class LiveWatch:
    """All live cameras of a box. `run` once; `stats` may be asked for from any thread meanwhile."""

    def __init__(
        self,
        works: Sequence[CameraWork],
        keeper: Keeper,
        *,
        open_source: OpenSource = open_live,
        threads: int | None = None,
    ) -> None:
        self._works = {work.camera.id: work for work in works}
        self._keeper = keeper
        self._threads = threads or min(MOST_THREADS, _cores())
        self._sampler = Sampler()
        self._sampling = threading.Lock()
        self._looking = Turnstile()
        self._sources = {work.camera.id: open_source(work) for work in works}

    def run(self, stop: threading.Event) -> None:
        """Look until `stop` is set."""
        now = time.monotonic()
        for number, (name, work) in enumerate(self._works.items()):
            # Spread over the interval, so that not all cameras want their look at once.
            self._sampler.add(name, work.look_every_s, now + work.look_every_s * number / len(self._works))
            work.follows(self._sources[name].clip)
            self._sources[name].start()
        failed = threading.Event()
        try:
            with ThreadPoolExecutor(self._threads, thread_name_prefix="looks") as pool:
                running = [pool.submit(self._look_until, stop, failed) for _ in range(self._threads)]
            for one in running:
                one.result()
        finally:
            stop_all(self._sources.values())

    def stats(self) -> SamplerStats:
        """Sum up how the looks of all cameras kept up over the last minute."""
        with self._sampling:
            return self._sampler.stats(time.monotonic())

    def see(self, camera: str) -> tuple[CameraState, Frame | None]:
        """Say how a camera is, and decode its newest picture, for a person; from any thread, beside the looks."""
        return self._works[camera].health().state, self._sources[camera].newest()

    def _look_until(self, stop: threading.Event, failed: threading.Event) -> None:
        try:
            while not (stop.is_set() or failed.is_set()):
                self._checkpoint_if_due()
                with self._sampling:
                    turn = self._sampler.next(time.monotonic())
                if isinstance(turn, Wait):
                    stop.wait(min(turn.wait_s, _LONGEST_SLEEP_S))
                else:
                    self._look(turn.camera, turn.lateness_s)
        except BaseException:
            failed.set()  # the other threads must not go on without this one's cameras
            raise

    def _look(self, camera: str, lateness_s: float) -> None:
        with stage("decode"):
            frame = self._sources[camera].take()
        if frame is not None:
            self._keep(self._works[camera], frame, lateness_s)
        with self._sampling:
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
