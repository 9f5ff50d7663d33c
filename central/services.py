"""The services, built once and handed to the API and the console."""

from __future__ import annotations

from dataclasses import dataclass

from central import migrations
from central.accounts import Accounts
from central.blobs import BlobStore
from central.cases.service import CaseService
from central.database import Sessions, make_engine
from central.devices import Devices
from central.evidence_store import EvidenceStore
from central.quarantine import Quarantine
from central.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a page or a router needs."""

    cases: CaseService
    accounts: Accounts
    devices: Devices
    quarantine: Quarantine
    evidence: EvidenceStore
    settings: Settings
    sessions: Sessions


def build_services(settings: Settings) -> Services:
    """Open database and evidence store and bring the database up to date. Raises Problem."""
    engine = make_engine(settings.database)
    migrations.upgrade(engine)
    sessions = Sessions(engine)
    blobs = BlobStore(settings.evidence)
    return Services(
        cases=CaseService(sessions),
        accounts=Accounts(sessions),
        devices=Devices(sessions),
        quarantine=Quarantine(sessions, blobs),
        evidence=EvidenceStore(blobs),
        settings=settings,
        sessions=sessions,
    )
