"""Evidence: parts go to the store; the last one completes what waits for the file."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from central import notices
from central.column_types import now
from central.database import Sessions
from central.evidence_store import EvidenceStore, TooManyParts, WrongHashError
from central.ingest import outcome
from central.ingest.allowance import Allowance
from central.ingest.outcome import Reply, Unacceptable
from central.settings import Settings
from central.tables import Device
from protocol import evidence_parts
from protocol.messages import HealthEvent

log = logging.getLogger(__name__)

_WRONG_AT_ONCE, _WRONG_PER_HOUR = 20, 60
"""So many wrong parts and files with a wrong hash are kept for a person, of each box."""
_SAID_AGAIN_S = 3600.0
_MOST_SAID = 1000


class Waiting(Protocol):
    """Messages that wait for evidence: violations, and pictures that were asked for."""

    def waiting_for(self, sha256: str) -> list[tuple[str, UUID]]:
        """Give (device, id) of those that wait for this file."""

    def complete(self, message_id: UUID, /) -> list[str]:
        """Commit one for good when all its evidence is here; else give the hashes that lack."""


class Evidence:
    """Takes parts of evidence files."""

    def __init__(
        self, sessions: Sessions, store: EvidenceStore, waiting: Iterable[Waiting], settings: Settings
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._said_s: dict[str, float] = {}
        self._wrong = Allowance(_WRONG_AT_ONCE, _WRONG_PER_HOUR / 3600)
        self._waiting = tuple(waiting)
        self._max_bytes = settings.max_evidence_mb * 1024 * 1024

    def receive(self, device: str, sha256: str, payload: bytes) -> list[Reply]:
        """Take one part from `device`; say "stored" for every message that it completes. Raises Unacceptable."""
        try:
            part = evidence_parts.decode(payload)
        except ValueError as error:
            if not self._wrong.take(device, time.monotonic()):
                return []
            raise Unacceptable("不是证据分片", str(error)) from error
        if part.total_bytes > self._max_bytes:
            raise Unacceptable(
                f"证据文件过大（{part.total_bytes} 字节）",
                f"the evidence file has {part.total_bytes} bytes, at most {self._max_bytes} are taken",
            )
        try:
            whole = self._store.add_part(device, sha256, part)
        except TooManyParts:
            self._tell_once_an_hour(device)
            return []
        except WrongHashError as error:
            if not self._wrong.take(device, time.monotonic()):
                return []  # kept often enough to be looked at; the box hears that the file is missing
            raise Unacceptable("证据与其哈希不符", str(error), content=error.content) from error
        if not whole:
            return []
        return [
            outcome.stored(owner, message_id)
            for room in self._waiting
            for owner, message_id in room.waiting_for(sha256)
            if not room.complete(message_id)
        ]

    def _tell_once_an_hour(self, device: str) -> None:
        now_s = time.monotonic()
        if now_s - self._said_s.get(device, -_SAID_AGAIN_S) < _SAID_AGAIN_S or len(self._said_s) > _MOST_SAID:
            return
        self._said_s[device] = now_s
        log.warning(
            "ingest: %s has too many evidence files under way that never become whole; its parts are dropped", device
        )
        with self._sessions.write() as session:
            if session.get(Device, device) is not None:
                event = HealthEvent(
                    at=now(),
                    severity="warning",
                    code="too_many_parts",
                    text_zh="设备有过多未传完的证据文件，新的分片暂不接收；若持续出现，请检查设备是否被冒用",
                    text_en="The box has too many evidence files under way that never become whole; more parts are "
                    "dropped for now. If this lasts, see whether somebody uses the box's name",
                )
                notices.add(session, device, event)
