"""The figures over the REST API, as a program or a clerk's browser asks for them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import httpx
import openpyxl
import pytest

from central.app import create_app
from central.background import Background
from central.services import Services
from protocol.messages import Ack
from tests.central.figures_book import NOON, Book

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]

PASSWORD = "a password for tests"
DAY = {"from": "2026-11-23", "to": "2026-11-23"}
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def guest(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    services.accounts.ensure_first_admin(PASSWORD)
    app = create_app(services, Background(services), with_console=False)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre/api/v1") as client:
        yield client


@pytest.fixture
async def officer(guest: httpx.AsyncClient) -> httpx.AsyncClient:
    (await guest.post("session", json={"username": "admin", "password": PASSWORD})).raise_for_status()
    return guest


@pytest.mark.parametrize(
    "path",
    [
        "figures",
        "figures/by/zone",
        "figures/by/zone.csv",
        "figures/owners",
        "figures/owners.csv",
        "figures/precision/camera",
        "figures/precision/camera.csv",
        "figures/workbook.xlsx",
        "exports/verdicts.zip",
    ],
)
async def test_only_who_has_signed_in_sees_figures(guest: httpx.AsyncClient, path: str) -> None:
    assert (await guest.get(path)).status_code == 401


async def test_a_program_reads_the_figures(services: Services, officer: httpx.AsyncClient) -> None:
    book = Book(services.sessions)
    book.case()
    book.case(district="east")
    whole = (await officer.get("figures", params=DAY)).raise_for_status().json()
    assert (whole["total"]["cases"], whole["trend_by"], whole["selected"]["time_zone"]) == (2, "day", "Asia/Shanghai")
    east = (await officer.get("figures/by/district", params=DAY | {"district": "east"})).raise_for_status().json()
    assert [(group["key"], group["cases"]) for group in east["groups"]] == [("east", 1)]
    none = (await officer.get("figures", params=DAY | {"kind": "street_vending"})).raise_for_status().json()
    assert none["total"]["cases"] == 0
    assert (await officer.get("figures/owners", params=DAY)).json()["owners"] == []
    assert (await officer.get("figures/precision/model", params=DAY)).json()["by"] == "model"


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("figures", {"from": "2026-11-24", "to": "2026-11-23"}, "bad_period"),
        ("figures", {"from": "yesterday"}, "bad_request"),
        ("figures/by/weather", {}, "bad_request"),
        ("exports/verdicts.zip", {"format": "voc"}, "bad_request"),
    ],
)
async def test_what_cannot_be_counted_is_refused(
    officer: httpx.AsyncClient, path: str, params: dict[str, str], code: str
) -> None:
    answer = await officer.get(path, params=params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


async def test_a_clerk_gets_the_tables_in_either_language(services: Services, officer: httpx.AsyncClient) -> None:
    Book(services.sessions).case(zone_name="=东门", at=NOON)
    answer = await officer.get("figures/by/zone.csv", params=DAY)
    assert 'filename="kerbwatch-by-zone-2026-11-23-2026-11-23.csv"' in answer.headers["content-disposition"]
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (heading[0], heading[2], row[0], row[2]) == ("区域", "案件数", "'=东门", "1")
    for path in ("figures/owners.csv", "figures/precision/camera.csv"):
        assert (await officer.get(path, params=DAY | {"language": "en"})).content.startswith(b"\xef\xbb\xbf")
    answer = await officer.get("figures/workbook.xlsx", params=DAY | {"language": "en"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert [name for name in book.sheetnames if name in ("Month", "Zone", "Owner ratings")] == [
        "Month",
        "Zone",
        "Owner ratings",
    ]
    assert book["Zone"]["A2"].value == "=东门"
    assert book["Zone"]["C2"].value == 1


async def test_the_data_set_comes_while_it_is_written(officer: httpx.AsyncClient, box: Box, send: Send) -> None:
    send(*box.report().messages)
    case_id = (await officer.get("cases")).json()["items"][0]["id"]
    (await officer.post(f"cases/{case_id}/actions", json={"action": "confirm"})).raise_for_status()
    answer = await officer.get("exports/verdicts.zip", params={"format": "yolo"})
    assert answer.headers["content-type"] == "application/zip"
    assert sum(name.endswith(".jpg") for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()) == 1
