"""Clips through the box's own source and pipeline, as fast as the machine allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from edge_agent.pipeline import LookResult, Pipeline
from edge_agent.source import FileSource, Frame, PictureState, PictureWatch
from edge_agent.timeline.history import History
from models.detector import Detector
from rules.event import Event, EventPhase
from rules.observation import Detection
from scripts.evaluation.scoring import Report
from scripts.evaluation.sheets import ContactSheet
from scripts.evaluation.truth import Clip

OnLook = Callable[[Frame, LookResult], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What came out of one clip. `looked_s` is the time the machine needed for `looks` looks.

    `found` are the detections (without their patches) with their time.
    """

    events: tuple[Event, ...]
    looks: int
    looked_s: float
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
    """Give every look at a clip, as the box would have had it."""
    pictures = PictureWatch()
    for frame in FileSource(clip.path, start_at_s=0.0).frames(look_every_s):
        usable = pictures.judge(frame.luma()).state is PictureState.OK
        yield frame, pipeline.look(frame, usable=usable)


def run(clip: Clip, detector: Detector, look_every_s: float, on_look: OnLook | None = None) -> Run:
    """Run one clip through; `on_look` sees every look."""
    began = time.perf_counter()
    pipeline = Pipeline(clip.name, clip.zones, detector, ZoneInfo("UTC"))
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
    return Run(tuple(events), looks, time.perf_counter() - began, history, tuple(found))


def run_with_sheet(clip: Clip, detector: Detector, look_every_s: float, sheets: Path | None) -> Run:
    """Run one clip through and write its contact sheet, NAME.jpg in the folder `sheets`."""
    if sheets is None:
        return run(clip, detector, look_every_s)
    sheet = ContactSheet(clip.zones)
    result = run(clip, detector, look_every_s, sheet.add)
    sheet.save(sheets / f"{clip.path.stem}.jpg")
    return result
