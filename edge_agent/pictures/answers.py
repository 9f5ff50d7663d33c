"""The answers that the centre has not acknowledged yet: sent when no violation is due, repeated, given up when stale.

They are kept in memory: a question stands for minutes only, and what a restart loses the centre shows as unanswered.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import UUID

from edge_agent.backoff import backoff_s
from edge_agent.outbox.outgoing import Evidence
from edge_agent.pictures import notices
from protocol.messages import Ack, HealthEvent, PictureResponse

GRACE_S = 60.0
"""How long after its request has expired an answer is still repeated."""
MOST_HELD = 64
"""Answers beyond this are not kept, refusals to a flood of requests: the centre shows those as unanswered."""
PROMPT_REPEATS = 3


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """An evidence file in memory."""

    evidence: Evidence

    @property
    def sha256(self) -> str:
        """Its name."""
        return self.evidence.ref.sha256

    @property
    def size_bytes(self) -> int:
        """Its length."""
        return len(self.evidence.content)

    def open(self) -> BinaryIO:
        """Open its content for reading."""
        return io.BytesIO(self.evidence.content)


@dataclass(slots=True)
class Answer:
    """One answer. `until_s`, monotonic seconds, is when it is given up."""

    response: PictureResponse
    until_s: float
    files: tuple[AnswerFile, ...] = ()
    attempts: int = 0
    next_s: float = field(default=0.0)


class Answers:
    """Thread-safe; times are monotonic seconds. `changed` is called whenever there may be something to send."""

    def __init__(self, tell: Callable[[HealthEvent], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._held: dict[UUID, Answer] = {}
        self.changed: Callable[[], object] = lambda: None

    def add(self, answer: Answer) -> bool:
        """Keep an answer until the centre has it; False when too many are kept already."""
        with self._lock:
            if not answer.files and len(self._held) >= MOST_HELD:
                return False
            self._held[answer.response.id] = answer
        self.changed()
        return True

    def pictures(self) -> int:
        """Count the answers with a picture that are not acknowledged."""
        with self._lock:
            return sum(bool(answer.files) for answer in self._held.values())

    def repeat(self, request: UUID) -> bool:
        """Send an answer again now, because it was asked for again; False when there is none."""
        with self._lock:
            answer = self._held.get(request)
            if answer is None:
                return False
            answer.next_s = 0.0
        self.changed()
        return True

    def give_up(self, now_s: float) -> list[str]:
        """Give up what is stale, and tell it; returns the files that are not needed any more."""
        with self._lock:
            stale = [answer for answer in self._held.values() if answer.until_s <= now_s]
            for answer in stale:
                del self._held[answer.response.id]
        for answer in stale:
            self._tell(notices.picture_unheard(answer.response.camera, answer.response.id))
        return [file.sha256 for answer in stale for file in answer.files]

    def due(self, now_s: float) -> Answer | None:
        """Give the answer that has waited longest, if one may be sent now."""
        with self._lock:
            first = min(self._held.values(), key=lambda answer: answer.next_s, default=None)
        return first if first is not None and first.next_s <= now_s else None

    def next_s(self) -> float | None:
        """Give when an answer may next be sent; None when there is none."""
        with self._lock:
            return min((answer.next_s for answer in self._held.values()), default=None)

    def mark_sent(self, answer: Answer, now_s: float, ack_timeout_s: float) -> None:
        """Note that the broker gets it: due again after `ack_timeout_s`, then after twice that."""
        with self._lock:
            answer.attempts += 1
            answer.next_s = now_s + backoff_s(answer.attempts, ack_timeout_s, GRACE_S)

    def make_all_due(self) -> None:
        """Send everything again: the broker has forgotten what it had."""
        with self._lock:
            for answer in self._held.values():
                answer.next_s = 0.0

    def settle(self, ack: Ack) -> list[str]:
        """Take the centre's word; returns the files that no answer needs any more."""
        refused = {one.id: one.reason for one in ack.refused}
        with self._lock:
            done = [self._held.pop(one) for one in (*ack.stored, *refused) if one in self._held]
            for answer in self._held.values():
                if answer.attempts <= PROMPT_REPEATS and any(file.sha256 in ack.missing for file in answer.files):
                    answer.next_s = 0.0
        for answer in done:
            if answer.response.id in refused:
                response = answer.response
                self._tell(notices.picture_answer_refused(response.camera, response.id, refused[response.id]))
        return [file.sha256 for answer in done for file in answer.files]
