"""The streets: what comes, stands, goes and comes again, and what the boxes send about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from central.ingest.inbox import Inbox
from protocol import evidence_parts, topics
from protocol.ids import derived_id
from protocol.messages import Phase
from scripts.simulating.box import CAMERAS, SLOTS, Box, SimulatedStay
from scripts.simulating.clock import END, START, Clock

RATES = (1, 1, 1, 1, 1, 2, 4, 8, 10, 9, 8, 8, 9, 7, 6, 6, 7, 9, 10, 9, 7, 5, 3, 2)
"""How much happens in each hour of the day, against the other hours."""

_NEVER_LEAVES, _COMES_AGAIN, _SENT_TWICE, _LATE_NEWS = 0.05, 0.15, 0.06, 0.04
_PER_STAY = 1.9
"""Violations of a stay: confirmed, and cleared in most cases."""


@dataclass
class Ledger:
    """What the boxes sent: the id of each violation, with its stay and phase; and what was acknowledged as stored."""

    sent: dict[UUID, tuple[UUID, Phase]] = field(default_factory=dict)
    acknowledged: set[UUID] = field(default_factory=set)
    messages: int = 0
    sent_again: int = 0
    late_news: int = 0
    came_again: int = 0


class Street:
    """All streets of the city."""

    def __init__(self, clock: Clock, inbox: Inbox, boxes: list[Box], violations: int, seed: int) -> None:
        self.ledger = Ledger()
        self.stays: dict[UUID, SimulatedStay] = {}
        self._clock, self._inbox, self._boxes = clock, inbox, boxes
        self._chance = Random(f"street {seed}")
        self._taken: set[tuple[str, int, int]] = set()
        self._evidence_sent: set[str] = set()
        for box in boxes:
            inbox.receive(*box.status(START))
        for _ in range(max(1, round(violations / _PER_STAY / (1 + _COMES_AGAIN)))):
            hour = self._chance.choices(range(24), RATES)[0]
            clock.call(START + timedelta(hours=hour + self._chance.random()), self._comes)

    def leaves_in(self, stay_id: UUID, minutes: float) -> None:
        """Let something leave so many minutes from now."""
        stay = self.stays[stay_id]
        self._clock.call(self._clock.at + timedelta(minutes=minutes), lambda: self._leaves(stay))

    def _comes(self, place: tuple[Box, int, int] | None = None) -> None:
        box, camera, slot = place or self._free_place()
        if (box.device, camera, slot) in self._taken or self._clock.at >= END:
            return
        self._taken.add((box.device, camera, slot))
        since = self._clock.at
        stay = SimulatedStay(
            id=derived_id(since, box.device, f"{camera} {slot}"),
            box=box,
            camera=camera,
            slot=slot,
            since=since,
            confirmed_at=since + timedelta(seconds=self._chance.uniform(60, 180)),
            score=round(self._chance.uniform(0.6, 0.98), 3),
        )
        self.stays[stay.id] = stay
        self._clock.call(stay.confirmed_at, lambda: self._confirmed(stay))

    def _free_place(self) -> tuple[Box, int, int]:
        for _ in range(1000):
            box = self._chance.choice(self._boxes)
            camera, slot = self._chance.randrange(len(CAMERAS)), self._chance.randrange(SLOTS)
            if (box.device, camera, slot) not in self._taken:
                break
        return box, camera, slot

    def _confirmed(self, stay: SimulatedStay) -> None:
        if self._chance.random() < _LATE_NEWS:  # the news of its leaving overtakes that of its coming
            self.ledger.late_news += 1
            gone_in = self._chance.uniform(5, 15)
            self.leaves_in(stay.id, gone_in)
            later = self._clock.at + timedelta(minutes=gone_in + self._chance.uniform(1, 10))
            self._clock.call(later, lambda: self._send(stay, Phase.CONFIRMED))
            return
        self._send(stay, Phase.CONFIRMED)
        if self._chance.random() >= _NEVER_LEAVES:
            self.leaves_in(stay.id, self._chance.lognormvariate(4.0, 0.8))

    def _leaves(self, stay: SimulatedStay) -> None:
        if stay.gone_at is not None or self._clock.at >= END + timedelta(hours=2):
            return
        stay.gone_at = self._clock.at
        self._taken.discard((stay.box.device, stay.camera, stay.slot))
        self._send(stay, Phase.CLEARED)
        if self._chance.random() < _COMES_AGAIN:
            self.ledger.came_again += 1
            back_at = self._clock.at + timedelta(minutes=self._chance.uniform(5, 75))
            self._clock.call(back_at, lambda: self._comes((stay.box, stay.camera, stay.slot)))

    def _send(self, stay: SimulatedStay, phase: Phase) -> None:
        violation, payload = stay.box.violation(stay, phase)
        self.ledger.sent[violation.id] = (stay.id, phase)
        self._deliver(stay.box, violation.id, payload, [ref.sha256 for ref in violation.evidence])
        if self._chance.random() < _SENT_TWICE:
            self.ledger.sent_again += 1
            again = self._clock.at + timedelta(minutes=self._chance.uniform(0.5, 15))
            self._clock.call(again, lambda: self._receive(stay.box, topics.violation(stay.box.device), payload))

    def _deliver(self, box: Box, violation_id: UUID, payload: bytes, evidence: list[str]) -> None:
        """Send a violation, then what the centre has not got of its evidence; again until it says "stored"."""
        missing = self._receive(box, topics.violation(box.device), payload)
        for sha256 in sorted(({*evidence} - self._evidence_sent) | missing):
            for part in evidence_parts.split(box.pictures[sha256]):
                self._receive(box, topics.evidence(box.device, sha256), part.encode())
            self._evidence_sent.add(sha256)
        if violation_id not in self.ledger.acknowledged and self._clock.at < END + timedelta(hours=2, minutes=45):
            again = self._clock.at + timedelta(minutes=2)
            self._clock.call(again, lambda: self._deliver(box, violation_id, payload, evidence))

    def _receive(self, box: Box, topic: str, payload: bytes) -> set[str]:
        self.ledger.messages += 1
        missing: set[str] = set()
        for reply in self._inbox.receive(topic, payload).replies:
            self.ledger.acknowledged.update(reply.ack.stored)
            missing.update(one for one in reply.ack.missing if one in box.pictures)
        return missing
