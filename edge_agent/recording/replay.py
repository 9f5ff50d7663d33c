"""Recorded observations through the rules again: the same events as on the day, or what other zones would have said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from edge_agent.config.box import BoxConfig
from edge_agent.recording.recorder import RecordingError, read_recording
from edge_agent.timeline.history import History
from rules.event import Event
from rules.observation import Observation
from rules.watch import Watch
from rules.zone import Zone


class Replay:
    """One recording, opened. `history` holds what was replayed so far, look by look.

    With a configuration it is judged under that one's zones for the camera instead of the recorded ones.
    Raises RecordingError when the file cannot be read, or when the configuration does not know the camera.
    """

    def __init__(self, path: Path, config: BoxConfig | None = None) -> None:
        self.recording, self._observations = read_recording(path)
        zones = self.recording.zones if config is None else _zones(config, self.recording.camera, path)
        self._watch: Watch = self.recording.watch(zones)
        self.history = History(self._watch, zones)

    def events(self) -> Iterator[Event]:
        """Give the events, look by look. Raises RecordingError where the file is broken."""
        for observation in self._observations:
            yield from self._look(observation)

    def _look(self, observation: Observation) -> list[Event]:
        events = self._watch.observe(observation)
        self.history.note(observation, events)
        return events


def replay(path: Path, config: BoxConfig | None = None) -> Iterator[Event]:
    """Give the events of one recording (see Replay)."""
    return Replay(path, config).events()


def _zones(config: BoxConfig, camera_id: str, path: Path) -> tuple[Zone, ...]:
    camera = next((one for one in config.cameras if one.id == camera_id), None)
    if camera is None:
        known = ", ".join(one.id for one in config.cameras)
        raise RecordingError(f"{path} is of camera {camera_id!r}, the configuration knows only: {known}")
    return camera.zones
