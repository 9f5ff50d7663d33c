"""People: who lingers, and how tall they are at each depth of the picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rules.classes import PERSON, group_of
from rules.geometry import foot
from rules.observation import Box, Observation, covers, to_box

_SURE = 0.3  # score from which a detection is a person
_LINGER_FROM_S, _LINGER_TO_S = 1.5, 6.0
_LINGER_STEP = 0.5  # of the own height: a walker is 1.5 heights further after two seconds
_MOST = 0.5  # of the looks in that time: a detector misses a vendor now and then
_ENOUGH = 5
_UNSEEN_S = 12.0  # a little longer than the detector ever pauses (edge_agent.looking.turns)


@dataclass(slots=True)
class PersonScale:
    """Height of a person by where the feet are: a straight line through all people seen (least squares).

    On a flat street seen by a fixed camera the height in the picture grows linearly with the foot's distance from
    the horizon (Hoiem et al. 2008, "Putting Objects in Perspective").
    """

    weight: float = 0.0
    y: float = 0.0
    h: float = 0.0
    yy: float = 0.0
    yh: float = 0.0

    def add(self, box: Box) -> None:
        """Take one standing person into account."""
        foot_y, height = box[3], box[3] - box[1]
        fade = 0.999  # a turned camera is forgotten after some thousand people
        self.weight, self.y, self.h = fade * self.weight + 1, fade * self.y + foot_y, fade * self.h + height
        self.yy, self.yh = fade * self.yy + foot_y * foot_y, fade * self.yh + foot_y * height

    def height_at(self, foot_y: float) -> float | None:
        """Give the height of a person whose feet are at `foot_y` (both fractions of the picture); None at first."""
        if self.weight < _ENOUGH:
            return None
        mean_y, mean_h = self.y / self.weight, self.h / self.weight
        spread = self.yy / self.weight - mean_y * mean_y
        if spread < 0.005:
            return mean_h
        slope = (self.yh / self.weight - mean_y * mean_h) / spread
        return max(0.2 * mean_h, mean_h + slope * (foot_y - mean_y))


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who was where at one look, in the parts of the picture that were looked at (None: all of it)."""

    at_s: float
    people: list[Box]
    looked: tuple[Box, ...] | None


@dataclass(slots=True)
class People:
    """The people of one camera over the last seconds."""

    scale: PersonScale = field(default_factory=PersonScale)
    recent: list[Crowd] = field(default_factory=list)
    lingered: list[tuple[float, Box]] = field(default_factory=list)

    @property
    def lingering(self) -> list[Box]:
        """Give those who stand about now, as far as the last looks can say."""
        return [box for _, box in self.lingered]

    def look(self, observation: Observation) -> None:
        """Take one usable look into account: `lingering` are then those in whose place somebody stood all the time.

        Somebody who was there once is not enough: in a stream of passers-by there often is one. Where the detector did
        not look, those who lingered are taken to linger still, for some seconds.
        """
        now_s = observation.t_s
        boxes = [d.box for d in observation.detections if group_of(d.label) == PERSON and d.score >= _SURE]
        for box in boxes:
            if box[1] > 0.01 and box[3] < 0.99:
                self.scale.add(box)
        before = [crowd for crowd in self.recent if _LINGER_FROM_S <= now_s - crowd.at_s <= _LINGER_TO_S]
        self.lingered = [
            (at_s, box) for at_s, box in self.lingered if now_s - at_s < _UNSEEN_S and not observation.covers(box)
        ] + [(now_s, box) for box in boxes if _lingers(box, before, observation.aspect)]
        self.recent = [crowd for crowd in self.recent if now_s - crowd.at_s < _LINGER_TO_S]
        self.recent.append(Crowd(now_s, boxes, observation.looked))

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON data, for the box to keep over a restart."""
        return {
            "scale": asdict(self.scale),
            "recent": [asdict(crowd) for crowd in self.recent],
            "lingered": self.lingered,
        }

    def restore(self, data: dict[str, Any]) -> None:
        """Take up what was kept."""
        self.scale = PersonScale(**data["scale"])
        self.recent = [
            Crowd(
                crowd["at_s"],
                [to_box(values) for values in crowd["people"]],
                None if crowd["looked"] is None else tuple(to_box(values) for values in crowd["looked"]),
            )
            for crowd in data["recent"]
        ]
        self.lingered = [(at_s, to_box(values)) for at_s, values in data.get("lingered", [])]


def _lingers(box: Box, before: list[Crowd], aspect: float) -> bool:
    """Say whether in most of the looks before at its place somebody stood there."""
    there = [any(_stayed(old, box, aspect) for old in c.people) for c in before if covers(c.looked, box)]
    return sum(there) > _MOST * len(there)


def _stayed(old: Box, new: Box, aspect: float) -> bool:
    height = new[3] - new[1]
    (old_x, old_y), (new_x, new_y) = foot(old), foot(new)
    return aspect * abs(old_x - new_x) <= _LINGER_STEP * height and abs(old_y - new_y) <= _LINGER_STEP * height
