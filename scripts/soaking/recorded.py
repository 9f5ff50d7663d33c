"""A recording played again and again, as a camera in front of which the same minutes repeat all day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_agent.recording.recorder import read_recording
from rules.observation import Observation
from rules.zone import Zone

EMPTY_S = 150.0
"""How long the street is shown empty after each pass, so that what stood there is cleared."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording in memory; `pass_s` is how long one pass takes, with the empty street after it."""

    name: str
    zones: tuple[Zone, ...]
    observations: tuple[Observation, ...]
    empty_every_s: float

    @property
    def pass_s(self) -> float:
        """Seconds of one pass."""
        return self.observations[-1].t_s - self.observations[0].t_s + EMPTY_S

    def one_pass(self, start_s: float) -> list[Observation]:
        """Give the looks of one pass that begins at `start_s`."""
        shift_s = start_s - self.observations[0].t_s
        looks = [
            replace(look, t_s=look.t_s + shift_s, places={_moved(i, shift_s): p for i, p in look.places.items()})
            for look in self.observations
        ]
        last = looks[-1]
        count = int((EMPTY_S - 1) / self.empty_every_s)
        times = [last.t_s + (number + 1) * self.empty_every_s for number in range(count)]
        return looks + [Observation(last.camera, t_s, aspect=last.aspect) for t_s in times]


def _moved(stay: str, shift_s: float) -> str:
    """Give the id that a stay gets when all happens `shift_s` later: ids begin with the time in milliseconds."""
    at_ms, _, number = stay.partition("-")
    return f"{round(int(at_ms) + 1000 * shift_s)}-{number}"


def read_all(paths: Sequence[Path]) -> list[Recorded]:
    """Read recordings into memory. Raises RecordingError for one that cannot be read."""
    found = []
    for path in paths:
        head, observations = read_recording(path)
        looks = tuple(observations)
        if len(looks) > 1:
            found.append(Recorded(head.camera, head.zones, looks, 2.0))
    return found
