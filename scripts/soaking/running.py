"""The soak itself: cameras in turn, stream hour by stream hour, with what is measured after each."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rules.event import Event, EventPhase
from rules.observation import Observation
from rules.watch import Watch
from scripts.soaking.account import Account
from scripts.soaking.recorded import Recorded
from scripts.soaking.street import RECIPES, MadeUpCamera

UTC = ZoneInfo("UTC")
START_S = 1_767_571_200.0
"""Monday 5 January 2026, 00:00 UTC."""

_MIX = (0, 0, 1, 0, 1, 2, 0, 3)
"""Which recipe each made-up camera gets, in turn: most streets have cars."""

_TIMED_EVERY = 16
"""Asking for the time costs as much as some looks."""


@dataclass(slots=True)
class Sample:
    """What is measured after each part of the stream time. `rss_mb` is of the whole process."""

    hour: float
    rss_mb: float
    open_stays: int
    most_stays: int
    snapshot_kb: float
    cpu_us_per_look: float
    looks: int


@dataclass(slots=True)
class Camera:
    """One watched camera with its source of looks."""

    watch: Watch
    made_up: MadeUpCamera | None = None
    recorded: Recorded | None = None
    account: Account = field(default_factory=Account)
    passes: list[list[tuple[str, str, float]]] = field(default_factory=list)
    _queue: list[Observation] = field(default_factory=list)
    _pass_s: float = 0.0

    def look(self, t_s: float) -> Observation | None:
        """Give the look that is due at `t_s`, if any."""
        if self.made_up is not None:
            return self.made_up.look(t_s, self.watch.places())
        assert self.recorded is not None
        if not self._queue:
            self._pass_s = t_s
            self._queue = self.recorded.one_pass(t_s)[::-1]
            self.passes.append([])
        return self._queue.pop() if self._queue[-1].t_s <= t_s else None

    def hear(self, event: Event) -> None:
        """Take down what was said."""
        if self.made_up is not None:
            self.account.hear(self.made_up, event)
        elif event.phase in (EventPhase.CONFIRMED, EventPhase.CLEARED):
            self.passes[-1].append((event.phase.value, event.zone, round(event.at_s - self._pass_s, 1)))

    def round_trip(self) -> bool:
        """Switch the watch off and on again; say whether it remembers all."""
        kept = self.watch.snapshot()
        zones = self.made_up.zones if self.made_up else self.recorded.zones if self.recorded else ()
        fresh = Watch(self.watch.camera, zones, UTC)
        fresh.restore(kept)
        self.watch = fresh
        return fresh.snapshot() == kept


@dataclass(slots=True)
class Soak:
    """Everything that came out."""

    cameras: list[Camera]
    samples: list[Sample]
    hours: float
    look_every_s: float
    lost_memories: int
    cpu_s: float


def cameras_of(count: int, recordings: Sequence[Recorded]) -> list[Camera]:
    """Give `count` cameras, every fourth of them from a recording where there are any."""
    made: list[Camera] = []
    for number in range(count):
        if recordings and number % 4 == 3:
            recorded = recordings[number // 4 % len(recordings)]
            made.append(Camera(Watch(recorded.name, recorded.zones, UTC), recorded=recorded))
        else:
            recipe = RECIPES[_MIX[number % len(_MIX)]]
            street = MadeUpCamera(f"cam-{number:02d}", recipe, 100 + number, START_S)
            made.append(Camera(Watch(street.name, street.zones, UTC), made_up=street))
    return made


def soak(
    cameras: Sequence[Camera],
    hours: float,
    look_every_s: float,
    *,
    sample_every_s: float = 3600.0,
    restart_every_s: float = 5400.0,
    progress: Callable[[float, Sample], None] = lambda share, sample: None,
) -> Soak:
    """Run the cameras through `hours` of stream time."""
    samples: list[Sample] = []
    lost, looks, began_s = 0, 0, time.process_time()
    watched_s, most = 0.0, 0
    steps = int(hours * 3600 / look_every_s)
    sample_at, restart_at = (max(1, round(every / look_every_s)) for every in (sample_every_s, restart_every_s))
    for step in range(1, steps + 1):
        t_s = START_S + step * look_every_s
        for number, camera in enumerate(cameras):
            observation = camera.look(t_s)
            if observation is None:
                continue
            if looks % _TIMED_EVERY == 0:
                before_s = time.process_time()
                events = camera.watch.observe(observation)
                watched_s += time.process_time() - before_s
            else:
                events = camera.watch.observe(observation)
            looks += 1
            most = max(most, len(camera.watch.ledger.stays))
            for event in events:
                camera.hear(event)
            if (step + number * restart_at // len(cameras)) % restart_at == 0:
                lost += not camera.round_trip()
        if step % sample_at == 0 or step == steps:
            for camera in cameras:
                if camera.made_up is not None:
                    camera.account.settle(camera.made_up)
            samples.append(
                _sample(
                    cameras, step * look_every_s / 3600, most, 1e6 * watched_s * _TIMED_EVERY / max(1, looks), looks
                )
            )
            watched_s, looks, most = 0.0, 0, 0
            progress(step / steps, samples[-1])
    return Soak(list(cameras), samples, hours, look_every_s, lost, time.process_time() - began_s)


def _sample(cameras: Sequence[Camera], hour: float, most: int, cpu_us: float, looks: int) -> Sample:
    gc.collect()
    open_stays = sum(len(camera.watch.ledger.stays) for camera in cameras)
    kept = sum(len(camera.watch.snapshot()) for camera in cameras) / len(cameras) / 1000
    return Sample(hour, rss_mb(), open_stays, most, kept, cpu_us, looks)


def rss_mb() -> float:
    """Give the memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def summary(result: Soak) -> dict[str, Any]:
    """Give the figures as plain data."""
    made_up = [camera for camera in result.cameras if camera.made_up is not None]
    recorded = [camera for camera in result.cameras if camera.recorded is not None]
    right = sorted(pair for camera in made_up for pair in camera.account.right)
    false = [one for camera in made_up for one in camera.account.false]
    missed = [one for camera in made_up for one in camera.account.missed]
    days = len(made_up) * result.hours / 24
    whole = [camera.passes[:-1] for camera in recorded]
    half = START_S + result.hours * 1800
    return {
        "cameras": len(result.cameras),
        "made_up": len(made_up),
        "recorded": len(recorded),
        "hours": result.hours,
        "look_every_s": result.look_every_s,
        "looks": sum(sample.looks for sample in result.samples),
        "cpu_s": round(result.cpu_s, 1),
        "right": len(right),
        "false": len(false),
        "missed": len(missed),
        "false_per_camera_day": len(false) / days if days else None,
        "missed_per_camera_day": len(missed) / days if days else None,
        "median_delay_s": _median([delay for _, delay in right]),
        "median_delay_first_half_s": _median([delay for at_s, delay in right if at_s < half]),
        "median_delay_second_half_s": _median([delay for at_s, delay in right if at_s >= half]),
        "passes_of_recordings": sum(len(passes) for passes in whole),
        "passes_that_differ_from_the_first": sum(one != passes[0] for passes in whole if passes for one in passes),
        "lost_memories": result.lost_memories,
        "false_alarms": false[:50],
        "misses": missed[:50],
        "samples": [{name: getattr(sample, name) for name in Sample.__slots__} for sample in result.samples],
    }


def _median(values: Sequence[float]) -> float | None:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else None
