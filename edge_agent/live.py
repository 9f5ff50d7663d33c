"""Live cameras, looked at in deadline order by one thread; fetching is done by a thread for each."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from edge_agent.camera_work import CameraWork
from edge_agent.keeper import Keeper
from edge_agent.sampler import Sampler, Wait
from edge_agent.source import LiveSource, stop_all

_LONGEST_SLEEP_S = 0.5


def run_live(works: Sequence[CameraWork], keeper: Keeper, stop: threading.Event) -> None:
    """Look at all cameras until `stop` is set. One that fails is said, and the others go on."""
    sampler = Sampler()
    by_id = {work.camera.id: work for work in works}
    sources = {
        work.camera.id: LiveSource(work.camera.source, look_every_s=work.look_every_s, observer=work.source_reported)
        for work in works
    }
    for number, work in enumerate(works):
        # Spread over the interval, so that not all cameras want their look at once.
        sampler.add(work.camera.id, work.look_every_s, time.monotonic() + work.look_every_s * number / len(works))
        work.follows(sources[work.camera.id].clip)
        sources[work.camera.id].start()
    try:
        while not stop.is_set():
            turn = sampler.next(time.monotonic())
            if isinstance(turn, Wait):
                keeper.checkpoint_if_due()
                stop.wait(min(turn.wait_s, _LONGEST_SLEEP_S))
                continue
            frame = sources[turn.camera].take()
            if frame is None:
                sampler.absent(turn.camera, time.monotonic())
                continue
            work = by_id[turn.camera]
            keeper.keep(work, work.look(frame, turn.lateness_s))
            sampler.done(turn.camera, time.monotonic())
    finally:
        stop_all(sources.values())
