"""`kerbwatch-central` as a real process: started, killed, started again, and stopped."""

from __future__ import annotations

import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from protocol import topics
from protocol.messages import Ack

if TYPE_CHECKING:
    from tests.central.conftest import Box

PASSWORD = "a password for tests"
LIMIT_S = 60.0


class Centre:
    """The process, and what it says."""

    def __init__(self, data: Path, *options: str, **environ: str) -> None:
        self._log = data.with_name("centre.log")
        self._process = run(self._log, "serve", "--data", str(data), "--port", "0", *options, **environ)
        assert self._process.stdout is not None
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_read_into, args=(self._process.stdout, lines), daemon=True).start()
        self.said = ""
        end = time.monotonic() + LIMIT_S
        while "Broker" not in self.said:
            try:
                self.said += lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                self._process.kill()
                pytest.fail(f"the centre did not start: {self.said}\n{self._log.read_text()}")
        self.url = self._find(r"(http://[\d.]+:\d+)")
        self.mqtt_port = int(self._find(r"mqtt://[\d.]+:(\d+)"))

    def healthz(self) -> dict[str, Any]:
        return dict(httpx.get(f"{self.url}/healthz", timeout=LIMIT_S).json())

    def stop(self, how: signal.Signals) -> int:
        self._process.send_signal(how)
        return self._process.wait(LIMIT_S)

    def _find(self, pattern: str) -> str:
        found = re.search(pattern, self.said)
        assert found, self.said
        return found[1]


def _read_into(stream: IO[str], lines: queue.Queue[str]) -> None:
    for line in stream:
        lines.put(line)


def run(log: Path, *arguments: str, **environ: str) -> subprocess.Popen[str]:
    with log.open("a") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "central.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environ},
        )


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Centre]]:
    started: list[Centre] = []

    def start(*options: str, **environ: str) -> Centre:
        started.append(Centre(tmp_path / "data", *options, **environ))
        return started[-1]

    yield start
    for centre in started:
        if centre._process.poll() is None:
            centre.stop(signal.SIGKILL)


def sign_in(centre: Centre, user: str, password: str) -> httpx.Client:
    client = httpx.Client(base_url=centre.url, timeout=LIMIT_S)
    answer = client.post("/api/v1/session", json={"username": user, "password": password})
    assert answer.status_code == 200, answer.text
    return client


def test_a_first_start_shows_the_addresses_and_the_first_password_once(start: Callable[..., Centre]) -> None:
    centre = start("--mqtt-port", "0")
    found = re.search(r"admin .* (\S+)$", centre.said, re.MULTILINE)
    assert found, centre.said
    assert sign_in(centre, "admin", found[1]).get("/api/v1/cases").status_code == 200
    assert centre.healthz()["database"]
    assert centre.stop(signal.SIGTERM) == 0

    again = start("--mqtt-port", "0")
    assert "admin" not in again.said
    assert again.healthz()["status"] == "ok"
    assert again.stop(signal.SIGINT) == 0


def test_killed_in_the_middle_of_an_upload_it_goes_on_where_it_was(
    start: Callable[..., Centre], make_box: type[Box]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    centre = start("--mqtt-port", port, "--auto-file", KERBWATCH_ADMIN_PASSWORD=PASSWORD)
    assert PASSWORD not in centre.said
    box = make_box()
    report = box.report(picture_bytes=600_000)
    stored, connected = threading.Event(), threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="box-1", clean_session=False)

    def say(*messages: tuple[str, bytes]) -> None:
        for topic, payload in messages:
            client.publish(topic, payload, qos=1)

    def on_connect(*_: Any) -> None:
        client.subscribe(topics.ack("box-1"), 1)
        say(box.status())
        connected.set()

    client.reconnect_delay_set(1, 1)
    client.on_connect = on_connect
    client.on_message = lambda _, __, m: stored.set() if Ack.model_validate_json(m.payload).stored else None
    client.connect("127.0.0.1", int(port))
    client.loop_start()

    assert connected.wait(LIMIT_S)
    half = len(report.parts) // 2
    say(*report.parts[:half], report.message)
    deadline = time.monotonic() + LIMIT_S
    while centre.healthz()["violations_waiting"] == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    centre.stop(signal.SIGKILL)

    centre = start("--mqtt-port", port, "--auto-file")
    while not stored.is_set() and time.monotonic() < deadline:  # the box repeats; the first half is not sent again
        if client.is_connected():
            say(*report.parts[half:], report.message)
        stored.wait(1.0)
    assert stored.is_set()
    officer = sign_in(centre, "admin", PASSWORD)
    while time.monotonic() < deadline:
        (case,) = officer.get("/api/v1/cases").json()["items"]
        if case["external_ref"]:
            break
        time.sleep(0.1)
    assert case["state"] == "filed"
    assert re.fullmatch(r"\d{8}-000001", case["external_ref"])
    for sha256, content in report.files.items():
        assert officer.get(f"/api/v1/evidence/{sha256}").content == content
    client.disconnect()
    client.loop_stop()
    assert centre.stop(signal.SIGTERM) == 0
