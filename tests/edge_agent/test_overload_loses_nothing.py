"""Far too many cameras for a box: looks come later for all alike, and no stay is lost by it. In virtual time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from edge_agent.sampler import Sampler, Wait
from rules.event import Event, EventPhase
from rules.observation import Observation
from rules.watch import Watch
from tests.street import CAR, START_S, UTC, Street, zone

CAMERAS, EVERY_S = 256, 2.0
DWELL_S, STANDS_S, CLEAR_AFTER_S = 30.0, 60.0, 30.0
COMES_BY_S, WATCHED_S = 40.0, 180.0


def pictures(street: Street) -> list[Observation]:
    """Some looks at a street, each with its own noise, and with what stands or stood at the car's place."""
    return [street.observe(float(number), {"car": CAR}) for number in range(12)]


CLEAR = pictures(Street())
PARKED = pictures(Street().add("car", CAR))


@dataclass
class Camera:
    """One of the box's cameras: a car comes at `comes_s` and stands for STANDS_S where it may not.

    The detector does not find it in every third look; its place looks the same all the time.
    """

    comes_s: float
    watch: Watch
    looks: int
    told: list[Event] = field(default_factory=list)

    def look(self, now_s: float, chance: int) -> None:
        stands = self.comes_s <= now_s < self.comes_s + STANDS_S
        seen = (PARKED if stands else CLEAR)[chance]
        self.looks += 1
        if self.looks % 3 == 0:
            seen = replace(seen, detections=())
        places = dict.fromkeys(self.watch.places(), seen.places["car"])
        self.told += self.watch.observe(replace(seen, t_s=START_S + now_s, places=places))

    def times_s(self, phase: EventPhase) -> list[float]:
        return [event.at_s - START_S - self.comes_s for event in self.told if event.phase is phase]


@pytest.mark.parametrize("apart_s", [4.0, 7.0])
def test_every_parked_car_of_an_overloaded_box_is_reported_once_and_cleared_once(apart_s: float) -> None:
    chance, sampler, cameras = np.random.default_rng(1), Sampler(), dict[str, Camera]()
    kerb = zone(dwell_s=DWELL_S)
    for number in range(CAMERAS):
        name = f"camera-{number}"
        cameras[name] = Camera(chance.uniform(0, COMES_BY_S), Watch(name, [kerb], UTC), looks=number)
        sampler.add(name, EVERY_S, EVERY_S * number / CAMERAS)
    now_s, looks = 0.0, Counter[str]()
    seen_at_s, longest_s = dict[str, float](), 0.0
    while now_s < WATCHED_S:
        step = sampler.next(now_s)
        if isinstance(step, Wait):
            now_s += step.wait_s
            continue
        looks[step.camera] += 1
        longest_s = max(longest_s, now_s - seen_at_s.get(step.camera, now_s))
        seen_at_s[step.camera] = now_s
        cameras[step.camera].look(now_s, int(chance.integers(12)))
        now_s += apart_s / CAMERAS * chance.uniform(0.5, 1.5)
        sampler.done(step.camera, now_s)

    assert len(looks) == CAMERAS
    assert max(looks.values()) - min(looks.values()) <= 1
    assert min(looks.values()) == pytest.approx(WATCHED_S / apart_s, abs=2)
    assert longest_s <= 1.2 * apart_s
    for name, camera in cameras.items():
        confirmed, cleared = camera.times_s(EventPhase.CONFIRMED), camera.times_s(EventPhase.CLEARED)
        assert (len(confirmed), len(cleared)) == (1, 1), name
        assert not camera.times_s(EventPhase.DROPPED), name
        assert DWELL_S <= confirmed[0] <= DWELL_S + 3 * longest_s, name
        assert STANDS_S <= cleared[0] <= STANDS_S + CLEAR_AFTER_S + 2 * longest_s, name
