"""Clips through the box's own source and pipeline, as fast as the machine allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from edge_agent.looking.rest import intervals_to_next
from edge_agent.pipeline import LookResult, Pipeline
from edge_agent.recording.recorder import Recording
from edge_agent.source import FileSource, Frame, PictureState, PictureWatch
from edge_agent.timeline.history import History
from models.detector import Detector
from rules.event import Event, EventPhase
from rules.observation import Detection
from rules.watch import Watch
from scripts.evaluation.scoring import Report
from scripts.evaluation.sheets import ContactSheet
from scripts.evaluation.truth import Clip

_UTC = ZoneInfo("UTC")

OnLook = Callable[[Frame, LookResult], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What came out of one clip. `cpu_s` is what the processors needed for `looks` looks.

    `found` are the detections (without their patches) with their time.
    """

    events: tuple[Event, ...]
    looks: int
    cpu_s: float
    history: History
    found: tuple[tuple[float, Detection], ...]

    @property
    def reports(self) -> list[Report]:
        """The confirmed events."""
        return [
            Report(event.kind.value, event.zone, event.at_s)
            for event in self.events
            if event.phase is EventPhase.CONFIRMED
        ]


def look_through(clip: Clip, pipeline: Pipeline, look_every_s: float) -> Iterator[tuple[Frame, LookResult]]:
    """Give every look at a clip, as the box would have had it: fewer while the camera rests."""
    pictures, owed_in = PictureWatch(), 1
    for frame in FileSource(clip.path, start_at_s=0.0).frames(look_every_s):
        owed_in -= 1
        if owed_in:
            continue
        usable = pictures.judge(frame.luma()).state is PictureState.OK
        result = pipeline.look(frame, usable=usable)
        owed_in = intervals_to_next(look_every_s, at_rest=result.at_rest and not pictures.may_be_frozen)
        yield frame, result


def run(clip: Clip, detector: Detector, look_every_s: float, on_look: OnLook | None = None) -> Run:
    """Run one clip through; `on_look` sees every look."""
    began = time.process_time()
    pipeline = Pipeline(clip.name, clip.zones, detector, _UTC)
    history = History(pipeline.watch, clip.zones)
    events: list[Event] = []
    found: list[tuple[float, Detection]] = []
    for frame, result in look_through(clip, pipeline, look_every_s):
        history.note(result.observation, result.events)
        events += result.events
        found += ((frame.taken_at_s, replace(one, patch=b"")) for one in result.observation.detections)
        if on_look:
            on_look(frame, result)
    looks = len(history.looks)
    return Run(tuple(events), looks, time.process_time() - began, history, tuple(found))


@dataclass(frozen=True, slots=True)
class Folders:
    """Where to write what a person looks at later; None where nothing is wanted."""

    sheets: Path | None = None
    recordings: Path | None = None


def run_and_write(clip: Clip, detector: Detector, look_every_s: float, folders: Folders) -> Run:
    """Run one clip through and write its contact sheet (NAME.jpg) and its recording (NAME.jsonl)."""
    sheet = ContactSheet(clip.zones)
    lines = [Recording(clip.path.stem, _UTC, clip.zones, Watch(clip.name, clip.zones, _UTC).snapshot()).to_json()]

    def take(frame: Frame, result: LookResult) -> None:
        if folders.sheets:
            sheet.add(frame, result)
        if folders.recordings:
            lines.append(result.observation.to_json())

    result = run(clip, detector, look_every_s, take)
    if folders.sheets:
        sheet.save(folders.sheets / f"{clip.path.stem}.jpg")
    if folders.recordings:
        folders.recordings.mkdir(parents=True, exist_ok=True)
        (folders.recordings / f"{clip.path.stem}.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return result
