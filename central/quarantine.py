"""What could not be read or trusted is kept here, where a person sees it, and never thrown away in silence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from uuid import UUID, uuid4

from pydantic import AwareDatetime, Field
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from central.blobs import BlobStore
from central.cases.views import View
from central.column_types import now
from central.database import Sessions, insert_or_ignore
from central.problems import Problem
from central.tables import QuarantineEntry

_PREVIEW_CHARS = 200
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class QuarantineEntryNotFound(Problem):
    """No entry has this id."""

    code = "quarantine_entry_not_found"
    status = 404

    def __init__(self, entry_id: UUID) -> None:
        super().__init__(f"隔离区没有 {entry_id}", f"There is no quarantine entry {entry_id}")


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
    readmitted_at: AwareDatetime | None = Field(default=None, description="when it was taken after all")


class Quarantine:
    """The messages that were set aside: what and why in the database, their bytes beside the evidence."""

    def __init__(self, sessions: Sessions, blobs: BlobStore) -> None:
        self._sessions = sessions
        self._blobs = blobs

    def add(self, topic: str, device: str, content: bytes, reason: str) -> bool:
        """Set a message aside; say whether it is new. The same one for the same reason is kept once and counted."""
        topic, reason = _printable(topic), _printable(reason)
        digest = hashlib.sha256(content).hexdigest()
        fingerprint = hashlib.sha256(f"{topic}\n{digest}\n{reason}".encode()).hexdigest()
        self._blobs.put(_key(digest), content)
        at = now()
        with self._sessions.write() as session:
            fresh = insert_or_ignore(
                session,
                QuarantineEntry,
                id=uuid4(),
                fingerprint=fingerprint,
                at=at,
                last_at=at,
                times=1,
                topic=topic,
                device=device[:64],
                reason=reason,
                size_bytes=len(content),
                preview=_printable(content[: 4 * _PREVIEW_CHARS].decode("utf-8", "replace"))[:_PREVIEW_CHARS],
                content_sha256=digest,
            )
            if not fresh:
                session.execute(
                    update(QuarantineEntry)
                    .where(QuarantineEntry.fingerprint == fingerprint)
                    .values(times=QuarantineEntry.times + 1, last_at=at)
                )
        return fresh

    def list(self, limit: int = 100) -> list[QuarantineView]:
        """Give the newest entries, newest first."""
        with self._sessions.read() as session:
            rows = session.scalars(select(QuarantineEntry).order_by(QuarantineEntry.at.desc()).limit(limit))
            return [QuarantineView.model_validate(row, from_attributes=True) for row in rows]

    def count(self) -> int:
        """Count the entries that were not taken after all."""
        with self._sessions.read() as session:
            return count_set_aside(session)

    def get(self, entry_id: UUID) -> QuarantineView:
        """Return one entry. Raises QuarantineEntryNotFound."""
        with self._sessions.read() as session:
            entry = session.get(QuarantineEntry, entry_id)
        if entry is None:
            raise QuarantineEntryNotFound(entry_id)
        return QuarantineView.model_validate(entry, from_attributes=True)

    def set_aside_on(self, *topics: str, limit: int = 1000) -> Sequence[UUID]:
        """Return the entries of these topics that were not taken after all, oldest first."""
        query = select(QuarantineEntry.id).filter_by(readmitted_at=None).where(QuarantineEntry.topic.in_(topics))
        with self._sessions.read() as session:
            return session.scalars(query.order_by(QuarantineEntry.at).limit(limit)).all()

    def mark_readmitted(self, entry_id: UUID) -> None:
        """Note that an entry's message was taken after all; it stays, with its bytes, as a record."""
        with self._sessions.write() as session:
            session.execute(update(QuarantineEntry).where(QuarantineEntry.id == entry_id).values(readmitted_at=now()))

    def content(self, entry_id: UUID) -> bytes:
        """Give the bytes of one entry. Raises QuarantineEntryNotFound, StoreUnavailable."""
        with self._sessions.read() as session:
            entry = session.get(QuarantineEntry, entry_id)
        if entry is None:
            raise QuarantineEntryNotFound(entry_id)
        try:
            return self._blobs.get(_key(entry.content_sha256))
        except FileNotFoundError:
            raise QuarantineEntryNotFound(entry_id) from None


def count_set_aside(session: Session) -> int:
    """Count the entries that were not taken after all."""
    query = select(func.count()).select_from(QuarantineEntry).where(QuarantineEntry.readmitted_at.is_(None))
    return session.scalar(query) or 0


def _key(digest: str) -> str:
    return f"quarantine/{digest[:2]}/{digest}"


def _printable(text: str) -> str:
    # PostgreSQL takes neither NUL nor half characters, and a page should not either.
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
