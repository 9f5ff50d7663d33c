"""What hides what: a place in front of which something stands cannot be seen, and says nothing."""

from __future__ import annotations

from collections.abc import Iterable

from rules.classes import PERSON, group_of
from rules.geometry import covered_share, intersection, iou, same_ground
from rules.observation import Box, Detection
from rules.stay import Sight

_IN_FRONT = 0.3  # share of a place under another object from which it is hidden
_WHOLLY = 0.75  # share under an object on the same ground from which that is so large that it hides the place
_MUCH_LARGER = 0.4  # IoU with such an object under which it has not just taken the place


def hides(detection: Detection, place: Box) -> bool:
    """Say whether something detected stands in front of a place: a person, or an object that is nearer or far larger.

    What stands further away hides nothing: if it is seen there, the place is empty.
    """
    return covered_share(place, detection.box) >= _IN_FRONT and _stands_before(detection, place)


def _stands_before(detection: Detection, place: Box) -> bool:
    if group_of(detection.label) == PERSON:
        return True
    if same_ground(place, detection.box):
        return covered_share(place, detection.box) >= _WHOLLY and iou(place, detection.box) < _MUCH_LARGER
    return detection.box[3] > place[3]


def hidden_parts(place: Box, detections: Iterable[Detection]) -> tuple[Box, ...]:
    """Give what is hidden of a place, as boxes in fractions of it."""
    x1, y1, x2, y2 = place
    width, height = x2 - x1, y2 - y1
    return tuple(
        ((b[0] - x1) / width, (b[1] - y1) / height, (b[2] - x1) / width, (b[3] - y1) / height)
        for detection in detections
        for b in (detection.box,)
        if intersection(place, b) > 0 and _stands_before(detection, place)
    )


def in_clear_view(found: Detection, detections: Iterable[Detection]) -> bool:
    """Say whether nothing else hides what was found, so that its look is its own."""
    return not any(hides(other, found.box) for other in detections if other is not found)


def why_absent(place: Box, detections: Iterable[Detection]) -> tuple[Sight, str]:
    """Say why nothing was found in a place: hidden by what stands in front of it, or gone."""
    for other in detections:
        if hides(other, place):
            return Sight.UNKNOWN, f"hidden by a {other.label}"
        if same_ground(place, other.box) and covered_share(place, other.box) >= _IN_FRONT:
            return Sight.MISSED, f"another {other.label} stands in its place"
    return Sight.MISSED, "its place is empty"
