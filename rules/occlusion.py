"""What hides what: a place in front of which something stands cannot be seen, and says nothing."""

from __future__ import annotations

from collections.abc import Iterable

from rules.classes import PERSON, group_of
from rules.geometry import covered_share, iou, same_ground
from rules.observation import Box, Detection
from rules.stay import Sight

_IN_FRONT = 0.3  # share of a place under another object from which it is hidden
_WHOLLY = 0.75  # share under an object on the same ground from which that is so large that it hides the place
_MUCH_LARGER = 0.4  # IoU with such an object under which it has not just taken the place


def hides(detection: Detection, place: Box) -> bool:
    """Say whether something detected stands in front of a place: a person, or an object that is nearer or far larger.

    What stands further away hides nothing: if it is seen there, the place is empty.
    """
    covered = covered_share(place, detection.box)
    if covered < _IN_FRONT:
        return False
    if group_of(detection.label) == PERSON:
        return True
    if same_ground(place, detection.box):
        return covered >= _WHOLLY and iou(place, detection.box) < _MUCH_LARGER
    return detection.box[3] > place[3]


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
