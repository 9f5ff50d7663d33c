"""The database: its migrations, its times, and several writers at once; on PostgreSQL too where there is one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, Uuid, func, insert, select, update
from sqlalchemy.exc import StatementError

from central import counters, migrations
from central.cases.lifecycle import CaseAction, CaseState, Origin
from central.cases.service import Actor
from central.cases.timekeeper import Timekeeper
from central.column_types import UtcDateTime
from central.database import Sessions, make_engine
from central.filing.builtin import BuiltinPlatform
from central.filing.worker import FilingWorker
from central.ingest.inbox import Inbox
from central.services import DatabaseNotOpened, Services, build_services
from central.settings import Settings
from central.tables import Base, Case, CaseStep, FilingJob, FilingOrder, JobState, Stay, UserRow
from central.telling.worker import NoticeWorker
from protocol.messages import MapPosition, Phase

if TYPE_CHECKING:
    from tests.central.conftest import Box


def test_migrations_and_models_agree(sessions: Sessions) -> None:
    with sessions.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(sessions: Sessions) -> None:
    migrations.upgrade(sessions.engine)


def test_a_database_of_a_newer_release_is_refused_in_a_sentence(sessions: Sessions) -> None:
    with sessions.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrations.NewerDatabase, match=r"newer release .*9999") as told:
        migrations.upgrade(sessions.engine)
    assert "更新的版本" in told.value.message_zh


def test_times_keep_their_moment_and_come_back_in_utc(sessions: Sessions) -> None:
    beijing = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with sessions.write() as session:
        session.add(UserRow(name="wang", password_hash="-", created_at=beijing))
    with sessions.read() as session:
        created_at = session.get_one(UserRow, "wang").created_at
    assert created_at == beijing
    assert created_at.tzinfo is UTC
    with pytest.raises(StatementError, match="no time zone"), sessions.write() as session:
        session.add(UserRow(name="li", password_hash="-", created_at=beijing.replace(tzinfo=None)))


def test_many_writers_at_once_all_get_through(sessions: Sessions) -> None:
    def write(_: int) -> int:
        with sessions.write() as session:
            assert counters.current(session, "other") == 0  # a read before the change, as in life
            return counters.advance(session, "numbers")

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(write, range(80))) == list(range(1, 81))


def test_a_failed_write_leaves_nothing(sessions: Sessions) -> None:
    def fail() -> None:
        with sessions.write() as session:
            counters.advance(session, "numbers")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with sessions.read() as session:
        assert counters.current(session, "numbers") == 0


def test_the_whole_way_of_a_case(
    sessions: Sessions, url: str, tmp_path: Path, make_box: type[Box], make_inbox: Callable[[Services], Inbox]
) -> None:
    services = build_services(Settings(data_dir=tmp_path, database_url=url))
    with closing(services.sessions):
        inbox, box = make_inbox(services), make_box()
        confirmed, cleared = box.report(), box.report(phase=Phase.CLEARED)
        said = [*cleared.messages, confirmed.message, *confirmed.parts, confirmed.message]
        inbox.receive(*box.status())
        with ThreadPoolExecutor(4) as workers:
            list(workers.map(lambda message: inbox.receive(*message), said * 3))
        inbox.receive("kerbwatch/v1/box-1/violation", b'"nul \\u0000 and \x00"')
        (summary,) = services.cases.list(query="东门").items
        services.cases.act(summary.id, CaseAction.CONFIRM, Actor("wang", Origin.CONSOLE))
        builtin = BuiltinPlatform(services.sessions, services.settings.zone)
        assert FilingWorker(services.sessions, services.site, {"builtin": builtin}).run_due() == 1
        case = services.cases.get(summary.id)
        assert (case.state, len(case.violations), len(case.evidence)) == (CaseState.FILED, 2, 6)
        assert {step.action for step in case.steps} == {
            CaseAction.REPORT,
            CaseAction.CLEAR,
            CaseAction.CONFIRM,
            CaseAction.REGISTER,
            CaseAction.PROPOSE_CLOSE,
        }
        assert services.quarantine.count() == 1


def test_many_workers_with_news_of_one_place_open_one_case_and_file_it_once(
    sessions: Sessions, url: str, tmp_path: Path, make_box: type[Box], make_inbox: Callable[[Services], Inbox]
) -> None:
    """Eight cameras see the same stall at once; the shop was told, and two workers look at the clock."""
    (tmp_path / "site.yaml").write_text(_NOTIFY_FIRST, encoding="utf-8")
    services = build_services(Settings(data_dir=tmp_path, database_url=url))
    with closing(services.sessions):
        inbox, boxes = make_inbox(services), [make_box(f"box-{number}") for number in range(8)]
        here = MapPosition(latitude=31.2, longitude=121.5)
        reports = [box.report(position=here) for box in boxes]
        for box, report in zip(boxes, reports, strict=True):
            for message in (box.status(), *report.parts):
                inbox.receive(*message)
        with ThreadPoolExecutor(8) as workers:
            outcomes = list(workers.map(lambda report: inbox.receive(*report.message), reports))
        for report, outcome in zip(reports, outcomes, strict=True):  # a box repeats what it has no word on
            if not outcome.replies:
                inbox.receive(*report.message)
        (summary,) = services.cases.list().items
        assert (summary.repeats, summary.standing, summary.state) == (7, 8, CaseState.NOTIFIED)
        told: list[str] = []
        NoticeWorker(services.sessions, services.site, lambda url, payload, key: told.append(key)).run_due()
        assert told == [str(summary.id)]
        with services.sessions.write() as session:
            session.execute(update(Case).values(notify_until=_AT))
        timekeepers = [Timekeeper(services.sessions, services.site) for _ in range(4)]
        with ThreadPoolExecutor(4) as workers:
            assert sum(workers.map(lambda timekeeper: timekeeper.run_due(), timekeepers)) == 1
        case = services.cases.get(summary.id)
        assert [step.action for step in case.steps][-1] is CaseAction.CONFIRM
        assert case.state is CaseState.FILED


_NOTIFY_FIRST = """
owners: {shop: {name: 面馆, webhook: "http://127.0.0.1:9/", zones: [kerb]}}
policies: [{then: notify, minutes: 5}]
"""


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "nonsense",
        "sqlite:////proc/none/kerbwatch.db",
    ],
)
def test_a_database_that_cannot_be_opened_is_named(url: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotOpened) as problem:
        build_services(Settings(data_dir=tmp_path, database_url=url))
    assert "--database" in problem.value.message_en


def test_cases_of_the_first_release_keep_all_they_have(url: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        command.upgrade(migrations.config(connection), "0001")
        for table, row in _FIRST_RELEASE:
            connection.execute(insert(_table(connection, table)), row)
    migrations.upgrade(engine)
    sessions = Sessions(engine)
    try:
        with sessions.read() as session:
            filed, gone = session.scalars(select(Case).order_by(Case.number)).all()
            assert (filed.number, filed.state, filed.external_ref) == ("KW-1", CaseState.FILED, "P-1")
            assert (filed.officer, filed.filed_at, filed.standing) == ("officer-1", _AT + timedelta(minutes=5), 1)
            assert (gone.officer, gone.filed_at, gone.standing, gone.cleared_at) == (None, None, 0, _AT)
            assert (gone.district, gone.model, gone.repeats, gone.due_at) == ("", "", 0, None)
            (job,) = session.scalars(select(FilingJob)).all()
            assert (job.order, job.state) == (FilingOrder.FILE, JobState.DONE)
            stay = session.scalars(select(Stay).where(Stay.case_id == gone.id)).one()
            assert (stay.first_seen_at, stay.cleared_at) == (_AT, _AT)
            assert len(session.scalars(select(CaseStep)).all()) == 3
        with engine.begin() as connection:
            command.downgrade(migrations.config(connection), "0001")
            assert connection.scalar(select(func.count()).select_from(_table(connection, "cases"))) == 2
    finally:
        with engine.begin() as connection:
            tables = MetaData()
            tables.reflect(connection)
            tables.drop_all(connection)
        engine.dispose()


_AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
_FILED, _GONE = UUID(int=1), UUID(int=2)


def _old_case(case_id: UUID, number: str, state: str, cleared_at: datetime | None) -> dict[str, Any]:
    texts = dict.fromkeys(("camera_id", "camera_name", "address", "zone_id", "zone_name"), "x")
    times = dict.fromkeys(("first_seen_at", "confirmed_at", "opened_at", "updated_at"), _AT)
    return {
        **texts,
        **times,
        "id": case_id,
        "number": number,
        "state": state,
        "kind": "illegal_parking",
        "subject": "motor_vehicle",
        "device_id": "box-1",
        "score": 0.8,
        "external_ref": "P-1" if state == "filed" else None,
        "cleared_at": cleared_at,
        "revision": 1,
    }


def _old_step(case_id: UUID, action: str, actor: str, origin: str, minutes: int) -> dict[str, Any]:
    at = _AT + timedelta(minutes=minutes)
    state = {"action": action, "to_state": "reported", "note": ""}
    return {"case_id": case_id, "at": at, "actor": actor, "origin": origin, **state}


_FIRST_RELEASE: list[tuple[str, dict[str, Any]]] = [
    ("devices", {"id": "box-1", "name": "", "online": False, "software": ""}),
    ("cases", _old_case(_FILED, "KW-1", "filed", None)),
    ("cases", _old_case(_GONE, "KW-2", "reported", _AT)),
    ("case_steps", _old_step(_FILED, "report", "box-1", "box", 0)),
    ("case_steps", _old_step(_FILED, "confirm", "officer-1", "console", 5)),
    ("case_steps", _old_step(_GONE, "report", "box-1", "box", 1)),
    ("stays", {"device_id": "box-1", "id": UUID(int=3), "case_id": _GONE}),
    (
        "filing_jobs",
        {
            "case_id": _FILED,
            "connector": "builtin",
            "state": "done",
            "attempts": 1,
            "next_try_at": _AT,
            "last_error": "",
            "created_at": _AT,
        },
    ),
]


def _table(connection: Connection, name: str) -> Table:
    """Give a table as it is in the database, with ids and times typed as they are in life."""
    table = Table(name, MetaData(), autoload_with=connection)
    for column in table.columns:
        if column.name.endswith("_at") or column.name == "at":
            column.type = UtcDateTime()
        elif (name, column.name) in {("cases", "id"), ("stays", "id")} or column.name == "case_id":
            column.type = Uuid()
    return table
