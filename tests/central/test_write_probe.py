"""A centre that cannot write says so, at once and for as long as it cannot."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from central import counters, write_probe
from central.app import create_app
from central.background import Background
from central.blobs import StoreUnavailable
from central.services import Services
from central.write_probe import WriteProbe, database_probe, evidence_probe

LIMIT_S = 20.0


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def background(services: Services) -> Background:
    return Background(services)


@pytest.fixture
async def guest(services: Services, background: Background) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(services, background, with_console=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://centre") as client:
        yield client


def wait_until(state: Callable[[], bool]) -> bool:
    deadline_s = time.monotonic() + LIMIT_S
    while not state() and time.monotonic() < deadline_s:
        time.sleep(0.01)
    return state()


def no_room(*_: object, **__: object) -> None:
    raise StoreUnavailable("/evidence", OSError(28, "No space left on device"))


@pytest.mark.anyio
async def test_a_full_evidence_disk_is_said_until_there_is_room_again(
    guest: httpx.AsyncClient, services: Services, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    background.evidence_probe.run_due()
    assert (await guest.get("/readyz")).json()["evidence_store"]
    with monkeypatch.context() as full:
        full.setattr(services.evidence.blobs, "put", no_room)
        background.evidence_probe.run_due()
        answer = await guest.get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (503, "down")
        assert (answer.json()["database"], answer.json()["evidence_store"]) == (True, False)
        assert (await guest.get("/livez")).status_code == 200, "a restart makes no room"
    background.evidence_probe.run_due()
    assert (await guest.get("/healthz")).status_code == 200


@pytest.mark.anyio
async def test_a_database_that_lets_nobody_write_is_said_while_the_write_still_waits(
    guest: httpx.AsyncClient, services: Services, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_probe, "_LATE_S", 0.05)
    probe = background.database_probe
    with services.sessions.write() as session:
        counters.advance(session, counters.WRITE_PROBES)
        probe.start()
        assert wait_until(lambda: not probe.works)
        answer = await guest.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, False)
    assert wait_until(lambda: probe.works), "it works again when the lock is gone"
    probe.stop()


def test_probes_leave_nothing_behind(services: Services) -> None:
    assert (database_probe(services.sessions).run_due(), evidence_probe(services.evidence.blobs).run_due()) == (1, 1)
    folder = services.evidence.blobs.folder
    assert folder is not None
    assert [path for path in Path(folder).rglob("*") if path.is_file()] == []


def test_a_thread_that_died_and_a_write_that_hangs_ask_for_a_restart(
    background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert background.stuck is None, "not started"
    background.start()
    try:
        assert background.stuck is None
        monkeypatch.setattr(write_probe, "_HANGS_S", -1.0)
        assert background.stuck == "write probe: the database, write probe: the evidence store"
        monkeypatch.undo()
        background.database_probe.stop()
        assert background.stuck == "write probe: the database"
    finally:
        background.stop()


def test_a_write_that_fails_is_logged_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([OSError("full"), OSError("full"), None])

    def write() -> None:
        if (error := next(answers)) is not None:
            raise error

    probe = WriteProbe("the disk", write, 1.0)
    for expected in (False, False, True):
        probe.run_due()
        assert probe.works is expected
    assert [record.getMessage() for record in caplog.records] == [
        "the disk cannot be written: full",
        "the disk can be written again",
    ]
