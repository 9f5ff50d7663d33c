"""A stay: something that stands in one place, and every time it was seen, missed or could not be seen."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from rules.event import Counts
from rules.observation import Box


class Sight(StrEnum):
    """What one look said about a stay."""

    SEEN = "seen"  # it is there
    MISSED = "missed"  # its place was to be seen, and it was not there
    UNKNOWN = "unknown"  # its place could not be seen


@dataclass(slots=True)
class Stay:
    """One stay. `box` is its place (normalised xyxy); `look` how it looks; times are Unix seconds.

    `unasked` counts the looks at which it looked the same and the detector was not given its place.

    A stay is a candidate until a second look finds it in the same place, and believed once its object has been
    detected with a score that opens.
    """

    id: str
    group: str
    box: Box
    look: bytes
    first_seen_s: float
    last_seen_s: float
    last_look_s: float
    labels: dict[str, float] = field(default_factory=dict)
    sight: Sight = Sight.SEEN
    standing: bool = False
    missed_s: float = 0.0
    best_score: float = 0.0
    look_taken_s: float = 0.0
    looks: int = 1
    seen: int = 1
    missed: int = 0
    unknown: int = 0
    unasked: int = 0
    detected: int = 0
    sure: int = 0
    score_sum: float = 0.0
    last_detected_s: float = 0.0
    longest_gap_s: float = 0.0
    why: str = "first seen"

    @property
    def label(self) -> str:
        """The class it was called most, weighted by score."""
        return max(self.labels, key=lambda label: (self.labels[label], label))

    def detected_as(self, label: str, score: float, at_s: float, opens: float) -> None:
        """Note that the detector found it."""
        self.labels[label] = self.labels.get(label, 0.0) + score
        self.detected += 1
        self.score_sum += score
        self.last_detected_s = at_s
        self.sure += score >= opens

    def saw(self, sight: Sight, at_s: float, why: str) -> None:
        """Note what a look said."""
        self.looks += 1
        self.sight = sight
        self.why = why
        if sight is Sight.SEEN:
            self.longest_gap_s = max(self.longest_gap_s, at_s - self.last_seen_s)
            self.seen += 1
            self.last_seen_s = at_s
            self.missed_s = 0.0
            self.standing = self.standing or at_s - self.first_seen_s >= STANDING_AFTER_S
        elif sight is Sight.MISSED:
            self.missed += 1
            # A look after a pause says that it is gone now, not that it was missing all the time.
            self.missed_s += min(at_s - self.last_look_s, MISSED_STEP_S)
        else:
            self.unknown += 1
        self.last_look_s = at_s

    @property
    def believed(self) -> bool:
        """Whether the detector was ever sure of it."""
        return self.sure > 0

    @property
    def proved(self) -> bool:
        """Whether the detector was sure often enough what it is; a place that only looks the same is no proof."""
        return self.sure >= PROOF_LOOKS and self.sure >= PROOF_SHARE * (self.looks - self.unknown - self.unasked)

    def counts(self) -> Counts:
        """Give the proof so far."""
        score = self.score_sum / self.detected if self.detected else 0.0
        return Counts(self.looks, self.seen, self.missed, self.unknown, self.longest_gap_s, min(1.0, score))

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON data, for the box to keep over a restart."""
        return asdict(self) | {"look": base64.b64encode(self.look).decode(), "sight": self.sight.value}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Stay:
        """Restore a stay. Raises KeyError, TypeError or ValueError for data of another shape."""
        return cls(
            **data | {"look": base64.b64decode(data["look"]), "sight": Sight(data["sight"]), "box": tuple(data["box"])}
        )


STANDING_AFTER_S = 1.0
"""What is seen in one place for less than this is moving through."""

MISSED_STEP_S = 10.0
"""The most that one look can add to the time a stay has been missing: the longest pause between owed looks."""

PROOF_LOOKS = 3
PROOF_SHARE = 0.1
"""How many looks, and which share of those that could see its place, must have been sure of the object before
anything is said of it."""
