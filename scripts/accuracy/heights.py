"""How small may an object be? Recall by its height in pixels, the whole frame against the views that a box looks at.

Frames of the clips are shrunk until the labelled object has the wanted height, and laid back into a picture of 1280 x
720, whose rest is filled with the mirrored frame. The whole frame then goes through the detector as one picture; the
box's views around a zone at that place go through it one by one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import cv2
import numpy as np

from edge_agent.looking.views import ViewPlan
from edge_agent.source import FileSource
from models.detector import Detector
from models.nms import nms_per_class
from rules.classes import PERSON, default_classes, group_of, scores_of
from rules.geometry import iou
from rules.observation import Box
from rules.zone import Zone
from scripts.accuracy.pictures import Image
from scripts.accuracy.step import Bench, Figures
from scripts.demonstration.clip import cached_clip
from scripts.evaluation.truth import Clip

HEIGHTS_PX = (12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160)
WIDTH_PX, HEIGHT_PX = 1280, 720

_EVERY_S = 12.0
_FOUND_IOU = 0.4
_SURE_PERSON = 0.6
_MOST_PEOPLE = 60
_FAMILIES = {
    "illegal_parking": "vehicles",
    "umbrella_stall": "parasols and stalls",
    "street_vending": "parasols and stalls",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame with one object whose place is known. `groups` are the class groups by which it counts as found."""

    family: str
    groups: frozenset[str]
    image: Image
    box: Box


