"""Recorded observations through the rules again: the same events as on the day, or what other zones would have said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from edge_agent.config import BoxConfig
from edge_agent.recorder import RecordingError, read_recording
from rules.event import Event


def replay(path: Path, config: BoxConfig | None = None) -> Iterator[Event]:
    """Give the events of one recording; with `config`, under its zones for that camera instead of the recorded ones.

    Raises RecordingError when the file cannot be read, or when the configuration does not know the camera.
    """
    recording, observations = read_recording(path)
    zones = None
    if config is not None:
        camera = next((one for one in config.cameras if one.id == recording.camera), None)
        if camera is None:
            known = ", ".join(one.id for one in config.cameras)
            raise RecordingError(f"{path} is of camera {recording.camera!r}, the configuration knows only: {known}")
        zones = camera.zones
    watch = recording.watch(zones)
    for observation in observations:
        yield from watch.observe(observation)
