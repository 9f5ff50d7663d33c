"""Answers to requests for pictures: verified, kept until their evidence is complete, then shown on their case."""

from __future__ import annotations

import logging
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.cases.lifecycle import CaseAction, Origin
from central.cases.steps import Actor, take_step
from central.column_types import now
from central.database import Sessions
from central.evidence_store import EvidenceStore
from central.ingest import outcome
from central.ingest.outcome import Reply, Unacceptable
from central.ingest.signed import read_signed
from central.settings import Settings
from central.site.site import Site
from central.tables import AskedPicture, AskedState, Case, PictureEvidence
from protocol.messages import PictureResponse
from protocol.signing import unwrap

log = logging.getLogger(__name__)

_SETTLED = (AskedState.GIVEN, AskedState.REFUSED)


class PictureAnswers:
    """Takes answers. Everything may come again, in any order, at any worker; the first whole answer counts."""

    def __init__(self, sessions: Sessions, evidence: EvidenceStore, settings: Settings, site: Site) -> None:
        self._sessions = sessions
        self._site = site
        self._evidence = evidence
        self._zone = settings.zone
        self._max_evidence_bytes = settings.max_evidence_mb * 1024 * 1024

    def receive(self, device: str, payload: bytes) -> list[Reply]:
        """Take one answer; say "stored", or "missing" when it is repeated and its evidence still lacks.

        Raises Unacceptable, KeyNotYetKnown.
        """
        response, key = read_signed(
            self._sessions, device, payload, PictureResponse, most_evidence_bytes=self._max_evidence_bytes
        )
        fresh = self._keep(response, payload, key)
        # Checked only after the answer is committed: whoever stores its last file from now on sees it waiting.
        lacking = self.complete(response.id)
        if not lacking:
            return [outcome.stored(device, response.id)]
        return [] if fresh else [outcome.missing(device, *lacking)]

    def complete(self, request_id: UUID) -> list[str]:
        """Settle a request whose answer is here with all its evidence; else give the hashes that lack."""
        with self._sessions.read() as session:
            wanted = _lacking(session, request_id)
        here = {sha256 for sha256 in wanted if self._evidence.exists(sha256)}
        with self._sessions.write() as session:
            row = session.get_one(AskedPicture, request_id, with_for_update=True)
            if row.state is not AskedState.ARRIVING or row.document is None:
                return []
            for file in session.scalars(select(PictureEvidence).filter_by(request_id=request_id, stored=False)):
                file.stored = file.sha256 in here
            session.flush()
            lacking = _lacking(session, request_id)
            if not lacking:
                response = PictureResponse.model_validate(unwrap(row.document)[0])
                row.state = AskedState.REFUSED if response.refused else AskedState.GIVEN
                row.answered_at = now()
                case = session.get_one(Case, row.case_id, with_for_update=True)
                note = _note(response, self._zone)
                take_step(session, self._site, case, CaseAction.PICTURE, Actor(row.device_id, Origin.BOX), note=note)
        return lacking

    def waiting_for(self, sha256: str) -> list[tuple[str, UUID]]:
        """Give (device, id) of the answers that wait for this evidence file."""
        with self._sessions.read() as session:
            rows = session.execute(
                select(AskedPicture.device_id, AskedPicture.id)
                .join(PictureEvidence, PictureEvidence.request_id == AskedPicture.id)
                .where(PictureEvidence.sha256 == sha256, AskedPicture.state == AskedState.ARRIVING)
                .distinct()
            ).all()
        return [(device, request_id) for device, request_id in rows]

    def _keep(self, response: PictureResponse, payload: bytes, key: dict[str, str]) -> bool:
        """Write the answer down as arriving; say whether it came for the first time."""
        with self._sessions.write() as session:
            row = session.get(AskedPicture, response.id, with_for_update=True)
            if row is None or (row.device_id, row.camera_id) != (response.device, response.camera):
                raise Unacceptable(
                    "应答的请求不存在，或不是向该设备的这台摄像机提出的",
                    f"there is no request {response.id} to {response.device} for a picture of {response.camera!r}",
                    message_id=response.id,
                )
            if row.state in _SETTLED or row.document == payload:
                return False
            # A box that was started anew between two answers has taken another picture: the newer one counts.
            row.state, row.document, row.signed_by = AskedState.ARRIVING, payload, key
            session.execute(delete(PictureEvidence).filter_by(request_id=row.id))
            for position, ref in enumerate(response.evidence):
                session.add(
                    PictureEvidence(request_id=row.id, position=position, stored=False, **ref.model_dump(mode="python"))
                )
        return True


def _lacking(session: Session, request_id: UUID) -> list[str]:
    rows = session.scalars(select(PictureEvidence.sha256).filter_by(request_id=request_id, stored=False).distinct())
    return sorted(rows)


def _note(response: PictureResponse, zone: ZoneInfo) -> str:
    if response.refused:
        return f"{response.refused.text_zh} / {response.refused.text_en}"
    assert response.taken_at is not None
    at = response.taken_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    return f"拍摄于 {at} / taken at {at}"
