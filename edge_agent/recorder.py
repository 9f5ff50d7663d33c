"""Observations kept on disk, so that a complaint from the field can be replayed on a desk.

    data_dir/observations/{camera}/20261123-1400.jsonl      being written
    data_dir/observations/{camera}/20261123-1300.jsonl.gz   finished

Each file stands by itself: its first line holds the zones and what the watch remembered when the file began, the
others are observations (rules.observation). The oldest files go when the camera's budget is reached.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from rules.observation import Observation
from rules.watch import Watch
from rules.zone import Zone

FORMAT = "kerbwatch-observations/1"


class RecordingError(ValueError):
    """A recording cannot be read; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What the first line of a file says: the camera, its zones and what its watch remembered."""

    camera: str
    time_zone: ZoneInfo
    zones: tuple[Zone, ...]
    snapshot: str

    def watch(self, zones: tuple[Zone, ...] | None = None) -> Watch:
        """Give a watch that goes on where the recording began, with other zones if wished."""
        watch = Watch(self.camera, self.zones if zones is None else zones, self.time_zone)
        watch.restore(self.snapshot)
        return watch

    def to_json(self) -> str:
        """Write the first line."""
        return json.dumps(
            {
                "format": FORMAT,
                "camera": self.camera,
                "time_zone": self.time_zone.key,
                "zones": [zone.model_dump(mode="json") for zone in self.zones],
                "snapshot": json.loads(self.snapshot),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )


class Recorder:
    """Writes one camera's observations, a file an hour, at most `budget_bytes` in all."""

    def __init__(self, folder: Path, budget_bytes: int) -> None:
        self._folder = folder
        self._budget_bytes = budget_bytes
        self._hour = ""
        self._file: TextIO | None = None

    def write(self, observation: Observation, before: Recording) -> None:
        """Append an observation; `before` is what held just before it, for the head of a new file."""
        hour = datetime.fromtimestamp(observation.t_s, UTC).strftime("%Y%m%d-%H00")
        if self._file is None or hour != self._hour:
            self._start(hour, before)
        assert self._file is not None
        self._file.write(observation.to_json() + "\n")

    def flush(self) -> None:
        """Hand what was written to the operating system."""
        if self._file:
            self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        if self._file:
            self._file.close()
            self._file = None

    def wants_head(self, at_s: float) -> bool:
        """Say whether the next observation begins a new file, so that the caller need not make a head for nothing."""
        return self._file is None or datetime.fromtimestamp(at_s, UTC).strftime("%Y%m%d-%H00") != self._hour

    def _start(self, hour: str, before: Recording) -> None:
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in self._folder.glob("*.jsonl"):
            _compress(old)
        path = self._folder / f"{hour}.jsonl"
        number = 1
        while path.exists() or path.with_suffix(".jsonl.gz").exists():  # a restart within the hour
            path = self._folder / f"{hour}-{number}.jsonl"
            number += 1
        self._hour = hour
        self._file = path.open("w", encoding="utf-8")
        self._file.write(before.to_json() + "\n")
        self._prune()

    def _prune(self) -> None:
        files = sorted(self._folder.glob("*.jsonl.gz"), key=lambda path: path.stat().st_mtime)
        total = sum(path.stat().st_size for path in files)
        for path in files:
            if total <= self._budget_bytes:
                return
            total -= path.stat().st_size
            path.unlink()


def _compress(path: Path) -> None:
    packed = path.with_suffix(".jsonl.gz.part")
    with path.open("rb") as plain, gzip.open(packed, "wb", compresslevel=6) as target:
        shutil.copyfileobj(plain, target)
    packed.rename(path.with_suffix(".jsonl.gz"))
    path.unlink()


def read_recording(path: Path) -> tuple[Recording, Iterator[Observation]]:
    """Open a recording, plain or gzipped. Raises RecordingError that names file and line, also while iterating.

    A last line that was cut off by a power cut is left out.
    """
    lines = _lines(path)
    try:
        head = json.loads(next(lines, "null"))
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise ValueError(f"the first line does not say {FORMAT}")
        recording = Recording(
            camera=head["camera"],
            time_zone=ZoneInfo(head["time_zone"]),
            zones=tuple(Zone.model_validate(zone) for zone in head["zones"]),
            snapshot=json.dumps(head["snapshot"]),
        )
    except (KeyError, ValueError) as error:
        raise RecordingError(f"{path}:1: not a recording of observations: {error}") from error
    return recording, _observations(path, lines)


def _lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            yield from file
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: cannot be read: {error}") from error


def _observations(path: Path, lines: Iterator[str]) -> Iterator[Observation]:
    for number, line in enumerate(lines, 2):
        try:
            yield Observation.from_json(line)
        except ValueError as error:
            if not line.endswith("\n"):
                return
            raise RecordingError(f"{path}:{number}: {error}") from error
