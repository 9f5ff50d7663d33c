"""The real programs as processes that can be started, killed and frozen: boxes, centres and Mosquitto."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import yaml

from edge_agent.recording.recorder import read_recording
from rules.observation import Observation
from tests.e2e.listener import PATIENCE_S, Listener

PASSWORD = "a password for tests"
T = TypeVar("T")
P = TypeVar("P", bound="Process")


def wait_for(check: Callable[[], T], what: str, patience_s: float = PATIENCE_S) -> T:
    """Wait until `check` gives something true and return it; fail with `what` after a generous while."""
    deadline = time.monotonic() + patience_s
    while not (value := check()):
        assert time.monotonic() < deadline, f"still not so after {patience_s:.0f} s: {what}"
        time.sleep(0.05)
    return value


def free_port() -> int:
    """Give a port that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def program(name: str) -> str:
    """Find one of our commands beside the running Python."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found, f"{name} is not installed: pip install -e '.[edge,central,dev]'"
    return found


class Process:
    """A program that may be started again and again; its output of all runs goes into one log file."""

    def __init__(self, name: str, command: list[str], log: Path, environ: dict[str, str] | None = None) -> None:
        self.name = name
        self.command = command
        self.log = log
        self._environ = {**os.environ, **(environ or {})}
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert not self.running, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(self.command, stdout=log, stderr=log, env=self._environ)

    @property
    def running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def kill(self) -> None:
        """Kill it as a power cut would (SIGKILL): nothing is said, nothing is tidied."""
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and return its exit code."""
        assert self._popen is not None
        self._popen.send_signal(signal.SIGTERM)
        return self.wait()

    def hang_up(self) -> None:
        """Tell it to read its configuration again (SIGHUP)."""
        assert self._popen is not None
        self._popen.send_signal(signal.SIGHUP)

    def wait(self) -> int:
        """Wait until it ends by itself and return its exit code."""
        assert self._popen is not None
        return self._popen.wait(PATIENCE_S)

    def freeze(self) -> None:
        assert self._popen is not None
        self._popen.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._popen is not None
        self._popen.send_signal(signal.SIGCONT)

    def said(self) -> str:
        """Give all it has printed and logged."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


class Mosquitto(Process):
    """A real broker that keeps sessions, queues and retained messages on disk, as in life."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
        if found is None:
            pytest.skip("mosquitto is not installed")
        folder.mkdir(parents=True)
        self.port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\nautosave_interval 1\n"
            f"persistence_location {folder}/\nmax_queued_messages 0\nuser {_own_user()}\n",
            encoding="utf-8",
        )
        super().__init__("mosquitto", [found, "-c", str(config)], folder / "mosquitto.log")

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        super().start()
        wait_for(lambda: listens(self.port), "Mosquitto listens")


