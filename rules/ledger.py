"""The ledger of stays: what stands where on one camera, since when, and how surely.

A look says of every stay that it was seen, missed, or that its place could not be seen. It was seen when the
detector finds it there and its place does not look like something else, or when its place still looks the same
though the detector finds nothing. It could not be seen while something stands in front of it or the picture is no
good; that is never counted as gone. Another object in the same place looks different: that is another stay, and if
the first one's look comes back soon (a bus had stood in front) the first one goes on as if nothing had been.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from rules.appearance import DIFFERENT, SAME, blend, similarity
from rules.classes import PERSON, group_of, scores_of
from rules.geometry import covered_share, iou
from rules.matching import SAME_OBJECT_IOU, assign, one_each
from rules.observation import Box, Detection, Observation, View
from rules.stay import Sight, Stay

_IN_FRONT = 0.3  # share of a place under another object from which it is hidden
_SAME_GROUND = 0.2  # of the height: two lower edges this close stand on the same ground
_ALREADY_HERE = 0.5  # IoU with a stay just seen from which a spare detection is that stay again
_PART = 0.75  # share under another stay of its group from which a box is a part of that object
_SETTLE_S = 10.0  # while this young, a surer detection corrects the place
_SURER = 0.05
_REFRESH_S, _REFRESH_SIMILARITY, _REFRESH_IOU = 5.0, 0.75, 0.6
_CANDIDATE_S = 10.0  # a candidate not seen again, or never believed and no longer detected, goes after this
_HIDDEN_S = 600.0  # an unconfirmed stay hidden for longer is let go
MOST_STAYS = 200


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a stay of one class group may be seen missing before it has ended, seconds."""

    grace_s: float  # while nothing has been reported of it
    clear_after_s: float  # once it has been reported


