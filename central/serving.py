"""Running the application on its port until somebody stops it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from central.accounts import FIRST_ADMIN
from central.app import create_app
from central.background import Background
from central.body_limit import MAX_BODY_BYTES
from central.connections import Doorkeeper, connections_for, raise_file_limit
from central.problems import Problem
from central.services import build_services
from central.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_LAST_ANSWERS_S = 3
"""How long open connections may take at the end."""


class PortTaken(Problem):
    """Console and API cannot listen."""

    code = "port_taken"

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(
            f"无法监听 {host}:{port}（{error}），请换 --port",
            f"Cannot listen on {host}:{port} ({error}): choose another --port",
        )


def serve_until_stopped(settings: Settings, admin_password: str | None, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is at hand. `say` tells the addresses and the first password.

    Raises Problem when it cannot start.
    """
    files = raise_file_limit()
    listening = _listen(settings.host, settings.port)
    services = build_services(settings)
    background = Background(services)
    try:
        background.start()
        application = create_app(services, background)
        password = services.accounts.ensure_first_admin(admin_password)
        if password and not admin_password:
            say(f"首个用户 First user  {FIRST_ADMIN}  密码 password  {password}")
            say(f"（密码仅显示一次 shown only once; change it: kerbwatch-central user passwd {FIRST_ADMIN}）")
        say(f"工作台 Console  {_address(listening)}")
        say(f"代理 Broker     {background.broker}{' (内置 embedded)' if background.embedded else ''}")
        config = uvicorn.Config(
            application,
            http=Doorkeeper(connections_for(files)).protocol(),
            ws_max_size=MAX_BODY_BYTES,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_LAST_ANSWERS_S,
        )
        server = uvicorn.Server(config)
        with _stopped_by_signals(server):
            server.run(sockets=[listening])
    finally:
        background.stop()
        services.sessions.close()
        listening.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise PortTaken(host, port, error) from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "localhost"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


@contextmanager
def _stopped_by_signals(server: uvicorn.Server) -> Iterator[None]:
    # uvicorn takes the signals while it runs, and raises them again when all is closed; they have done
    # their work then. A signal that comes before uvicorn listens to them counts too.
    def stop(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
