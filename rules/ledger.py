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

from rules.appearance import Likeness, blend, compare
from rules.classes import group_of, scores_of
from rules.geometry import iou, is_part
from rules.matching import SAME_OBJECT_IOU, assign, one_each
from rules.observation import Box, Detection, Observation, View
from rules.occlusion import hidden_parts, in_clear_view, why_absent
from rules.stay import Sight, Stay

_ALREADY_HERE = 0.5  # IoU with a stay just seen from which a spare detection is that stay again
_PART = 0.75  # share under another stay of its group from which a box is a part of that object
_SETTLE_S = 10.0  # while this young, a surer detection corrects the place
_SURER = 0.05
_REFRESH_S, _REFRESH_LIKENESS, _REFRESH_IOU = 5.0, 0.75, 0.6
_CANDIDATE_S = 10.0  # a candidate not seen again goes after this
_UNBELIEVED_S = 20.0  # so does one that the detector was never sure of and finds no longer
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

    def unlike(self, places: Mapping[str, bytes]) -> list[Box]:
        """Give those of the places that do not look as they did, by their appearance now."""
        likeness = {stay.id: compare(stay.look, places.get(stay.id, b"")) for stay in self.stays}
        return [stay.box for stay in self.stays if not ((alike := likeness[stay.id]) and alike.same)]

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
        others = [d for d in observation.detections if group_of(d.label) not in self._patience]
        spare = self._judge(observation, objects, others)
        self._open(observation, spare)
        return self._close(observation.t_s, reported)

    def _judge(self, now: Observation, objects: list[Detection], others: list[Detection]) -> list[Detection]:
        """Say of every stay whether it was seen; return the detections that are none of them.

        `objects` are what the ledger keeps, `others` what it does not, which may still stand in front of a place.
        """
        likeness = {stay.id: compare(stay.look, now.places.get(stay.id, b"")) for stay in self.stays}

        def possible(stay: Stay) -> bool:
            alike = likeness[stay.id]
            if alike is not None and alike.another:
                # Who stands before it has another look: what can still be seen of it decides.
                hidden = hidden_parts(stay.box, now.detections)
                alike = compare(stay.look, now.places[stay.id], hidden) if hidden else alike
                if alike is None:  # too little can be seen of it: whoever came back shows itself later
                    return not stay.missed_s
            if alike is None or alike.same:
                return True
            # Seen to be away a moment ago, only its own look brings it back; else not looking like another is enough.
            return not alike.another and not stay.missed_s

        pairs = assign(self.stays, objects, possible)
        for index, stay in enumerate(self.stays):
            alike = likeness[stay.id]
            if index in pairs:
                self._seen(stay, objects[pairs[index]], alike, now)
            elif alike is not None and alike.same:
                stay.saw(Sight.SEEN, now.t_s, f"looks the same ({alike.half:.2f}), not detected")
                stay.unasked += not now.covers(stay.box)
            elif not now.covers(stay.box):
                stay.saw(Sight.UNKNOWN, now.t_s, "the detector was not given its place")
            else:
                # What stood there already while this one was last seen does not explain that it is not seen now.
                old = {pairs[i] for i in pairs if self.stays[i].first_seen_s < stay.last_seen_s}
                new = [d for number, d in enumerate(objects) if number not in old]
                sight, why = why_absent(stay.box, (*new, *others))
                stay.saw(sight, now.t_s, why)
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
    def _seen(stay: Stay, detection: Detection, alike: Likeness | None, now: Observation) -> None:
        at_s = now.t_s
        stay.detected_as(detection.label, detection.score, at_s, scores_of(detection.label).open)
        stay.saw(Sight.SEEN, at_s, f"detected as {detection.label} ({detection.score:.2f})")
        clear = in_clear_view(detection, now.detections) and (alike is None or alike.same)
        surer = detection.score > stay.best_score + _SURER
        if at_s - stay.first_seen_s <= _SETTLE_S and surer and clear and detection.patch:
            stay.box, stay.best_score = detection.box, detection.score
            stay.look, stay.look_taken_s = detection.patch, at_s
        elif not stay.look and clear and iou(stay.box, detection.box) >= _REFRESH_IOU:
            stay.look, stay.look_taken_s = now.places.get(stay.id, b""), at_s
        elif (
            alike is not None
            and alike.half >= _REFRESH_LIKENESS
            and at_s - stay.look_taken_s >= _REFRESH_S
            and iou(stay.box, detection.box) >= _REFRESH_IOU
        ):
            stay.look, stay.look_taken_s = blend(stay.look, now.places[stay.id]), at_s

    def _open(self, now: Observation, spare: list[Detection]) -> None:
        """Make a candidate of every detection that is no known stay."""
        at_s = now.t_s
        for number, detection in enumerate(spare):
            if len(self.stays) >= MOST_STAYS:
                return
            stay = Stay(
                id=f"{round(at_s * 1000)}-{number}",
                group=group_of(detection.label),
                box=detection.box,
                # Somebody before it would be taken for its look: the rider who gets off a motorcycle.
                look=detection.patch if in_clear_view(detection, now.detections) else b"",
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
        if not stay.believed and at_s - stay.last_detected_s > _UNBELIEVED_S:
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
    return iou(whole, box) >= _ALREADY_HERE or is_part(box, whole, _PART)


def _absorbs(other: Stay, stay: Stay) -> bool:
    """Say whether `stay` has turned out to be `other`: the same in another light, or a part of it."""
    if other is stay or not _same_thing(other.box, stay.box):
        return False
    overlap = iou(other.box, stay.box)
    if overlap >= _ALREADY_HERE:
        hidden_or_double = stay.sight is not Sight.SEEN or overlap >= SAME_OBJECT_IOU
        return hidden_or_double and (other.first_seen_s, other.id) < (stay.first_seen_s, stay.id)
    # A part is seen with its whole. What is not seen is hidden behind it.
    return stay.sight is Sight.SEEN and other.sure > stay.sure