class Ledger:
    """All stays of one camera, of the class groups in `patience`."""

    def __init__(self, patience: Mapping[str, Patience]) -> None:
        self.stays: list[Stay] = []
        self._patience = dict(patience)

    def places(self) -> dict[str, Box]:
        """Give the places whose appearance the next look must bring, by stay."""
        return {stay.id: stay.box for stay in self.stays}

    def doubtful(self) -> list[Box]:
        """Give the places where something stands that the detector has not made out well enough yet."""
        return [stay.box for stay in self.stays if stay.standing and not stay.proved]

    def look(self, observation: Observation, reported: AbstractSet[str] = frozenset()) -> list[Stay]:
        """Take one look into account and return the stays that have ended by it; `reported` names those reported.

        Looks must come in the order of time; one that is not later than the last is ignored.
        """
        if self.stays and observation.t_s <= max(stay.last_look_s for stay in self.stays):
            return []
        if observation.view is not View.OK:
            for stay in self.stays:
                stay.saw(Sight.UNKNOWN, observation.t_s, f"picture {observation.view.value}")
            return []
        objects = one_each(d for d in observation.detections if group_of(d.label) in self._patience)
        people = [d for d in observation.detections if group_of(d.label) == PERSON]
        spare = self._judge(observation, objects, people)
        self._open(observation.t_s, spare)
        return self._close(observation.t_s, reported)

    def _judge(self, now: Observation, objects: list[Detection], people: list[Detection]) -> list[Detection]:
        """Say of every stay whether it was seen; return the detections that are none of them."""
        likeness = {stay.id: similarity(stay.look, now.places.get(stay.id, b"")) for stay in self.stays}

        def not_another(stay: Stay) -> bool:
            alike = likeness[stay.id]
            return alike is None or alike >= DIFFERENT

        pairs = assign(self.stays, objects, not_another)
        for index, stay in enumerate(self.stays):
            alike = likeness[stay.id]
            if index in pairs:
                self._seen(stay, objects[pairs[index]], alike, now)
            elif alike is not None and alike >= SAME:
                stay.saw(Sight.SEEN, now.t_s, f"looks the same ({alike:.2f}), not detected")
            elif alike is not None and alike >= DIFFERENT:
                stay.saw(Sight.UNKNOWN, now.t_s, f"partly hidden ({alike:.2f})")
            else:
                stay.saw(*_absent(stay, now.t_s, objects, people))
        taken = set(pairs.values())
        here = [stay for stay in self.stays if stay.sight is Sight.SEEN]
        return [
            detection
            for index, detection in enumerate(objects)
            if index not in taken
            and not any(
                stay.group == group_of(detection.label) and _same_thing(stay.box, detection.box) for stay in here
            )
        ]

    @staticmethod
    def _seen(stay: Stay, detection: Detection, alike: float | None, now: Observation) -> None:
        at_s = now.t_s
        stay.detected_as(detection.label, detection.score, at_s, scores_of(detection.label).open)
        stay.saw(Sight.SEEN, at_s, f"detected as {detection.label} ({detection.score:.2f})")
        if at_s - stay.first_seen_s <= _SETTLE_S and detection.score > stay.best_score + _SURER and detection.patch:
            stay.box, stay.look, stay.best_score, stay.look_taken_s = (
                detection.box,
                detection.patch,
                detection.score,
                at_s,
            )
        elif (
            alike is not None
            and alike >= _REFRESH_SIMILARITY
            and at_s - stay.look_taken_s >= _REFRESH_S
            and iou(stay.box, detection.box) >= _REFRESH_IOU
        ):
            stay.look, stay.look_taken_s = blend(stay.look, now.places[stay.id]), at_s

    def _open(self, at_s: float, detections: list[Detection]) -> None:
        """Make a candidate of every detection that is no known stay."""
        for number, detection in enumerate(detections):
            if len(self.stays) >= MOST_STAYS:
                return
            stay = Stay(
                id=f"{round(at_s * 1000)}-{number}",
                group=group_of(detection.label),
                box=detection.box,
                look=detection.patch,
                first_seen_s=at_s,
                last_seen_s=at_s,
                last_look_s=at_s,
                best_score=detection.score,
                look_taken_s=at_s,
            )
            stay.detected_as(detection.label, detection.score, at_s, scores_of(detection.label).open)
            self.stays.append(stay)

    def _close(self, at_s: float, reported: AbstractSet[str]) -> list[Stay]:
        """Let go of what has left, what was moving through, and what another stay turned out to be."""
        ended = [stay for stay in self.stays if self._over(stay, at_s, reported=stay.id in reported)]
        gone = {stay.id for stay in ended}
        self.stays = [stay for stay in self.stays if stay.id not in gone]
        return ended

    def _over(self, stay: Stay, at_s: float, *, reported: bool) -> bool:
        patience = self._patience[stay.group]
        if reported:
            return stay.missed_s > 0 and stay.missed_s >= patience.clear_after_s
        if stay.missed_s > 0 and stay.missed_s >= patience.grace_s:
            return True
        unseen_s = at_s - stay.last_seen_s
        if not stay.standing and (stay.sight is Sight.MISSED or unseen_s > _CANDIDATE_S):
            return True
        if not stay.believed and at_s - stay.last_detected_s > _CANDIDATE_S:
            return True
        if stay.sight is Sight.UNKNOWN and stay.unknown > stay.seen and unseen_s > _HIDDEN_S:
            return True
        return any(
            other.group == stay.group and other.sight is Sight.SEEN and _absorbs(other, stay) for other in self.stays
        )

    def to_json(self) -> list[dict[str, Any]]:
        """Give plain JSON data, for the box to keep over a restart."""
        return [stay.to_json() for stay in self.stays]

    def restore(self, data: list[dict[str, Any]]) -> None:
        """Take up stays that were kept, as far as their group is still watched."""
        self.stays = [stay for item in data if (stay := Stay.from_json(item)).group in self._patience]


def _same_thing(whole: Box, box: Box) -> bool:
    """Say whether `box` is the object in `whole`, or a part of it that the detector took for one."""
    return iou(whole, box) >= _ALREADY_HERE or covered_share(box, whole) >= _PART


def _absorbs(other: Stay, stay: Stay) -> bool:
    """Say whether `stay` has turned out to be `other`: the same in another light, or a part of it."""
    if other is stay or not _same_thing(other.box, stay.box):
        return False
    overlap = iou(other.box, stay.box)
    if overlap >= _ALREADY_HERE:
        hidden_or_double = stay.sight is not Sight.SEEN or overlap >= SAME_OBJECT_IOU
        return hidden_or_double and (other.first_seen_s, other.id) < (stay.first_seen_s, stay.id)
    return other.sure > stay.sure


def _absent(stay: Stay, at_s: float, objects: list[Detection], people: list[Detection]) -> tuple[Sight, float, str]:
    """Say why a stay was not seen: hidden by what stands in front of it, or gone."""
    height = stay.box[3] - stay.box[1]
    for other in (*objects, *people):
        if covered_share(stay.box, other.box) < _IN_FRONT:
            continue
        same_ground = abs(other.box[3] - stay.box[3]) <= _SAME_GROUND * height
        if group_of(other.label) != PERSON and same_ground:
            return Sight.MISSED, at_s, f"another {other.label} stands in its place"
        return Sight.UNKNOWN, at_s, f"hidden by a {other.label}"
    return Sight.MISSED, at_s, "its place is empty"
