"""Violations: verified, kept until their evidence is complete, then committed together with their case."""

from __future__ import annotations

import logging
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.cases.documents import read_message
from central.cases.opening import settle_stay
from central.column_types import now
from central.database import Sessions, insert_or_ignore
from central.evidence_store import EvidenceStore
from central.ingest import outcome
from central.ingest.outcome import Reply, Unacceptable
from central.ingest.signed import read_signed
from central.settings import Settings
from central.site.site import Site
from central.tables import StoredViolation, ViolationEvidence, ViolationState
from protocol.messages import Violation

log = logging.getLogger(__name__)


class Violations:
    """Takes violations. Everything may come again, in any order, at any worker."""

    def __init__(self, sessions: Sessions, evidence: EvidenceStore, settings: Settings, site: Site) -> None:
        self._sessions = sessions
        self._evidence = evidence
        self._site = site
        self._max_evidence_bytes = settings.max_evidence_mb * 1024 * 1024

    def receive(self, device: str, payload: bytes) -> list[Reply]:
        """Take one violation; say "stored", or "missing" when it is repeated and its evidence still lacks.

        Raises Unacceptable, KeyNotYetKnown.
        """
        violation, key = read_signed(
            self._sessions, device, payload, Violation, most_evidence_bytes=self._max_evidence_bytes
        )
        fresh = self._keep(violation, payload, key)
        # Checked only after the violation is committed: whoever stores its last file from now on sees it waiting.
        lacking = self.complete(violation.id)
        if not lacking:
            return [outcome.stored(device, violation.id)]
        return [] if fresh else [outcome.missing(device, *lacking)]

    def complete(self, violation_id: UUID) -> list[str]:
        """Commit a violation for good when all its evidence is here; else give the hashes that lack."""
        with self._sessions.read() as session:
            wanted = _lacking(session, violation_id)
        here = {sha256 for sha256 in wanted if self._evidence.exists(sha256)}
        with self._sessions.write() as session:
            row = session.get_one(StoredViolation, violation_id, with_for_update=True)
            if row.state is ViolationState.STORED:
                return []
            for file in session.scalars(select(ViolationEvidence).filter_by(violation_id=violation_id, stored=False)):
                file.stored = file.sha256 in here
            session.flush()
            lacking = _lacking(session, violation_id)
            if not lacking:
                row.state, row.stored_at = ViolationState.STORED, now()
                session.flush()
                settle_stay(session, self._site, read_message(row))
        if not lacking:
            log.info("stored violation %s (%s) of %s", violation_id, row.phase, row.device_id)
        return lacking

    def waiting_for(self, sha256: str) -> list[tuple[str, UUID]]:
        """Give (device, id) of the violations that wait for this evidence file."""
        with self._sessions.read() as session:
            rows = session.execute(
                select(StoredViolation.device_id, StoredViolation.id)
                .join(ViolationEvidence, ViolationEvidence.violation_id == StoredViolation.id)
                .where(ViolationEvidence.sha256 == sha256, StoredViolation.state == ViolationState.WAITING)
                .distinct()
            ).all()
        return [(device, violation_id) for device, violation_id in rows]

    def _keep(self, violation: Violation, payload: bytes, key: dict[str, str]) -> bool:
        """Write the violation down as waiting; say whether it came for the first time."""
        with self._sessions.write() as session:
            fresh = insert_or_ignore(
                session,
                StoredViolation,
                id=violation.id,
                device_id=violation.device,
                stay_id=violation.stay_id,
                phase=violation.phase,
                state=ViolationState.WAITING,
                document=payload,
                signed_by=key,
                received_at=now(),
            )
            if not fresh:
                row = session.get_one(StoredViolation, violation.id, with_for_update=True)
                if row.device_id != violation.device:
                    raise Unacceptable(
                        "编号已被其他设备使用", f"the id {violation.id} is of another device", message_id=violation.id
                    )
                if row.state is ViolationState.STORED or row.document == payload:
                    return False
                # A box whose disk was full has given up some evidence and signed anew what it still has.
                row.document, row.signed_by = payload, key
                session.execute(delete(ViolationEvidence).filter_by(violation_id=violation.id))
            _name_evidence(session, violation)
        return fresh


def _name_evidence(session: Session, violation: Violation) -> None:
    for position, ref in enumerate(violation.evidence):
        session.add(
            ViolationEvidence(
                violation_id=violation.id,
                position=position,
                sha256=ref.sha256,
                role=ref.role,
                rendition=ref.rendition,
                bytes=ref.bytes,
                media_type=ref.media_type,
                taken_at=ref.taken_at,
                width_px=ref.width_px,
                height_px=ref.height_px,
            )
        )


def _lacking(session: Session, violation_id: UUID) -> list[str]:
    rows = session.scalars(
        select(ViolationEvidence.sha256).filter_by(violation_id=violation_id, stored=False).distinct()
    )
    return sorted(rows)
