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
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from calibration.ground_plane import GroundPlane, Point
from rules.observation import Observation
from rules.watch import Watch
from rules.zone import Zone

GroundPairs = tuple[list[Point], list[Point]]
"""Calibration points in the picture, and the same in metres."""

FORMAT = "kerbwatch-observations/1"
RETRY_S = 60.0
"""How long nothing is recorded after the disk has refused."""


class RecordingError(ValueError):
    """A recording cannot be read; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What the first line of a file says: the camera, its zones and what its watch remembered."""

    camera: str
    time_zone: ZoneInfo
    zones: tuple[Zone, ...]
    snapshot: str
    ground: GroundPairs | None = None

    def watch(self, zones: tuple[Zone, ...] | None = None) -> Watch:
        """Give a watch that goes on where the recording began, with other zones if wished.

        Raises ValueError when the watch's memory cannot be read.
        """
        ground = GroundPlane(*self.ground) if self.ground else None
        watch = Watch(self.camera, self.zones if zones is None else zones, self.time_zone, ground)
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
                "ground": self.ground,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )


class Recorder:
    """Writes one camera's observations, a file an hour, at most `budget_bytes` in all.

    A disk that refuses costs recordings and nothing else: `on_fault` hears of it once, and after RETRY_S a new file
    is begun.
    """

    def __init__(self, folder: Path, budget_bytes: int, on_fault: Callable[[OSError], None] = lambda _: None) -> None:
        self._folder = folder
        self._budget_bytes = budget_bytes
        self._on_fault = on_fault
        self._hour = ""
        self._file: TextIO | None = None
        self._last_s = 0.0
        self._failed_s: float | None = None
        self._told = False

    def write(self, observation: Observation, before: Recording) -> None:
        """Append an observation; `before` is what held just before it, for the head of a new file."""
        if self._pauses(observation.t_s):
            return
        self._last_s, hour = observation.t_s, _hour_of(observation.t_s)
        try:
            if self._file is None or hour != self._hour:
                self._start(hour, before)
            assert self._file is not None
            self._file.write(observation.to_json() + "\n")
        except OSError as error:
            self._give_up(error)

    def flush(self) -> None:
        """Hand what was written to the operating system, so that it outlives this process."""
        if self._file:
            try:
                self._file.flush()
                self._told = False
            except OSError as error:
                self._give_up(error)

    def close(self) -> None:
        """Finish the file."""
        self.flush()
        if self._file:
            self._file.close()
            self._file = None

    def wants_head(self, at_s: float) -> bool:
        """Say whether an observation at `at_s` begins a new file; else the caller need not make a head."""
        return not self._pauses(at_s) and (self._file is None or _hour_of(at_s) != self._hour)

    def _pauses(self, at_s: float) -> bool:
        return self._failed_s is not None and abs(at_s - self._failed_s) < RETRY_S

    def _give_up(self, error: OSError) -> None:
        self._failed_s = self._last_s
        if self._file:
            with suppress(OSError):  # closing tries to write once more
                self._file.close()
            self._file = None
        if not self._told:
            self._told = True
            self._on_fault(error)

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


def _hour_of(at_s: float) -> str:
    """Name the hour of a moment, as it is recorded: to the millisecond."""
    return datetime.fromtimestamp(round(at_s, 3), UTC).strftime("%Y%m%d-%H00")


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
        head = json.loads(next(lines, b"null"))
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise ValueError(f"the first line does not say {FORMAT}")
        recording = Recording(
            camera=head["camera"],
            time_zone=ZoneInfo(head["time_zone"]),
            zones=tuple(Zone.model_validate(zone) for zone in head["zones"]),
            snapshot=json.dumps(head["snapshot"]),
            ground=head.get("ground"),
        )
        recording.watch()
    except RecordingError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise RecordingError(f"{path}:1: not a recording of observations: {error}") from error
    return recording, _observations(path, lines)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield from file
    except (OSError, EOFError, zlib.error) as error:
        raise RecordingError(f"{path}: cannot be read: {error}") from error


def _observations(path: Path, lines: Iterator[bytes]) -> Iterator[Observation]:
    for number, line in enumerate(lines, 2):
        try:
            yield Observation.from_json(line.decode())
        except ValueError as error:
            if not line.endswith(b"\n"):
                return
            raise RecordingError(f"{path}:{number}: {error}") from error
