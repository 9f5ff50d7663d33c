"""The day: the clock moves by the minute, and the centre's real workers do what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from central import column_types
from central.cases.lifecycle import OPEN
from central.cases.timekeeper import Timekeeper
from central.filing import outbox
from central.filing.worker import FilingWorker
from central.ingest.inbox import Inbox
from central.problems import Problem
from central.services import Services, build_services
from central.settings import Settings
from central.tables import Case, JobState, StoredViolation
from central.telling.worker import NoticeWorker
from scripts.simulating.agreed import site_file
from scripts.simulating.box import Box, draw_pictures
from scripts.simulating.clock import OVER, START, Clock
from scripts.simulating.gateway import Gateway
from scripts.simulating.people import People
from scripts.simulating.platform import Platform
from scripts.simulating.street import Ledger, Street

_MINUTE = timedelta(minutes=1)
_PEOPLE_COME_EVERY, _SAMPLE_EVERY = 5, 5


class NotEmpty(Problem):
    """A simulation would mix with what is in the database."""

    def __init__(self) -> None:
        super().__init__("数据库不是空的，请换一个空库", "The database is not empty: give --database an empty one")


@dataclass(frozen=True, slots=True)
class Sample:
    """What is open at a moment: cases, and orders that wait for the platform."""

    at: datetime
    open_cases: int
    filing_backlog: int


@dataclass
class SimulatedDay:
    """A day that is over, and what was noted outside the centre."""

    services: Services
    ledger: Ledger
    platform: Platform
    gateway_answers: dict[int, int]
    samples: list[Sample] = field(default_factory=list)


Tell = Callable[[float, str], None]


@contextmanager
def simulated_day(
    folder: Path,
    *,
    boxes: int,
    violations: int,
    seed: int,
    database_url: str = "",
    minutes_per_step: int = 1,
    tell: Tell = lambda share, text: None,
) -> Iterator[SimulatedDay]:
    """Run a whole day on a database in `folder` (or at `database_url`); `tell` gets the share done, and words.

    The workers look every `minutes_per_step`: 1 or 5. The centre's clock shows the end of the day until the block
    ends. Raises NotEmpty.
    """
    names = [f"box-{n:02d}" for n in range(1, boxes + 1)]
    clock = Clock()
    column_types.set_clock(clock)
    try:
        with Gateway(seed, unknown=names[-1]) as gateway:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "site.yaml").write_text(site_file(names, gateway.url), encoding="utf-8")
            services = build_services(Settings(data_dir=folder, database_url=database_url))
            try:
                _check_empty(services)
                inbox = Inbox(
                    services.sessions, services.evidence, services.quarantine, services.settings, services.site
                )
                pictures = draw_pictures()
                street = Street(clock, inbox, [Box(name, pictures) for name in names], violations, seed)
                platform = Platform(services.sessions, services.site.zone, seed)
                day = SimulatedDay(services, street.ledger, platform, gateway.answers)
                _run(day, clock, street, People(clock, services, street, seed), gateway, tell, minutes_per_step)
                yield day
            finally:
                services.sessions.close()
    finally:
        column_types.set_clock(None)


def _run(
    day: SimulatedDay,
    clock: Clock,
    street: Street,
    people: People,
    gateway: Gateway,
    tell: Tell,
    minutes_per_step: int,
) -> None:
    services = day.services
    notices = NoticeWorker(services.sessions, services.site)
    timekeeper = Timekeeper(services.sessions, services.site)
    filing = FilingWorker(services.sessions, services.site, {outbox.DEFAULT_CONNECTOR: day.platform})
    for minute in range(0, int((OVER - START) / _MINUTE) + 1, minutes_per_step):
        clock.move_to(START + minute * _MINUTE)
        notices.run_due()
        people.shops_hear(gateway.newly_told())
        timekeeper.run_due()
        filing.run_due()
        if minute % _SAMPLE_EVERY == 0:
            sample = _sample(services, clock.at)
            day.samples.append(sample)
            local = clock.at.astimezone(services.site.zone)
            said = f"{local:%H:%M} {len(street.ledger.sent)} violations, {sample.open_cases} open cases"
            tell(min(1.0, (clock.at - START) / (OVER - START)), f"{said}, {sample.filing_backlog} orders waiting")
        if minute % _PEOPLE_COME_EVERY == 0:
            people.come_by()


def _sample(services: Services, at: datetime) -> Sample:
    with services.sessions.read() as session:
        open_cases = session.scalar(select(func.count()).select_from(Case).where(Case.state.in_(OPEN))) or 0
        return Sample(at, open_cases, outbox.counts(session)[JobState.WAITING])


def _check_empty(services: Services) -> None:
    with services.sessions.read() as session:
        if session.scalar(select(func.count()).select_from(StoredViolation)):
            raise NotEmpty
