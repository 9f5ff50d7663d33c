"""Connections that say nothing, speak slowly or say too much: who asks something is answered all the same."""

from __future__ import annotations

import contextlib
import resource
import socket
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from central.body_limit import MAX_BODY_BYTES, BodyLimit
from central.connections import Doorkeeper, connections_for, raise_file_limit
from central.settings import BadSettings, Settings

LIMIT_S = 20.0
SLOW_HEADER = b"GET / HTTP/1.1\r\nHost: centre\r\nX-Slow: "
SLOW_BODY = b"POST / HTTP/1.1\r\nHost: centre\r\nContent-Length: 10\r\n\r\n12"


def app() -> FastAPI:
    app = FastAPI()
    app.add_middleware(BodyLimit)

    @app.get("/")
    def here(request: Request) -> str:
        return request.client.host if request.client else ""

    @app.post("/")
    async def take(request: Request) -> int:
        return len(await request.body())

    return app


@contextlib.contextmanager
def served(doorkeeper: Doorkeeper) -> Iterator[int]:
    """A server with this doorkeeper; its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        server = uvicorn.Server(uvicorn.Config(app(), http=doorkeeper.protocol(), log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(LIMIT_S)


def connect(port: int, say: bytes = b"") -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), LIMIT_S)
    line.sendall(say)
    return line


def is_closed(line: socket.socket) -> bool:
    """Wait until the other side has closed the line."""
    line.settimeout(LIMIT_S)
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


def test_who_asks_is_answered_while_others_hold_idle_connections() -> None:
    with served(Doorkeeper(most_open=20, header_s=600)) as port, contextlib.ExitStack() as held:
        idle = [held.enter_context(connect(port, SLOW_HEADER if n % 2 else b"")) for n in range(60)]
        for _ in range(5):
            assert httpx.get(f"http://127.0.0.1:{port}/", timeout=LIMIT_S).status_code == 200
        assert is_closed(idle[0]), "who has waited longest has to go"


@pytest.mark.parametrize("say", [b"", SLOW_HEADER, SLOW_BODY, b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n"])
def test_who_does_not_come_to_an_end_is_cut_off(say: bytes) -> None:
    with served(Doorkeeper(most_open=20, header_s=0.2, body_s=0.2)) as port, connect(port, say) as line:
        while not is_closed(line):
            pass


def test_a_slow_upload_within_its_time_arrives() -> None:
    with served(Doorkeeper(most_open=20, header_s=0.2, body_s=600)) as port, connect(port, SLOW_BODY) as line:
        threading.Event().wait(0.4)  # longer than a header may take
        line.sendall(b"34567890")
        assert line.recv(100).startswith(b"HTTP/1.1 200")


def test_a_connection_that_is_kept_open_serves_one_request_after_the_other() -> None:
    with served(Doorkeeper(most_open=1)) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(3):
            assert client.get("/").status_code == 200
            assert client.post("/", content=b"12345").json() == 5


def test_the_process_may_open_as_many_files_as_the_system_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: given.append(limits))
    assert raise_file_limit() == 4096
    assert given == [(4096, 4096)]
    assert connections_for(1024) == 768
    assert connections_for(4096) == 3072


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_long_is_refused_before_all_of_it_is_read(announced: bool) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(300):
            sent += 1_000_000
            yield b"a" * 1_000_000

    client = TestClient(app())
    headers = {"Content-Length": str(300_000_000)} if announced else {}
    answer = client.post("/", content=chunks(), headers=headers)
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    if announced:
        assert answer.json()["error"]["code"] == "body_too_large"
    assert client.post("/", content=b"a" * MAX_BODY_BYTES).json() == MAX_BODY_BYTES


def test_only_a_proxy_that_is_trusted_says_where_somebody_comes_from() -> None:
    assert Settings(trusted_proxies="127.0.0.1, 10.0.0.0/8").trusted_proxies
    refuse: Callable[[], object] = lambda: Settings.load({"KERBWATCH_TRUSTED_PROXIES": "10.0.0.1/8"})  # noqa: E731
    with pytest.raises(BadSettings, match="write it like"):
        refuse()
