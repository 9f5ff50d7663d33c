"""Same or another: what the appearance check decides on real crops of the clips, by day and under worse conditions.

The reference is always the plain picture; what it is compared with is made worse. People who pass in front of an
object are in its crops, as they are on a street.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from edge_agent.looking.patches import patch_at
from edge_agent.source import FileSource
from rules.appearance import Likeness, compare
from rules.observation import Box
from scripts.accuracy import pictures
from scripts.accuracy.pictures import Change, Image, frame_of
from scripts.accuracy.step import Bench, Figures
from scripts.evaluation.truth import Clip

CONDITIONS: dict[str, Change] = {
    "day": pictures.same,
    "dark, noisy": pictures.dark,
    "dark, amplified": pictures.dark_amplified,
    "infrared": pictures.infrared,
    "rain": pictures.rain,
    "JPEG 25": pictures.poor_jpeg,
    "shifted 3 px": pictures.shifted(3, 2),
    "shifted 6 px": pictures.shifted(6, 4),
}
CASES = ("same", "swapped", "other", "empty")
"""The same object; another that took its bay; any other object of the clips; the place when it is empty."""

_MARGIN_PX = 24
_SETTLED_S, _EMPTY_AFTER_S = 2.0, 6.0

# Labels tell only what must be reported. In this clip two more cars stood in the same bay; a bus hides the car in the
# other one.
_BAY_NEIGHBOURS = {"dev_03_car_swapped.mp4": ((16.0, 56.0), (66.0, 106.0))}
_HIDDEN = {"dev_02_car_occluded.mp4": (50.0, 60.0)}


@dataclass(frozen=True, slots=True)
class Crop:
    """A place of a clip at a moment, with a margin; `spell` is the time for which the same thing stood there, or -1."""

    place: str
    spell: int
    image: Image
    box: Box


def measure(bench: Bench) -> Figures:
    """Give, by condition and case, how often it said same, unsure or another, and the numbers behind it."""
    crops: list[Crop] = []
    for number, clip in enumerate(bench.clips):
        bench.say(f"crops: {number}/{len(bench.clips)} clips")
        crops += _crops(clip)
    rows = []
    for number, (name, change) in enumerate(CONDITIONS.items()):
        bench.say(f"{name}: {number}/{len(CONDITIONS)} conditions")
        found = _compared(crops, change)
        rows.append({"name": name, "cases": {case: _figures(found[case]) for case in CASES}})
    return {"conditions": rows}


def _crops(clip: Clip) -> list[Crop]:
    places = [event for event in clip.expected if event.box is not None and event.since_s is not None]
    if clip.view_changed_s is not None or not places:
        return []
    crops = []
    for frame in FileSource(clip.path, start_at_s=0.0).frames(4.0):
        hidden = _HIDDEN.get(clip.name)
        if hidden and hidden[0] <= frame.taken_at_s <= hidden[1]:
            continue
        for number, event in enumerate(places):
            assert event.box is not None
            assert event.since_s is not None
            spell = _spell(clip.name, frame.taken_at_s, event.since_s, event.cleared_s)
            if spell is not None:
                image, box = _cut(frame.bgr(), event.box)
                crops.append(Crop(f"{clip.path.stem}/{number}", spell, image, box))
    return crops


def _spell(name: str, t_s: float, since_s: float, cleared_s: float | None) -> int | None:
    """Say what stands there: 0 the labelled object, 1... others in the bay, -1 nothing, None what is unclear."""
    until_s = 1e9 if cleared_s is None else cleared_s
    spells = [(since_s, until_s), *_BAY_NEIGHBOURS.get(name, ())]
    for number, (first_s, last_s) in enumerate(spells):
        if first_s + _SETTLED_S <= t_s <= last_s - 1:
            return number
    clear = all(t_s < first_s - _EMPTY_AFTER_S or t_s > last_s + _EMPTY_AFTER_S for first_s, last_s in spells)
    return -1 if clear else None


def _cut(image: Image, box: Box) -> tuple[Image, Box]:
    """Cut a place out with a margin, so that a shift brings in what is beside it; even sizes for the colour planes."""
    height, width = image.shape[:2]
    x1, y1 = max(0, int(box[0] * width) - _MARGIN_PX), max(0, int(box[1] * height) - _MARGIN_PX)
    x2, y2 = min(width, int(box[2] * width) + _MARGIN_PX), min(height, int(box[3] * height) + _MARGIN_PX)
    x2, y2 = x2 - (x2 - x1) % 2, y2 - (y2 - y1) % 2
    inner = (
        (box[0] * width - x1) / (x2 - x1),
        (box[1] * height - y1) / (y2 - y1),
        (box[2] * width - x1) / (x2 - x1),
        (box[3] * height - y1) / (y2 - y1),
    )
    return image[y1:y2, x1:x2].copy(), inner


def _patch(crop: Crop, change: Change) -> bytes:
    return patch_at(frame_of(change(crop.image), 0.0).yuv_planes(), crop.box)


def _compared(crops: list[Crop], change: Change) -> dict[str, list[Likeness]]:
    found: dict[str, list[Likeness]] = defaultdict(list)
    references = _references(crops)
    for crop in crops:
        now = _patch(crop, change)
        for (place, spell), reference in references:
            if place == crop.place:
                case = "same" if spell == crop.spell else "empty" if crop.spell < 0 else "swapped"
            elif crop.spell >= 0:
                case = "other"
            else:
                continue
            alike = compare(reference, now)
            if alike is not None:
                found[case].append(alike)
    return found


def _references(crops: list[Crop]) -> list[tuple[tuple[str, int], bytes]]:
    """Give the first and the middle plain patch of every spell of every place."""
    spells: dict[tuple[str, int], list[Crop]] = defaultdict(list)
    for crop in crops:
        if crop.spell >= 0:
            spells[crop.place, crop.spell].append(crop)
    return [
        (spell, _patch(one, pictures.same)) for spell, ones in spells.items() for one in (ones[0], ones[len(ones) // 2])
    ]


def _figures(found: Iterable[Likeness]) -> Figures:
    alike = list(found)
    if not alike:
        return {"count": 0}
    halves, parts = np.array([one.half for one in alike]), np.array([one.part for one in alike])
    return {
        "count": len(alike),
        "same": sum(one.same for one in alike) / len(alike),
        "another": sum(one.another for one in alike) / len(alike),
        "half": [round(float(np.quantile(halves, q)), 3) for q in (0.01, 0.05, 0.5, 0.95, 0.99)],
        "part": [round(float(np.quantile(parts, q)), 3) for q in (0.01, 0.05, 0.5, 0.95, 0.99)],
        "half_counts": np.histogram(halves, bins=40, range=(0, 1))[0].tolist(),
        "part_counts": np.histogram(parts, bins=40, range=(0, 1))[0].tolist(),
    }
