"""What could not be read or trusted is kept here, where a person sees it, and never thrown away in silence."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime

from central.cases.views import View
from central.database import Sessions
from central.evidence_store import EvidenceStore


class QuarantineView(View):
    """A message that was set aside. The same message again counts in `times`."""

    id: UUID
    at: AwareDatetime
    topic: str
    device: str
    reason: str
    size_bytes: int
    preview: str
    times: int = 1
    last_at: AwareDatetime


class Quarantine:
    """The messages that were set aside: what and why in the database, their bytes in the evidence store."""

    def __init__(self, sessions: Sessions, store: EvidenceStore) -> None:
        self._sessions = sessions
        self._store = store

    def list(self, limit: int = 100) -> list[QuarantineView]:
        """Give the newest entries, newest first."""
        raise NotImplementedError

    def count(self) -> int:
        """Count the entries."""
        raise NotImplementedError

    def content(self, entry_id: UUID) -> bytes:
        """Give the bytes of one entry. Raises QuarantineEntryNotFound."""
        raise NotImplementedError
