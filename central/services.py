"""The services, built once and handed to the API and the console."""

from __future__ import annotations

from dataclasses import dataclass

from central.accounts import Accounts
from central.cases.service import CaseService
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
