"""What the rules say: a stay opened, was confirmed, was cleared or was dropped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from protocol.kinds import Subject, ViolationKind
from rules.observation import Box


class EventPhase(StrEnum):
    """A stay's way: opened (worth a first picture), then confirmed and cleared, or dropped unconfirmed."""

    OPENED = "opened"
    CONFIRMED = "confirmed"
    CLEARED = "cleared"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Counts:
    """Looks at a stay's place since it was first seen."""

    looks: int
    seen: int
    missed: int
    unknown: int
    longest_gap_s: float
    score: float


@dataclass(frozen=True, slots=True)
class Event:
    """One step of one stay under one zone's rule.

    `stay` names the stay for good (unique on its camera, the same after a restart). Times are seconds
    since the Unix epoch. `box` is where it stands, normalised xyxy.
    """

    phase: EventPhase
    at_s: float
    camera: str
    zone: str
    kind: ViolationKind
    subject: Subject
    stay: str
    label: str
    box: Box
    first_seen_s: float
    confirmed_s: float | None
    dwell_s: float
    count: int
    counts: Counts
    why: str
