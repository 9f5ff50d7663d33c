"""The recordings that lie in a box's data folder: which there are, and a span of time of one camera as one file.

The box records all the time (see edge_agent.recording.recorder); this is for the engineer who is asked about last
Tuesday.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from edge_agent.recording.recorder import Recording, RecordingError, read_recording
from rules.observation import Observation


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """One file of one camera. `until_s` is the time of its last readable look (both Unix seconds)."""

    path: Path
    recording: Recording
    from_s: float
    until_s: float
    looks: int


def list_recordings(data_dir: Path, camera: str | None = None) -> list[RecordedFile]:
    """Give the recordings of a data folder, by camera and time. Raises RecordingError when there are none."""
    folder = data_dir / "observations"
    paths = [path for path in folder.glob(f"{camera or '*'}/*.jsonl*") if path.name.endswith((".jsonl", ".jsonl.gz"))]
    files = sorted(filter(None, map(_measure, paths)), key=lambda file: (file.recording.camera, file.from_s))
    if not files:
        known = ", ".join(sorted(path.name for path in folder.glob("*"))) or "nothing"
        raise RecordingError(
            f"{folder}: 没有{'该摄像机的' if camera else ''}观测记录 / holds no recordings"
            f"{f' of camera {camera!r}' if camera else ''}; there is: {known}"
        )
    return files


def moment(text: str, time_zone: ZoneInfo) -> float:
    """Read a time as a person writes it, e.g. `2026-11-23 14:05`, in the site's time zone unless it names one.

    Raises RecordingError that says how to write it.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise RecordingError(
            f"{text!r}: 时间格式应为 2026-11-23 14:05 / not a time: write it as 2026-11-23 14:05"
        ) from error
    return (at if at.tzinfo else at.replace(tzinfo=time_zone)).timestamp()


def export(files: list[RecordedFile], target: Path, from_s: float, until_s: float) -> int:
    """Write the looks of one camera from `from_s` until `until_s` as one recording; give their number.

    The file begins with what the watch remembered at `from_s`, so that a replay of it gives the events of the day.
    Raises RecordingError when there is nothing, when it is of several cameras, or when the zones were changed between.
    """
    wanted = [file for file in files if file.until_s >= from_s and file.from_s <= until_s]
    if not wanted:
        raise RecordingError("这段时间没有观测记录 / nothing was recorded in this time")
    if len({file.recording.camera for file in wanted}) > 1:
        raise RecordingError("包含多个摄像机，请用 --camera 选择一个 / several cameras: choose one with --camera")
    if changed := [b for a, b in pairwise(wanted) if a.recording.zones != b.recording.zones]:
        time_zone = wanted[0].recording.time_zone
        times = ", ".join(f"{datetime.fromtimestamp(file.from_s, time_zone):%Y-%m-%d %H:%M:%S}" for file in changed)
        raise RecordingError(
            f"区域在 {times} 改过，请分段导出 / the zones were changed at {times}: export each part by itself"
        )
    head, first = _begin(wanted[0], from_s)
    looks = 0
    with gzip.open(target, "wt", encoding="utf-8") as out:
        out.write(head.to_json() + "\n")
        for observation in _from_all(first, wanted[1:]):
            if observation.t_s > until_s:
                break
            out.write(observation.to_json() + "\n")
            looks += 1
    return looks


def _begin(file: RecordedFile, from_s: float) -> tuple[Recording, Iterator[Observation]]:
    """Run the file's beginning through the rules, and give what is remembered at `from_s` and the looks since."""
    recording, observations = read_recording(file.path)
    watch = recording.watch()
    rest = iter(observations)
    for observation in rest:
        if observation.t_s >= from_s:
            return replace(recording, snapshot=watch.snapshot()), _with(observation, rest)
        watch.observe(observation)
    return replace(recording, snapshot=watch.snapshot()), iter(())


def _with(first: Observation, rest: Iterator[Observation]) -> Iterator[Observation]:
    yield first
    yield from rest


def _from_all(first: Iterator[Observation], files: list[RecordedFile]) -> Iterator[Observation]:
    yield from first
    for file in files:
        yield from read_recording(file.path)[1]


def _measure(path: Path) -> RecordedFile | None:
    """Read a file through; None when it holds no looks. What is broken ends it early."""
    recording, observations = read_recording(path)
    times: list[float] = []
    with suppress(RecordingError):
        for observation in observations:
            times.append(observation.t_s)
    return RecordedFile(path, recording, times[0], times[-1], len(times)) if times else None
