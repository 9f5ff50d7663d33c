"""A whole small city: one centre, one box, one camera that plays a clip. Real programs in a folder of their own."""

from __future__ import annotations

import re
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import yaml

from scripts.demonstration.broker_traces import remove_traces
from scripts.demonstration.centre_api import CentreApi, NoAnswerError
from scripts.demonstration.failure import DemoError
from scripts.demonstration.processes import Service, command

ADMIN = "admin"
USUAL_PORT = 8080

_START_LIMIT_S = 60.0
_BROKER_LIMIT_S = 15.0
_POLL_S = 0.1

T = TypeVar("T")


@dataclass(frozen=True)
class Wish:
    """What a person asked for. `port` None: the usual one, or a free one where that is taken."""

    clip: Path
    zones: list[dict[str, Any]]
    broker: str | None
    host: str
    port: int | None
    once: bool


class Site:
    """A centre that runs, and a box that can be started beside it. Stopped and tidied up at its end."""

    def __init__(self, folder: Path, wish: Wish) -> None:
        self._folder = folder
        self._wish = wish
        self._open = ExitStack()
        self.password = secrets.token_urlsafe(9)
        # Another demo may have left its traces on a broker that is not ours; a box of our own has no key there yet.
        self.device = f"demo-{secrets.token_hex(3)}" if wish.broker else "demo-box"
        self.broker = wish.broker or ""

    def __enter__(self) -> Self:
        try:
            self.centre = self._start_centre()
            self.api = self._sign_in()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._open.close()

    def start_box(self) -> Service:
        """Start the box on the clip. It reports to this centre through the broker."""
        config = self._folder / "box.yaml"
        config.write_text(yaml.safe_dump(self._box_config(), allow_unicode=True, sort_keys=False), encoding="utf-8")
        arguments: list[str | Path] = ["run", config, "--data", self._folder / "box"]
        self.box = self._service("kerbwatch-edge", [*arguments, *(["--once"] if self._wish.once else [])], {})
        return self.box

    def _start_centre(self) -> Service:
        wish = self._wish
        port = wish.port if wish.port is not None else _port_to_use(wish.host, once=wish.once)
        data = self._folder / "centre"
        data.mkdir()
        (data / "site.yaml").write_text(yaml.safe_dump(_site_file(once=wish.once), sort_keys=False), encoding="utf-8")
        arguments: list[str | Path] = ["serve", "--data", data]
        arguments += ["--host", wish.host, "--port", str(port)]
        arguments += ["--broker", wish.broker] if wish.broker else ["--mqtt-port", "0"]
        if wish.broker:
            self._open.callback(remove_traces, wish.broker, data / "worker-id", self.device)
        return self._service("kerbwatch-central", arguments, {"KERBWATCH_ADMIN_PASSWORD": self.password})

    def _sign_in(self) -> CentreApi:
        """Wait until the centre serves and hears the broker. Raises DemoError when it does not."""
        api = self._wait_for(self._served, _START_LIMIT_S)
        if api is None:
            raise DemoError(
                "中心服务未能启动，日志末尾：",
                f"The centre does not come up. Its last words:\n{self.centre.last_words()}",
            )
        self.broker = self._wait_for(lambda: _broker_heard(api), _BROKER_LIMIT_S) or ""
        if not self.broker:
            address = _without_password(self._wish.broker or "内置 embedded")
            raise DemoError(
                f"无法连接 MQTT 代理 {address}，请检查地址及其是否运行。",
                f"The broker {address} cannot be reached: check its address, and that it runs.\n"
                f"{self.centre.last_words(6)}",
            )
        self.broker = self._wish.broker or self.broker  # the centre tells its broker's address without the password
        api.sign_in(ADMIN, self.password)
        return api

    def _wait_for(self, ask: Callable[[], T | None], limit_s: float) -> T | None:
        """Ask until there is an answer; None when there is none in time."""
        end_s = time.monotonic() + limit_s
        while time.monotonic() < end_s:
            self.centre.check()
            answer = ask()
            if answer is not None:
                return answer
            time.sleep(_POLL_S)
        return None

    def _served(self) -> CentreApi | None:
        """Read the centre's address from what it says, and see that it answers there."""
        found = re.search(r"(http://\S+)", self.centre.said())
        if found is None:
            return None
        api = CentreApi(found[1])
        try:
            api.health()
        except NoAnswerError:
            return None
        return api

    def _service(self, name: str, arguments: Sequence[str | Path], env: dict[str, str]) -> Service:
        log = self._folder / f"{name}.log"
        return self._open.enter_context(Service(name, [command(name), *arguments], log, env))

    def _box_config(self) -> dict[str, Any]:
        return {
            "device": {"id": self.device, "name": "演示设备"},
            "time_zone": "Asia/Shanghai",
            "uplink": {"broker": self.broker},
            "health_every_s": 1.0,
            "cameras": [
                {
                    "id": "street",
                    "name": "演示路口",
                    "address": "演示街道",
                    "source": str(self._wish.clip.resolve()),
                    "zones": self._wish.zones,
                }
            ],
        }


def _site_file(*, once: bool) -> dict[str, Any]:
    """Say what the demo's site agrees upon: who files, and that a picture of the clear street closes the case."""
    return {"policies": [{"then": "file" if once else "review"}], "closing": [{"by_sight": "close"}]}


def _port_to_use(host: str, *, once: bool) -> int:
    """Give the usual port when it is free; 0 lets the centre take any other."""
    if once:
        return 0
    try:
        with socket.create_server((host, USUAL_PORT), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return USUAL_PORT
    except OSError:
        return 0


def _broker_heard(api: CentreApi) -> str | None:
    """Give the address of the broker that the centre hears; None while it hears none."""
    try:
        how = api.health()
    except NoAnswerError:
        return None
    return str(how["broker"]) if how["broker_connected"] else None


def _without_password(broker: str) -> str:
    return re.sub(r"//[^@/]*@", "//", broker)
