"""The REST API, as a program uses it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from central.app import create_app
from central.background import Background
from central.services import Services
from protocol import topics
from protocol.messages import Ack

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]

PASSWORD = "a password for tests"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def guest(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    services.accounts.ensure_first_admin(PASSWORD)
    app = create_app(services, Background(services), with_console=False)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
        yield client


@pytest.fixture
async def officer(guest: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody who has."""
    answer = await guest.post("/api/v1/session", json={"username": "admin", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return guest


def error_of(answer: httpx.Response) -> dict[str, Any]:
    (error,) = answer.json().values()
    assert set(error) == {"code", "message_zh", "message_en"}
    return dict(error)


@pytest.mark.anyio
async def test_only_who_has_signed_in_sees_cases(guest: httpx.AsyncClient) -> None:
    for path in ("cases", "cases/counts", f"cases/{uuid4()}", f"evidence/{'0' * 64}", "devices", "quarantine"):
        answer = await guest.get(f"/api/v1/{path}")
        assert (answer.status_code, error_of(answer)["code"]) == (401, "not_signed_in")
    answer = await guest.post(f"/api/v1/cases/{uuid4()}/actions", json={"action": "confirm"})
    assert answer.status_code == 401


@pytest.mark.anyio
async def test_a_program_signs_in_with_a_token_and_a_browser_with_a_cookie(guest: httpx.AsyncClient) -> None:
    answer = await guest.post("/api/v1/session", json={"username": "admin", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "kerbwatch_session=" in cookie
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert (await guest.get("/api/v1/cases")).status_code == 200
    guest.cookies.clear()
    bearer = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert (await guest.get("/api/v1/cases", headers=bearer)).status_code == 200
    assert (await guest.delete("/api/v1/session", headers=bearer)).status_code == 204
    assert (await guest.get("/api/v1/cases", headers=bearer)).status_code == 401


@pytest.mark.anyio
async def test_wrong_passwords_are_refused_and_then_locked(guest: httpx.AsyncClient) -> None:
    wrong = {"username": "admin", "password": "guess"}
    for _ in range(5):
        answer = await guest.post("/api/v1/session", json=wrong)
        assert (answer.status_code, error_of(answer)["code"]) == (401, "wrong_password")
    answer = await guest.post("/api/v1/session", json=wrong)
    assert (answer.status_code, error_of(answer)["code"]) == (429, "locked")
    assert 0 < int(answer.headers["retry-after"]) <= 30


@pytest.mark.anyio
async def test_a_case_is_looked_at_and_confirmed(officer: httpx.AsyncClient, box: Box, send: Send) -> None:
    report = box.report()
    send(*report.messages)
    (summary,) = (await officer.get("/api/v1/cases", params={"state": "reported"})).json()["items"]
    case = (await officer.get(f"/api/v1/cases/{summary['id']}")).json()
    assert case["violations"][0]["message"]["id"] == str(report.violation.id)
    actions = f"/api/v1/cases/{summary['id']}/actions"
    answer = await officer.post(actions, json={"action": "confirm", "expected_revision": case["revision"]})
    assert answer.json()["state"] == "filed"
    assert answer.json()["steps"][-1]["actor"] == "admin"
    assert answer.json()["steps"][-1]["origin"] == "api"
    assert (await officer.get("/api/v1/cases/counts")).json()["filed"] == 1

    answer = await officer.post(actions, json={"action": "reject", "reason": "other"})
    assert (answer.status_code, error_of(answer)["code"]) == (409, "illegal_step")
    answer = await officer.post(actions, json={"action": "confirm", "expected_revision": case["revision"]})
    assert (answer.status_code, error_of(answer)["code"]) == (409, "stale_case")


@pytest.mark.anyio
async def test_pages_of_the_queue(officer: httpx.AsyncClient, box: Box, send: Send) -> None:
    for number in range(3):
        send(*box.report(f"van {number}").messages)
    first = (await officer.get("/api/v1/cases", params={"limit": 2})).json()
    second = (await officer.get("/api/v1/cases", params={"limit": 2, "cursor": first["next"]})).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    answer = await officer.get("/api/v1/cases", params={"cursor": "x"})
    assert (answer.status_code, error_of(answer)["code"]) == (422, "bad_cursor")


@pytest.mark.anyio
async def test_evidence_is_given_once_and_kept_by_the_browser(officer: httpx.AsyncClient, box: Box, send: Send) -> None:
    report = box.report()
    send(*report.messages)
    sha256, content = next(iter(report.files.items()))
    url = f"/api/v1/evidence/{sha256}"
    answer = await officer.get(url)
    assert (answer.content, answer.headers["content-type"]) == (content, "image/jpeg")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = await officer.head(url)
    assert (head.status_code, head.content, int(head.headers["content-length"])) == (200, b"", len(content))
    again = await officer.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert error_of(await officer.get(f"/api/v1/evidence/{'0' * 64}"))["code"] == "evidence_not_found"
    assert (await officer.get("/api/v1/evidence/..%2f..%2fkerbwatch.db")).status_code in {404, 422}


@pytest.mark.anyio
async def test_evidence_that_claims_to_be_a_page_is_not_run_as_one(
    officer: httpx.AsyncClient, box: Box, send: Send
) -> None:
    report = box.report()
    raw = report.violation.model_dump(mode="json")
    raw["evidence"][0]["media_type"] = "text/html"
    send(*report.parts, (topics.violation("box-1"), box.sign(raw)))
    answer = await officer.get(f"/api/v1/evidence/{raw['evidence'][0]['sha256']}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.anyio
async def test_boxes_and_quarantine_are_seen(officer: httpx.AsyncClient, box: Box, send: Send) -> None:
    send((topics.violation("box-1"), b"no json"))
    (device,) = (await officer.get("/api/v1/devices")).json()
    assert (device["id"], device["online"]) == ("box-1", True)
    assert (await officer.get("/api/v1/devices/box-1")).json() == device
    assert (await officer.get("/api/v1/devices/box-2")).status_code == 404
    (entry,) = (await officer.get("/api/v1/quarantine")).json()
    content = await officer.get(f"/api/v1/quarantine/{entry['id']}/content")
    assert content.content == b"no json"
    assert (await officer.get(f"/api/v1/quarantine/{uuid4()}/content")).status_code == 404
    again = await officer.post(f"/api/v1/quarantine/{entry['id']}/readmit")
    assert (again.status_code, error_of(again)["code"]) == (409, "still_unacceptable")


@pytest.mark.anyio
async def test_health_needs_no_session_and_says_when_the_database_is_away(
    guest: httpx.AsyncClient, services: Services, box: Box, send: Send
) -> None:
    send(box.report().message, (topics.violation("box-1"), b"no json"))
    answer = await guest.get("/api/v1/healthz")
    assert answer.status_code == 200
    found = answer.json()
    assert found["status"] == "degraded", "nothing is connected to a broker in this test"
    assert (found["violations_waiting"], found["quarantined"], found["filing_dead"]) == (1, 1, 0)
    assert (await guest.get("/healthz")).json() == found

    path = Path(str(services.sessions.engine.url.database))
    services.sessions.close()
    path.write_bytes(b"this is no database any more, but something else " * 100)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    answer = await guest.get("/api/v1/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    answer = await guest.get("/api/v1/cases", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, error_of(answer)["code"]) == (500, "internal_error")


@pytest.mark.anyio
async def test_every_error_has_the_same_form(officer: httpx.AsyncClient) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing/here", 404),
        ("PATCH", "/api/v1/cases", 404),
        ("GET", "/api/v1/cases/not-a-uuid", 422),
        ("GET", "/api/v1/cases?limit=0", 422),
        ("GET", "/api/v1/cases?state=lost", 422),
        ("GET", f"/api/v1/cases/{uuid4()}", 404),
        ("GET", "/nothing", 404),
    ):
        answer = await officer.request(method, path)
        assert answer.status_code in {status, 405}, f"{method} {path}: {answer.text}"
        error_of(answer)


@pytest.mark.anyio
async def test_the_description_is_whole_and_loads_nothing_from_elsewhere(guest: httpx.AsyncClient) -> None:
    description = (await guest.get("/openapi.json")).json()
    assert {"/api/v1/cases", "/api/v1/cases/{case_id}/actions", "/api/v1/healthz"} <= set(description["paths"])
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), f"{method} {path}"
            assert operation.get("description"), f"{method} {path}"
    assert (await guest.get("/docs")).status_code == 404
    assert (await guest.get("/redoc")).status_code == 404


@pytest.mark.anyio
async def test_an_inspectors_program_takes_a_case_all_the_way(officer: httpx.AsyncClient, box: Box, send: Send) -> None:
    send(*box.report().messages, *box.report("the same van").messages)
    other, case = (await officer.get("/api/v1/cases")).json()["items"]
    actions = f"/api/v1/cases/{case['id']}/actions"
    answer = await officer.post(actions, json={"action": "merge", "into": case["id"]})
    assert (answer.status_code, error_of(answer)["code"]) == (422, "bad_merge")
    merged = (
        await officer.post(f"/api/v1/cases/{other['id']}/actions", json={"action": "merge", "into": case["id"]})
    ).json()
    assert (merged["state"], merged["merged_into_id"]) == ("merged", case["id"])
    for action in ("confirm", "dispatch", "handle", "feed_back", "close"):
        answer = await officer.post(actions, json={"action": action, "note": "ok"})
        assert answer.status_code == 200, answer.text
    answer = await officer.post(actions, json={"action": "evaluate"})
    assert (answer.status_code, error_of(answer)["code"]) == (422, "rating_missing")
    done = (await officer.post(actions, json={"action": "evaluate", "rating": 5})).json()
    assert (done["state"], done["rating"], done["repeats"], done["closed_how"]) == ("evaluated", 5, 1, "person")
    answer = await officer.post(actions, json={"action": "reopen"})
    assert (answer.status_code, error_of(answer)["code"]) == (422, "note_missing")
    answer = await officer.post(actions, json={"action": "clear"})
    assert (answer.status_code, error_of(answer)["code"]) == (409, "illegal_step")


@pytest.mark.anyio
async def test_a_program_learns_the_names_and_the_steps_of_the_site(officer: httpx.AsyncClient) -> None:
    site = (await officer.get("/api/v1/site")).json()
    assert (site["time_zone"], site["districts"], site["owners"]) == ("Asia/Shanghai", {}, {})
    confirm = next(row for row in site["life_of_a_case"] if row["action"] == "confirm")
    assert confirm == {
        "states": ["reported", "notified"],
        "action": "confirm",
        "to": "filed",
        "who": ["officer", "policy"],
    }
    counts = (await officer.get("/api/v1/cases/counts")).json()
    assert counts["overdue"] == 0
    assert (await officer.get("/api/v1/cases", params={"overdue": "true"})).json()["items"] == []
