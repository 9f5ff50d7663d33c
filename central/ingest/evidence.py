"""Evidence: parts go to the store; the last one completes what waits for the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from central.evidence_store import EvidenceStore, WrongHashError
from central.ingest import outcome
from central.ingest.outcome import Reply, Unacceptable
from central.settings import Settings
from protocol import evidence_parts


class Waiting(Protocol):
    """Messages that wait for evidence: violations, and pictures that were asked for."""

    def waiting_for(self, sha256: str) -> list[tuple[str, UUID]]:
        """Give (device, id) of those that wait for this file."""

    def complete(self, message_id: UUID, /) -> list[str]:
        """Commit one for good when all its evidence is here; else give the hashes that lack."""


class Evidence:
    """Takes parts of evidence files."""

    def __init__(self, store: EvidenceStore, waiting: Iterable[Waiting], settings: Settings) -> None:
        self._store = store
        self._waiting = tuple(waiting)
        self._max_bytes = settings.max_evidence_mb * 1024 * 1024

    def receive(self, sha256: str, payload: bytes) -> list[Reply]:
        """Take one part; say "stored" for every message that it completes. Raises Unacceptable."""
        try:
            part = evidence_parts.decode(payload)
        except ValueError as error:
            raise Unacceptable("不是证据分片", str(error)) from error
        if part.total_bytes > self._max_bytes:
            raise Unacceptable(
                f"证据文件过大（{part.total_bytes} 字节）",
                f"the evidence file has {part.total_bytes} bytes, at most {self._max_bytes} are taken",
            )
        try:
            whole = self._store.add_part(sha256, part)
        except WrongHashError as error:
            raise Unacceptable("证据与其哈希不符", str(error), content=error.content) from error
        if not whole:
            return []
        return [
            outcome.stored(device, message_id)
            for room in self._waiting
            for device, message_id in room.waiting_for(sha256)
            if not room.complete(message_id)
        ]