class Centre(Process):
    """A real centre. Without `broker` it brings its own."""

    def __init__(self, data: Path, broker: str = "", *options: str) -> None:
        self.data, self.port, self.mqtt_port = data, free_port(), 0 if broker else free_port()
        command = [program("kerbwatch-central"), "serve", "--data", str(data), "--port", str(self.port)]
        command += ["--broker", broker] if broker else ["--mqtt-port", str(self.mqtt_port)]
        super().__init__(
            f"centre {data.name}",
            [*command, *options],
            data.with_suffix(".log"),
            {"KERBWATCH_ADMIN_PASSWORD": PASSWORD},
        )
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    @property
    def broker_url(self) -> str:
        return f"mqtt://127.0.0.1:{self.mqtt_port}"

    def wait_ready(self) -> None:
        """Wait until it answers and hears the broker."""
        wait_for(self._hears, f"{self.name} answers and hears the broker")

    def _hears(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return bool(self._http.get("/api/v1/healthz").json()["broker_connected"])
        return False

    def get(self, path: str) -> Any:
        """Ask the REST API; signs in when it is not yet."""
        return self._get(path).json()

    def post(self, path: str) -> Any:
        """Have the REST API do something; signs in when it is not yet."""
        return self._ask("POST", path).json()

    def evidence(self, sha256: str) -> bytes:
        """Fetch an evidence file."""
        return self._get(f"/api/v1/evidence/{sha256}").content

    def _get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def _ask(self, method: str, path: str) -> httpx.Response:
        answer = self._http.request(method, path)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            signed_in = self._http.post("/api/v1/session", json={"username": "admin", "password": PASSWORD})
            signed_in.raise_for_status()
            answer = self._http.request(method, path)
        return answer.raise_for_status()

    def cases(self) -> list[dict[str, Any]]:
        """Give all cases with everything that belongs to them."""
        listed = self.get("/api/v1/cases?limit=200")["items"]
        return [self.get(f"/api/v1/cases/{case['id']}") for case in listed]

    def notices(self, device: str) -> list[str]:
        """Give the codes of what people were told about a box."""
        devices = {one["id"]: one for one in self.get("/api/v1/devices")}
        return [notice["code"] for notice in devices[device]["notices"]] if device in devices else []


class Box(Process):
    """A real box with its configuration and its data folder."""

    def __init__(self, folder: Path, config: dict[str, Any], *options: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.id = str(config["device"]["id"])
        self.config = folder / "box.yaml"
        self.data = folder / "data"
        self.write_config(config)
        command = [program("kerbwatch-edge"), "run", str(self.config), "--data", str(self.data), *options]
        super().__init__(f"box {self.id}", command, folder / "box.log")

    def write_config(self, config: dict[str, Any]) -> None:
        self.config.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")

    def states(self) -> dict[str, dict[str, Any]]:
        """Give what the box has on disk of what it remembers, by camera."""
        rows = self._rows("SELECT camera, state FROM state")
        return {camera: json.loads(state) for camera, state in rows}

    def claims(self) -> list[dict[str, Any]]:
        """Give what its zones have on disk as standing there, with `zone` and `camera`."""
        return [
            {**claim, "camera": camera, "zone": zone}
            for camera, state in self.states().items()
            for zone, watch in state["zones"].items()
            for claim in watch["claims"]
        ]

    def waiting(self) -> list[str]:
        """Give the ids of the violations in its outbox."""
        return [row[0] for row in self._rows("SELECT id FROM violation WHERE refused IS NULL ORDER BY seq")]

    def violations(self) -> list[dict[str, Any]]:
        """Give the violations in its outbox, oldest first."""
        return [json.loads(row[0]) for row in self._rows("SELECT message FROM violation ORDER BY seq")]

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        path = self.data / "box.db"
        if not path.exists():
            return []
        with (
            contextlib.closing(sqlite3.connect(path, timeout=10)) as connection,
            contextlib.suppress(sqlite3.OperationalError),  # the tables are not there yet
        ):
            return connection.execute(query).fetchall()
        return []

    def recordings(self, camera: str) -> list[Path]:
        """Give the recordings of a camera, oldest first."""
        return sorted((self.data / "observations" / camera).glob("*.jsonl*"), key=lambda path: _begins(path) or 0.0)

    def looks(self, camera: str) -> list[Observation]:
        """Give all recorded looks of a camera, oldest first."""
        return [look for path in self.recordings(camera) if _begins(path) for look in read_recording(path)[1]]


@dataclass
class Site:
    """One test's processes, all killed at its end; the logs are shown when it fails."""

    folder: Path
    processes: list[Process] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)

    def mosquitto(self) -> Mosquitto:
        return self._with(Mosquitto(self.folder / "mosquitto"))

    def centre(self, broker: str = "", *options: str, name: str = "centre") -> Centre:
        return self._with(Centre(self.folder / name, broker, *options))

    def box(self, config: dict[str, Any], *options: str) -> Box:
        return self._with(Box(self.folder / str(config["device"]["id"]), config, *options))

    def listener(self, port: int) -> Listener:
        self.listeners.append(Listener(port))
        return self.listeners[-1]

    def close(self) -> None:
        for listener in self.listeners:
            listener.stop()
        for process in reversed(self.processes):
            process.kill()

    def _with(self, process: P) -> P:
        self.processes.append(process)
        return process


def box_config(broker: str, catalog: Path, cameras: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Give a box's configuration that answers quickly, for tests."""
    return {
        "device": {"id": "box-17", "name": "测试箱"},
        "uplink": {"broker": broker, "ack_timeout_s": 2},
        "detector": {"model": "painted-cars", "catalog": str(catalog)},
        "look_every_s": 0.5,
        "health_every_s": 0.5,
        "cameras": cameras,
        **changes,
    }


def assert_whole(centre: Centre, case: dict[str, Any]) -> None:
    """Check that a case has all its pictures, each with the content that its name promises."""
    assert case["evidence"], f"case {case['number']} has no evidence"
    for file in case["evidence"]:
        content = centre.evidence(file["sha256"])
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert len(content) == file["bytes"]
    assert all(violation["signature_ok"] for violation in case["violations"])


def listens(port: int) -> bool:
    """Say whether somebody listens on a port of this machine."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _begins(path: Path) -> float | None:
    """Say when a recording begins; None while nothing of it has been written."""
    with contextlib.suppress(ValueError):
        for look in read_recording(path)[1]:
            return look.t_s
    return None


def _own_user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name
