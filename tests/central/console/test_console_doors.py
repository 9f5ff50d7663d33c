"""Who gets in, and that the browser is kept on this server. Each test mounts the console anew."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from central import console
from central.services import Services
from protocol.messages import Ack

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]

PASSWORD = "a password for tests"

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def guest(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of somebody who has not signed in."""
    services.accounts.ensure_first_admin(PASSWORD)
    app = FastAPI()
    console.mount(app, services, lambda _: None)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://centre") as c:
        yield c


async def sign_in(client: httpx.AsyncClient, password: str = PASSWORD, target: str = "/") -> str:
    """Send the form; give where it leads."""
    answer = await client.post("/login", data={"username": "admin", "password": password, "next": target})
    assert answer.status_code == 303
    return answer.headers["location"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/cases/0192",
        "/devices",
        "/figures?by=owner",
        "/quarantine",
        "/nowhere",
        "/quarantine/7b6a1a3e-58f8-4f0e-a3c7-4f4f4c1f8a11/content",
    ],
)
async def test_everything_leads_a_guest_to_the_sign_in_page_and_back(guest: httpx.AsyncClient, path: str) -> None:
    answer = await guest.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={quote(path, safe='')}")
    assert await sign_in(guest, target=path) == path


async def test_the_session_cookie_cannot_be_read_by_a_script(guest: httpx.AsyncClient) -> None:
    answer = await guest.post("/login", data={"username": "admin", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("kerbwatch_session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/\n//evil"]
)
async def test_a_prepared_link_leads_nobody_to_another_server(guest: httpx.AsyncClient, elsewhere: str) -> None:
    assert await sign_in(guest, target=elsewhere) == "/"


async def test_a_wrong_password_is_told_in_the_browsers_language(guest: httpx.AsyncClient) -> None:
    place = await sign_in(guest, "wrong", "/devices")
    assert "用户名或密码不正确" in (await guest.get(place)).text
    await guest.get("/language/en")
    page = (await guest.get(place)).text
    assert "User name or password is wrong" in page
    assert "/devices" in page


async def test_too_many_wrong_passwords_say_how_long_to_wait(guest: httpx.AsyncClient) -> None:
    for _ in range(5):
        place = await sign_in(guest, "wrong")
    assert "已暂时锁定" in (await guest.get(place)).text
    assert (await sign_in(guest)).startswith("/login?error=locked")


async def test_after_signing_out_the_session_is_worth_nothing(guest: httpx.AsyncClient, services: Services) -> None:
    await sign_in(guest)
    token = guest.cookies["kerbwatch_session"]
    assert (await guest.get("/")).status_code == 200
    assert (await guest.post("/logout")).headers["location"] == "/login"
    assert services.accounts.user_of(token) is None
    assert (await guest.get("/")).status_code == 303


async def test_chinese_is_the_first_language_and_a_choice_is_remembered(guest: httpx.AsyncClient) -> None:
    await sign_in(guest)
    assert "案件队列" in (await guest.get("/")).text
    answer = await guest.get("/language/en", params={"back": "/?state=all"})
    assert answer.headers["location"] == "/?state=all"
    assert "Case queue" in (await guest.get("/")).text
    assert (await guest.get("/language/tlh")).status_code == 422


@pytest.mark.parametrize("path", ["/login", "/", "/devices", "/quarantine"])
async def test_a_page_forbids_the_browser_to_ask_any_other_server(guest: httpx.AsyncClient, path: str) -> None:
    if path != "/login":
        await sign_in(guest)
    answer = await guest.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert "https://" not in answer.text.replace("https://www.w3.org", "")


async def test_an_address_that_nobody_has_is_called_so(guest: httpx.AsyncClient) -> None:
    await sign_in(guest)
    answer = await guest.get("/nowhere")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


@pytest.mark.parametrize("case", ["no-id", "01930000-0000-7000-8000-000000000000"])
async def test_a_link_to_a_case_that_is_not_there_says_so(guest: httpx.AsyncClient, case: str) -> None:
    await sign_in(guest)
    assert "没有这个案件" in (await guest.get(f"/cases/{case}")).text


async def test_a_quarantined_message_is_downloaded_as_it_came(
    guest: httpx.AsyncClient, services: Services, box: Box, send: Send
) -> None:
    send((box.report().message[0], b"<script>no json</script>"))
    (entry,) = services.quarantine.list()
    await sign_in(guest)
    page = (await guest.get("/quarantine")).text
    assert "<script>no json" not in page
    answer = await guest.get(f"/quarantine/{entry.id}/content")
    assert answer.content == b"<script>no json</script>"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
