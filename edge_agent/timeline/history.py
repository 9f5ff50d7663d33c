"""The history of a watch: every stay with what each look said of it, and every claim with its way.

It looks at a watch after each observation and changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from protocol.kinds import ViolationKind
from rules.claim import Claim
from rules.event import Event, EventPhase
from rules.geometry import iou
from rules.observation import Box, Observation, View
from rules.stay import Sight, Stay
from rules.watch import Watch
from rules.zone import Zone


@dataclass(frozen=True, slots=True)
class Mark:
    """What one look said of one stay.

    `score` is the detector's, None when the detector found nothing there. `sure` of `judged` looks so far were sure of
    the object; looks that could not see its place are not judged.
    """

    t_s: float
    sight: Sight
    score: float | None
    sure: int
    judged: int
    missed_s: float
    standing: bool
    proved: bool
    why: str


@dataclass(slots=True)
class StayHistory:
    """One stay. `ended_s` is None while it stands; `end` says why it ended."""

    id: str
    label: str
    group: str
    box: Box
    first_seen_s: float
    marks: list[Mark] = field(default_factory=list)
    ended_s: float | None = None
    end: str = ""

    @property
    def stood(self) -> bool:
        """Whether it was ever seen to stand still."""
        return any(mark.standing for mark in self.marks)

    @property
    def weak(self) -> bool:
        """Whether the detector was never sure of it."""
        return not any(mark.sure for mark in self.marks)

    def at(self, t_s: float) -> Mark | None:
        """Give what the last look until `t_s` said; None before its first look."""
        return next((mark for mark in reversed(self.marks) if mark.t_s <= t_s), None)


@dataclass(slots=True)
class ClaimHistory:
    """What one zone said of one stay. `since_s` is when its dwell began to count, as last known."""

    zone: str
    kind: ViolationKind
    stay: str
    label: str
    box: Box
    since_s: float
    dwell_s: float
    opened_s: float
    confirmed_s: float | None = None
    ended_s: float | None = None
    end: str = ""
    why: str = ""


class History:
    """Collects what a watch makes of its observations. Call `note` after each `watch.observe`."""

    def __init__(self, watch: Watch, zones: Iterable[Zone]) -> None:
        self.zones = tuple(zones)
        self.looks: list[tuple[float, View]] = []
        self.stays: dict[str, StayHistory] = {}
        self.claims: list[ClaimHistory] = []
        self._watch = watch
        self._alive: dict[str, Stay] = {}
        self._scored: dict[str, tuple[int, float]] = {stay.id: _scored(stay) for stay in watch.ledger.stays}
        self._take_up(json.loads(watch.snapshot())["zones"])

    def note(self, observation: Observation, events: Iterable[Event]) -> None:
        """Write down what the last look said."""
        self.looks.append((observation.t_s, observation.view))
        now = {stay.id: stay for stay in self._watch.ledger.stays}
        for stay in now.values():
            self._mark(stay)
        for gone in self._alive.keys() - now.keys():
            stay = self._alive[gone]
            self._mark(stay)  # the look that ended it has spoken of it too
            self.stays[gone].ended_s, self.stays[gone].end = observation.t_s, why_ended(stay, now.values())
        self._alive = now
        for event in events:
            self._follow(event)

    def claims_of(self, stay_id: str) -> list[ClaimHistory]:
        """Give the claims that are named after a stay."""
        return [claim for claim in self.claims if claim.stay == stay_id]

    def _mark(self, stay: Stay) -> None:
        known = self.stays.get(stay.id)
        if known is None:
            known = StayHistory(stay.id, stay.label, stay.group, stay.box, stay.first_seen_s)
            self.stays[stay.id] = known
        elif known.marks and known.marks[-1].t_s == stay.last_look_s:
            return
        known.label, known.box = stay.label, stay.box
        detected, score_sum = self._scored.get(stay.id, (0, 0.0))
        score = stay.score_sum - score_sum if stay.detected > detected else None
        self._scored[stay.id] = _scored(stay)
        judged = stay.looks - stay.unknown
        known.marks.append(
            Mark(
                stay.last_look_s,
                stay.sight,
                score,
                stay.sure,
                judged,
                stay.missed_s,
                stay.standing,
                stay.proved,
                stay.why,
            )
        )

    def _take_up(self, zones: dict[str, dict[str, list[dict[str, object]]]]) -> None:
        """Take up the claims that the watch remembers from before."""
        for zone in self.zones:
            for data in zones.get(zone.id, {}).get("claims", []):
                claim = Claim.from_json(data)
                dwell_s = zone.numbers_of(claim.label).dwell_s
                self.claims.append(
                    ClaimHistory(
                        zone.id,
                        zone.kind,
                        claim.key,
                        claim.label,
                        claim.box,
                        claim.since_s,
                        dwell_s,
                        claim.since_s,
                        claim.confirmed_s,
                    )
                )

    def _follow(self, event: Event) -> None:
        claim = next(
            (c for c in self.claims if (c.zone, c.stay, c.ended_s) == (event.zone, event.stay, None)),
            None,
        )
        if claim is None:
            claim = ClaimHistory(
                event.zone,
                event.kind,
                event.stay,
                event.label,
                event.box,
                event.first_seen_s,
                event.dwell_s,
                event.at_s,
            )
            self.claims.append(claim)
        claim.label, claim.box, claim.since_s = event.label, event.box, event.first_seen_s
        if event.phase is EventPhase.CONFIRMED:
            claim.confirmed_s, claim.why = event.at_s, event.why
        elif event.phase in (EventPhase.CLEARED, EventPhase.DROPPED):
            claim.ended_s, claim.end = event.at_s, event.why


def _scored(stay: Stay) -> tuple[int, float]:
    return stay.detected, stay.score_sum


def why_ended(stay: Stay, left: Iterable[Stay]) -> str:
    """Say why the ledger let a stay go, from what it knew last and from the stays that are `left`."""
    if not stay.standing:
        return "was moving through: not seen twice in one place"
    if not stay.believed and stay.last_detected_s < stay.last_look_s:
        return "never surely detected"
    same = [other for other in left if other.group == stay.group and other.sight is Sight.SEEN]
    if any(iou(other.box, stay.box) >= 0.5 and other.first_seen_s <= stay.first_seen_s for other in same):
        return "taken for another stay that was there before"
    if stay.sight is Sight.SEEN:
        return "turned out to be part of another stay"
    if stay.sight is Sight.MISSED:
        return f"missed for {stay.missed_s:.0f} s"
    return "hidden for too long"
