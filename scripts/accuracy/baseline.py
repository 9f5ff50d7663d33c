"""A naive baseline for comparison: same weights, the whole frame every 2 s, greedy IoU, 6 s of grace.

It is what one writes in an afternoon: each detection goes to the track that it overlaps most; a track that is not
matched for 6 s is gone; one that has its foot in a zone for the dwell is reported. No appearance, no second threshold,
no view guard, no occlusion.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shapely import Point

from edge_agent.source import FileSource
from models.detector import Detector
from protocol.kinds import ViolationKind
from rules.classes import PERSON, default_classes
from rules.geometry import foot, iou
from rules.observation import Box
from rules.zone import Zone
from scripts.accuracy.step import Bench, Figures, figures_of
from scripts.evaluation.scoring import Report, score
from scripts.evaluation.truth import Clip

_LOOK_EVERY_S, _GRACE_S = 2.0, 6.0
_SCORE, _OVERLAP = 0.3, 0.3
_BESIDE = 0.5  # of a person's height


@dataclass(slots=True)
class _Track:
    label: str
    box: Box
    last_s: float
    in_zone_since_s: dict[str, float] = field(default_factory=dict)
    reported: set[str] = field(default_factory=set)


def measure(bench: Bench) -> Figures:
    """Give the baseline's figures with its faults."""
    scores, faults = [], []
    for number, clip in enumerate(bench.clips):
        bench.say(f"{number}/{len(bench.clips)} clips")
        marks = score(clip.expected, _run(clip, bench.detector))
        scores.append(marks)
        faults += [f"{clip.path.stem}: missed {event.what or event.kind}" for event in marks.missed]
        faults += [f"{clip.path.stem}: false {report.kind} at {report.t_s:.0f} s" for report in marks.false]
    return {"all": figures_of(scores), "faults": faults}


def _run(clip: Clip, detector: Detector) -> list[Report]:
    tracks: list[_Track] = []
    reports: list[Report] = []
    for frame in FileSource(clip.path, start_at_s=0.0).frames(_LOOK_EVERY_S):
        t_s = frame.taken_at_s
        found = _detect(detector, frame.bgr_crop(0, 0, frame.width_px, frame.height_px))
        people = [box for label, box in found if label == PERSON]
        _follow(tracks, found, t_s)
        tracks = [track for track in tracks if t_s - track.last_s <= _GRACE_S]
        for zone in clip.zones:
            for track in tracks:
                if _breaks(track, zone, people, t_s):
                    since_s = track.in_zone_since_s.setdefault(zone.id, t_s)
                    if t_s - since_s >= zone.numbers_of(track.label).dwell_s and zone.id not in track.reported:
                        track.reported.add(zone.id)
                        reports.append(Report(zone.kind.value, zone.id, t_s))
                elif track.last_s == t_s:
                    track.in_zone_since_s.pop(zone.id, None)
    return reports


def _detect(detector: Detector, image: object) -> list[tuple[str, Box]]:
    (found,) = detector.detect([image], _SCORE)  # type: ignore[list-item]
    height, width = image.shape[:2]  # type: ignore[attr-defined]
    return [
        (detector.class_names[class_id], (box[0] / width, box[1] / height, box[2] / width, box[3] / height))
        for box, class_id in zip(found.boxes_xyxy.tolist(), found.class_ids, strict=True)
    ]


def _follow(tracks: list[_Track], found: list[tuple[str, Box]], t_s: float) -> None:
    free = list(tracks)
    for label, box in found:
        best = max((one for one in free if one.label == label), key=lambda one: iou(one.box, box), default=None)
        if best is not None and iou(best.box, box) >= _OVERLAP:
            free.remove(best)
            best.box, best.last_s = box, t_s
        else:
            tracks.append(_Track(label, box, t_s))


def _breaks(track: _Track, zone: Zone, people: list[Box], t_s: float) -> bool:
    """Say whether a track stands in a zone now; goods need a person beside them."""
    if track.label not in (zone.classes or default_classes(zone.kind)) or not zone.shape.contains(
        Point(foot(track.box))
    ):
        return False
    if zone.kind is not ViolationKind.STREET_VENDING or track.last_s < t_s:
        return track.last_s == t_s or zone.id in track.in_zone_since_s
    return any(
        abs(foot(person)[0] - foot(track.box)[0]) < _BESIDE * (person[3] - person[1]) + (track.box[2] - track.box[0])
        for person in people
    )
