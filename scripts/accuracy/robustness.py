"""The evaluation again, with every picture made worse or seen otherwise: how much hangs on these very clips."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from edge_agent.pipeline import Pipeline
from edge_agent.source import FileSource, PictureState, PictureWatch
from rules.event import EventPhase
from rules.zone import Ring, Zone
from scripts.accuracy import pictures
from scripts.accuracy.pictures import Change, frame_of
from scripts.accuracy.step import Bench, Figures, figures_of
from scripts.evaluation.scoring import Report, Score, score
from scripts.evaluation.truth import Clip

LOOK_EVERY_S = 2.0

VARIANTS: dict[str, Change] = {
    "as it is": pictures.same,
    "mirrored": pictures.mirrored,
    "768x432": pictures.resized(768, 432),
    "1920x1080": pictures.resized(1920, 1080),
    "dark, noisy": pictures.dark,
    "dark, amplified": pictures.dark_amplified,
    "infrared": pictures.infrared,
    "rain": pictures.rain,
    "looks 1 s later": pictures.same,
}
_LATER = "looks 1 s later"


def measure(bench: Bench) -> Figures:
    """Give the figures of every variant, with the faults by clip."""
    rows = []
    for name, change in VARIANTS.items():
        scores, faults = [], []
        for number, clip in enumerate(bench.clips):
            bench.say(f"{name}: {number}/{len(bench.clips)} clips")
            seen = _mirrored(clip) if name == "mirrored" else clip
            marks = _run(bench, seen, change, later=name == _LATER)
            scores.append(marks)
            faults += [f"{clip.path.stem}: missed {event.what or event.kind}" for event in marks.missed]
            faults += [f"{clip.path.stem}: false {report.kind} at {report.t_s:.0f} s" for report in marks.false]
        rows.append({"name": name, "all": figures_of(scores), "faults": faults})
    return {"variants": rows}


def _run(bench: Bench, clip: Clip, change: Change, *, later: bool) -> Score:
    pipeline = Pipeline(clip.name, clip.zones, bench.detector, ZoneInfo("UTC"))
    watch = PictureWatch()
    reports = []
    frames = FileSource(clip.path, start_at_s=0.0).frames(1.0 if later else LOOK_EVERY_S)
    for number, frame in enumerate(frames):
        if later and number % 2 == 0:
            continue
        seen = frame if change is pictures.same else frame_of(change(frame.bgr()), frame.taken_at_s)
        usable = watch.judge(seen.luma()).state is PictureState.OK
        reports += [
            Report(event.kind.value, event.zone, event.at_s)
            for event in pipeline.look(seen, usable=usable).events
            if event.phase is EventPhase.CONFIRMED
        ]
    return score(clip.expected, reports)


def _mirrored(clip: Clip) -> Clip:
    def turn(ring: Ring) -> list[tuple[float, float]]:
        return [(1 - x, y) for x, y in ring]

    return replace(
        clip,
        zones=tuple(
            Zone.model_validate(
                zone.model_dump() | {"polygon": turn(zone.polygon), "exclude": [turn(ring) for ring in zone.exclude]}
            )
            for zone in clip.zones
        ),
    )
