"""What an earlier release stored and today's bounds refuse: it is shown as broken, and everything else goes on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from central import api, console
from central.database import Sessions
from central.services import Services
from central.tables import Case, Device, DeviceNotice, StoredViolation
from protocol.messages import Ack, Phase

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]

LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
LONG = "长" * 6_000


pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A signed-in officer's browser, and programs."""
    services.accounts.add("chen", "correct horse battery staple")
    token = services.accounts.sign_in("chen", "correct horse battery staple")
    app = FastAPI()
    app.state.services = services
    api.install(app)
    console.mount(app, services, lambda _: None)
    transport, cookies = httpx.ASGITransport(app), {"kerbwatch_session": str(token)}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://centre", cookies=cookies) as client,
    ):
        yield client


@pytest.fixture
def spoiled(services: Services, box: Box, send: Send) -> Services:
    """A centre with a case of the year 9999 and of 18 kB of text, and a box whose health is beyond reason."""
    report = box.report()
    send(*report.messages)
    send(box.health())
    raw = report.violation.model_dump(mode="json")
    raw |= {"first_seen_at": LAST_MOMENT.isoformat(), "camera": raw["camera"] | {"name": LONG}}
    health = {"device": "box-1", "at": "0001-01-01T00:00:00+00:00", "uptime_s": 1e308}
    with services.sessions.write() as session:
        session.execute(update(StoredViolation).values(document=box.sign(raw)))
        session.execute(
            update(Case).values(
                first_seen_at=LAST_MOMENT, confirmed_at=LAST_MOMENT, camera_name=LONG, zone_name=LONG, address=LONG
            )
        )
        session.execute(update(Device).values(health=health, name=LONG))
        session.add(
            DeviceNotice(
                device_id="box-1",
                at=LAST_MOMENT,
                severity="info",
                code="x",
                text_zh=LONG,
                text_en=LONG,
                detail={"x": LONG},
            )
        )
    return services


async def test_every_list_and_page_opens_with_a_broken_row_in_it(spoiled: Services, client: httpx.AsyncClient) -> None:
    (case,) = (await client.get("/api/v1/cases")).json()["items"]
    assert len(case["camera_name"]) == len(case["zone_name"]) == 100
    for path in (
        "/",
        f"/cases/{case['id']}",
        f"/api/v1/cases/{case['id']}",
        "/devices",
        "/api/v1/devices",
        "/api/v1/devices/box-1",
        "/figures",
        "/api/v1/figures",
        "/api/v1/figures/by/day.csv",
        "/quarantine",
    ):
        answer = await client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
        assert len(answer.content) < 100_000, f"{path} has {len(answer.content)} bytes"


def test_a_broken_violation_is_shown_as_broken_and_its_case_goes_on(spoiled: Services, box: Box, send: Send) -> None:
    (line,) = spoiled.cases.list().items
    (violation,) = spoiled.cases.get(line.id).violations
    assert violation.message is None
    assert violation.signature_ok
    cleared = box.report(phase=Phase.CLEARED)
    assert send(*cleared.messages) == Ack(stored=(cleared.violation.id,))
    assert spoiled.cases.get(line.id).cleared_at == cleared.violation.cleared_at


def test_a_broken_health_message_is_said_to_be_broken_until_the_next_comes(
    spoiled: Services, box: Box, send: Send
) -> None:
    device = spoiled.devices.get("box-1")
    assert device.health is None
    assert device.health_unreadable
    assert device.notices[0].detail == {"x": LONG[:499] + "…"}
    send(box.health())
    assert not spoiled.devices.get("box-1").health_unreadable


@pytest.mark.parametrize(
    "change",
    [
        {"events": [{"severity": "info", "code": "x", "text_zh": "", "text_en": "", "at": "9999-12-31T23:59:59Z"}]},
        {"cameras": [{"id": "c", "state": "ok", "last_frame_at": "0001-01-01T00:00:00Z"}]},
        {"uptime_s": float("inf")},
        {"outbox_bytes": 10**400},
    ],
)
async def test_health_beyond_reason_is_set_aside_and_the_box_stays_as_it_was(
    services: Services, client: httpx.AsyncClient, box: Box, send: Send, change: dict[str, Any]
) -> None:
    topic, payload = box.health()
    send((topic, json.dumps(json.loads(payload) | change).encode()))
    assert len(services.quarantine.list()) == 1
    for path in ("/devices", "/api/v1/devices", "/api/v1/devices/box-1"):
        assert (await client.get(path)).status_code == 200
    assert "message_quarantined" in [notice.code for notice in services.devices.get("box-1").notices]


def test_a_time_at_the_edge_of_the_calendar_is_read_whatever_the_servers_time_zone_is(sessions: Sessions) -> None:
    with sessions.write() as session:
        session.add(Device(id="box-1", name="", online=False, software="", last_seen_at=LAST_MOMENT))
    with sessions.read() as session:
        assert session.scalar(select(Device.last_seen_at)) == LAST_MOMENT