def measure(bench: Bench) -> Figures:
    """Give, by family, height and way of looking, how many objects were found at all (keep) and surely (open)."""
    samples: list[Sample] = []
    for number, clip in enumerate(bench.clips):
        bench.say(f"frames: {number}/{len(bench.clips)} clips")
        samples += _samples(clip)
    samples += _people(bench.detector)
    counts: dict[tuple[str, str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for number, sample in enumerate(samples):
        bench.say(f"{number}/{len(samples)} objects")
        height_px = (sample.box[3] - sample.box[1]) * sample.image.shape[0]
        for wanted_px in HEIGHTS_PX:
            if wanted_px > height_px:
                continue
            picture, box = _shrunk(sample, wanted_px / height_px)
            for way, score in _both_ways(bench.detector, picture, box, sample.groups).items():
                count = counts[sample.family, way, wanted_px]
                levels = [scores_of(next(iter(sample.groups)))]
                count[0] += 1
                count[1] += score >= levels[0].keep
                count[2] += score >= levels[0].open
    families = sorted({family for family, _, _ in counts})
    return {
        "families": {
            family: {way: _curve(counts, family, way) for way in ("whole frame", "views around the zone")}
            for family in families
        }
    }


def _curve(counts: dict[tuple[str, str, int], list[int]], family: str, way: str) -> list[Figures]:
    return [
        {"height_px": height, "count": count[0], "found": count[1] / count[0], "sure": count[2] / count[0]}
        for height in HEIGHTS_PX
        if (count := counts.get((family, way, height)))
    ]


def _samples(clip: Clip) -> list[Sample]:
    zones = {zone.id: zone for zone in clip.zones}
    found = []
    for frame in FileSource(clip.path, start_at_s=0.0).frames(_EVERY_S):
        for event in clip.expected:
            until_s = 1e9 if event.cleared_s is None else event.cleared_s
            if event.box is None or event.since_s is None or not event.since_s + 2 <= frame.taken_at_s <= until_s - 2:
                continue
            groups = frozenset(
                group_of(label) for label in zones[event.zone].classes or default_classes(zones[event.zone].kind)
            )
            found.append(Sample(_FAMILIES[event.kind], groups, frame.bgr(), event.box))
    return found


def _people(detector: Detector) -> list[Sample]:
    """People of OpenCV's street clip, where the detector finds them at full size, as nobody has labelled them."""
    if not cached_clip().is_file():
        return []
    found = []
    for frame in FileSource(cached_clip(), start_at_s=0.0).frames(8.0):
        image = frame.bgr()
        height, width = image.shape[:2]
        for box, score, label in _detect(detector, image, [(0, 0, width // 2, height), (width // 2, 0, width, height)]):
            if label == PERSON and score >= _SURE_PERSON and box[0] > 0.01 and box[2] < 0.99 and box[3] < 0.99:
                found.append(Sample("people (vtest.avi)", frozenset({PERSON}), image, box))
    return found[:: max(1, len(found) // _MOST_PEOPLE)]


def _shrunk(sample: Sample, scale: float) -> tuple[Image, Box]:
    """Shrink a frame, and fill the picture around it with its mirror image."""
    height, width = sample.image.shape[:2]
    inner_w, inner_h = max(2, round(width * scale)), max(2, round(height * scale))
    inner = cv2.resize(sample.image, (inner_w, inner_h), interpolation=cv2.INTER_AREA)
    # The object stays where it is in the picture, as far as the frame around it allows.
    x = int(np.clip(round((sample.box[0] + sample.box[2]) / 2 * (WIDTH_PX - inner_w)), 0, max(0, WIDTH_PX - inner_w)))
    y = int(np.clip(round((sample.box[1] + sample.box[3]) / 2 * (HEIGHT_PX - inner_h)), 0, max(0, HEIGHT_PX - inner_h)))
    rows = _mirror_index(HEIGHT_PX, inner_h, y)
    columns = _mirror_index(WIDTH_PX, inner_w, x)
    picture = np.ascontiguousarray(inner[rows][:, columns])
    box = (
        (x + sample.box[0] * inner_w) / WIDTH_PX,
        (y + sample.box[1] * inner_h) / HEIGHT_PX,
        (x + sample.box[2] * inner_w) / WIDTH_PX,
        (y + sample.box[3] * inner_h) / HEIGHT_PX,
    )
    return np.asarray(picture, np.uint8), box


def _mirror_index(length: int, inner: int, start: int) -> list[int]:
    """Give for each row (or column) of the picture the one of the inner frame that it shows, mirrored at its edges."""
    return [min(at, 2 * inner - 1 - at) for value in range(length) for at in ((value - start) % (2 * inner),)]


def _both_ways(detector: Detector, picture: Image, box: Box, groups: frozenset[str]) -> dict[str, float]:
    plan = ViewPlan([_zone_around(box)], WIDTH_PX, HEIGHT_PX, max(detector.input_hw))
    views = [(v.x1, v.y1, v.x2, v.y2) for v in (*plan.regions, *plan.tiles)]
    if (closer := plan.closer(box)) is not None:
        views.append((closer.x1, closer.y1, closer.x2, closer.y2))
    return {
        "whole frame": _best(_detect(detector, picture, [(0, 0, WIDTH_PX, HEIGHT_PX)]), box, groups),
        "views around the zone": _best(_detect(detector, picture, views), box, groups),
    }


def _zone_around(box: Box) -> Zone:
    """A zone as an engineer draws it: the ground there, four times the object's width, at least 15 % of the picture."""
    middle, half = (box[0] + box[2]) / 2, max(2 * (box[2] - box[0]), 0.075)
    x1, x2 = max(0.0, middle - half), min(1.0, middle + half)
    y1, y2 = max(0.0, box[3] - 0.08), min(1.0, box[3] + 0.04)
    return Zone.model_validate(
        {"id": "there", "kind": "illegal_parking", "polygon": [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]}
    )


def _best(found: list[tuple[Box, float, str]], box: Box, groups: frozenset[str]) -> float:
    """Give the best score of what was found at the object's place; 0 when nothing was."""
    return max(
        (score for at, score, label in found if group_of(label) in groups and iou(at, box) >= _FOUND_IOU), default=0.0
    )


def _detect(detector: Detector, picture: Image, views: list[tuple[int, int, int, int]]) -> list[tuple[Box, float, str]]:
    """Detect in parts of a picture; boxes are normalised to all of it."""
    height, width = picture.shape[:2]
    boxes, scores, ids = [np.empty((0, 4), np.float32)], [np.empty(0, np.float32)], [np.empty(0, np.int64)]
    results = detector.detect([np.ascontiguousarray(picture[y1:y2, x1:x2]) for x1, y1, x2, y2 in views], 0.1)
    for (x1, y1, _, _), one in zip(views, results, strict=True):
        boxes.append(one.boxes_xyxy + np.array([x1, y1, x1, y1], np.float32))
        scores.append(one.scores)
        ids.append(one.class_ids)
    all_boxes, all_scores, all_ids = np.concatenate(boxes), np.concatenate(scores), np.concatenate(ids)
    kept = nms_per_class(all_boxes, all_scores, all_ids, 0.6)
    return [
        (
            (b[0] / width, b[1] / height, b[2] / width, b[3] / height),
            float(all_scores[i]),
            detector.class_names[all_ids[i]],
        )
        for i in kept
        for b in (all_boxes[i].tolist(),)
    ]
