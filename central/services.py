"""The services, built once and handed to the API and the console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, DatabaseError

from central import migrations
from central.accounts import Accounts
from central.blobs import BlobStore
from central.cases.service import CaseService
from central.database import Sessions, make_engine
from central.devices import Devices
from central.evidence_store import MOST_OPEN_BYTES, EvidenceStore
from central.export.dataset import Datasets
from central.figures.service import Figures
from central.pictures.service import Pictures
from central.private_files import close_old_files
from central.problems import Problem
from central.quarantine import Quarantine
from central.settings import Settings
from central.site.site import Site, load_site


class DatabaseNotOpened(Problem):
    """The database cannot be opened."""

    code = "database_not_opened"
    status = 503

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"无法打开数据库，请检查 KERBWATCH_DATABASE_URL 或 --database：{error}",
            f"The database cannot be opened; look at KERBWATCH_DATABASE_URL or --database: {error}",
        )


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a page or a router needs."""

    cases: CaseService
    pictures: Pictures
    accounts: Accounts
    devices: Devices
    quarantine: Quarantine
    evidence: EvidenceStore
    figures: Figures
    datasets: Datasets
    settings: Settings
    sessions: Sessions
    site: Site


def build_services(settings: Settings) -> Services:
    """Read the site file, open database and evidence store, bring the database up to date. Raises Problem."""
    site = load_site(settings)
    close_old_files(settings)
    sessions = Sessions(_open_database(settings.database))
    blobs = BlobStore(settings.evidence)
    evidence = EvidenceStore(blobs, max(MOST_OPEN_BYTES, 2 * settings.max_evidence_mb * 1024 * 1024))
    return Services(
        cases=CaseService(sessions, site),
        pictures=Pictures(sessions, site, timedelta(seconds=settings.picture_wait_s)),
        accounts=Accounts(sessions),
        devices=Devices(sessions),
        quarantine=Quarantine(sessions, blobs),
        evidence=evidence,
        figures=Figures(sessions, site),
        datasets=Datasets(sessions, evidence),
        settings=settings,
        sessions=sessions,
        site=site,
    )


def _open_database(url: str) -> Engine:
    try:
        engine = make_engine(url)
        migrations.upgrade(engine)
    except (ArgumentError, DatabaseError, ModuleNotFoundError, OSError) as error:
        raise DatabaseNotOpened(error) from error
    return engine
