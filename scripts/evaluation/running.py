"""Clips through the box's own source and pipeline, as fast as the machine allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from edge_agent.pipeline import LookResult, Pipeline
from edge_agent.source import FileSource, Frame, PictureState, PictureWatch
from models.detector import Detector
from rules.event import Event, EventPhase
from scripts.evaluation.scoring import Report
from scripts.evaluation.truth import Clip


@dataclass(frozen=True, slots=True)
class Run:
    """What came out of one clip. `looked_s` is the time the machine needed for `looks` looks."""

    events: tuple[Event, ...]
    looks: int
    looked_s: float

    @property
    def reports(self) -> list[Report]:
        """The confirmed events."""
        return [
            Report(event.kind.value, event.zone, event.at_s)
            for event in self.events
            if event.phase is EventPhase.CONFIRMED
        ]


def look_through(clip: Clip, detector: Detector, look_every_s: float) -> Iterator[tuple[Frame, LookResult]]:
    """Give every look at a clip, as the box would have had it."""
    pipeline = Pipeline(clip.name, clip.zones, detector, ZoneInfo("UTC"))
    pictures = PictureWatch()
    for frame in FileSource(clip.path, start_at_s=0.0).frames(look_every_s):
        usable = pictures.judge(frame.luma()).state is PictureState.OK
        yield frame, pipeline.look(frame, usable=usable)


def run(
    clip: Clip, detector: Detector, look_every_s: float, on_look: Callable[[Frame, LookResult], None] | None = None
) -> Run:
    """Run one clip through; `on_look` sees every look."""
    began = time.perf_counter()
    events: list[Event] = []
    looks = 0
    for frame, result in look_through(clip, detector, look_every_s):
        looks += 1
        events += result.events
        if on_look:
            on_look(frame, result)
    return Run(tuple(events), looks, time.perf_counter() - began)
