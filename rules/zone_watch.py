"""One zone's watch: it asks its rule what breaks it, and says when that is certain and when it is over."""

from __future__ import annotations

from typing import Any

from protocol.kinds import Subject, ViolationKind
from rules.attendance import Attendance
from rules.claim import Claim, claim_of
from rules.classes import subject_of
from rules.event import Event, EventPhase
from rules.geometry import around
from rules.offence import Offence, Scene
from rules.parking import parked_vehicles
from rules.stay import Stay
from rules.umbrella import standing_parasols
from rules.vending import attended_stalls, completes_stall
from rules.zone import Zone


class ZoneWatch:
    """The claims of one zone of one camera."""

    def __init__(self, camera: str, zone: Zone) -> None:
        self.zone = zone
        self._camera = camera
        self._attendance = Attendance()
        self._claims: list[Claim] = []
        self._quiet_until_s: dict[Subject, float] = {}
        self._applies_since_s: float | None = None

    def reported(self) -> set[str]:
        """Give the stays of which a confirmed violation still stands."""
        return {member for claim in self._claims if claim.confirmed_s is not None for member in claim.members}

    def pending(self) -> set[str]:
        """Give the stays of which something may be reported that is not yet certain."""
        return {member for claim in self._claims if claim.confirmed_s is None for member in claim.members}

    def look(self, scene: Scene, *, applies: bool) -> list[Event]:
        """Judge the scene; `applies` is what the zone's schedule says."""
        if not applies:
            self._applies_since_s = None
        elif self._applies_since_s is None:
            self._applies_since_s = scene.at_s
        not_before_s = scene.at_s if self._applies_since_s is None else self._applies_since_s
        events = [event for claim in list(self._claims) if (event := self._end(claim, scene))]
        for offence in self._offences(scene):
            claim = next((c for c in self._claims if c.members & {stay.id for stay in offence.members}), None)
            if claim is None:
                if not (applies and offence.seen):
                    continue
                claim = claim_of(offence, not_before_s)
                self._claims.append(claim)
                events.append(self._event(EventPhase.OPENED, claim, scene.at_s, offence.lead.why))
            claim.follow(offence, not_before_s)
            if applies and self._certain(claim, offence, scene.at_s):
                claim.confirmed_s = scene.at_s
                events.append(self._event(EventPhase.CONFIRMED, claim, scene.at_s, offence.lead.why))
        return events

    def _offences(self, scene: Scene) -> list[Offence]:
        match self.zone.kind:
            case ViolationKind.ILLEGAL_PARKING:
                found = parked_vehicles(self.zone, scene)
            case ViolationKind.UMBRELLA_STALL:
                found = standing_parasols(self.zone, scene)
            case ViolationKind.STREET_VENDING:
                found = attended_stalls(self.zone, scene, self._attendance)
        return heaps(self.zone, found)

    def _certain(self, claim: Claim, offence: Offence, at_s: float) -> bool:
        """Certain is what is seen now, was detected often enough, and has stood for the zone's dwell."""
        subject = subject_of(self.zone.kind, claim.label)
        return (
            claim.confirmed_s is None
            and offence.seen
            and offence.proved
            and at_s - claim.since_s >= self.zone.numbers_of(claim.label).dwell_s
            and at_s >= self._quiet_until_s.get(subject, at_s)
        )

    def _end(self, claim: Claim, scene: Scene) -> Event | None:
        """End a claim when too little of it stands any more."""
        left = [stay for stay in scene.stays if stay.id in claim.members]
        claim.members = {stay.id for stay in left}
        if self._enough(left):
            return None
        at_s = scene.at_s
        self._claims.remove(claim)
        if claim.confirmed_s is None:
            return self._event(EventPhase.DROPPED, claim, at_s, "left before the dwell was over")
        subject = subject_of(self.zone.kind, claim.label)
        self._quiet_until_s[subject] = at_s + self.zone.numbers_of(claim.label).cooldown_s
        return self._event(EventPhase.CLEARED, claim, at_s, "its place is clear")

    def _enough(self, stays: list[Stay]) -> bool:
        """Say whether these would still break the rule: enough for a heap, or for a stall."""
        numbers = self.zone.numbers_of()
        if self.zone.kind is ViolationKind.STREET_VENDING:
            return completes_stall(stays, numbers.min_weight) is not None
        return len(stays) >= numbers.min_count

    def _event(self, phase: EventPhase, claim: Claim, at_s: float, why: str) -> Event:
        return Event(
            phase=phase,
            at_s=at_s,
            camera=self._camera,
            zone=self.zone.id,
            kind=self.zone.kind,
            subject=subject_of(self.zone.kind, claim.label),
            stay=claim.key,
            label=claim.label,
            box=claim.box,
            first_seen_s=claim.since_s,
            confirmed_s=claim.confirmed_s,
            dwell_s=self.zone.numbers_of(claim.label).dwell_s,
            count=claim.count,
            counts=claim.counts,
            why=why,
        )

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON data, for the box to keep over a restart."""
        return {
            "claims": [claim.to_json() for claim in self._claims],
            "attendance": self._attendance.to_json(),
            "quiet_until_s": dict(self._quiet_until_s),
            "applies_since_s": self._applies_since_s,
        }

    def restore(self, data: dict[str, Any]) -> None:
        """Take up what was kept."""
        self._claims = [Claim.from_json(item) for item in data["claims"]]
        self._attendance.restore(data["attendance"])
        self._quiet_until_s = {Subject(name): at_s for name, at_s in data["quiet_until_s"].items()}
        self._applies_since_s = data["applies_since_s"]


def heaps(zone: Zone, offences: list[Offence]) -> list[Offence]:
    """Where a zone counts only heaps (`min_count` of one subject at once), make each heap one offence.

    It breaks the rule since the last of the first `min_count` came, and is named after that one. What is missing now
    does not count.
    """
    least = zone.numbers_of().min_count
    if least == 1:
        return offences
    joined = []
    for subject in Subject:
        alike = sorted(
            (o for o in offences if subject_of(zone.kind, o.label) is subject and not o.missed),
            key=lambda o: (o.since_s, o.key),
        )
        if len(alike) >= least:
            members = tuple(stay for o in alike for stay in o.members)
            last = alike[least - 1]
            joined.append(Offence(last.key, last.since_s, last.label, around([o.box for o in alike]), members))
    return joined
