"""A real centre in its own process, and what an officer's browser does at its pages."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from protocol.messages import PictureRequest
from tests.central.conftest import Box, Message

PASSWORD = "a password for tests"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000


@dataclass(frozen=True)
class Centre:
    """A running centre: where its pages are, and a box's connection to its broker."""

    url: str
    box: Box
    publish: Callable[[Message], None]
    asked: queue.SimpleQueue[PictureRequest]

    def report(self, *stays: str) -> None:
        """Have the box report these; each has its own zone name, by which it is found on the pages."""
        for stay in stays:
            for message in self.box.report(stay, zone_name=stay, address=f"{stay}旁").messages:
                self.publish(message)

    def states(self) -> dict[str, str]:
        """Ask the REST API for the state of every case, by zone name."""
        with httpx.Client(base_url=self.url) as client:
            client.post("/api/v1/session", json={"username": "admin", "password": PASSWORD}).raise_for_status()
            cases = client.get("/api/v1/cases", params={"limit": 100}).raise_for_status().json()["items"]
        return {case["zone_name"]: case["state"] for case in cases}

    def act(self, zone_name: str, body: dict[str, Any]) -> None:
        """Be another officer who acts through the REST API."""
        with httpx.Client(base_url=self.url) as client:
            client.post("/api/v1/session", json={"username": "admin", "password": PASSWORD}).raise_for_status()
            cases = client.get("/api/v1/cases", params={"limit": 100}).json()["items"]
            (case_id,) = (case["id"] for case in cases if case["zone_name"] == zone_name)
            client.post(f"/api/v1/cases/{case_id}/actions", json=body).raise_for_status()


@dataclass
class Process:
    """A centre as an administrator starts it."""

    running: subprocess.Popen[str]
    console: str
    broker: tuple[str, int]

    @classmethod
    def start(cls, data: Path) -> Process:
        command = [sys.executable, "-m", "central.cli", "serve", "--data", str(data), "--port", "0", "--mqtt-port", "0"]
        environment = {**os.environ, "KERBWATCH_ADMIN_PASSWORD": PASSWORD, "PYTHONUTF8": "1"}
        environment.pop("PYTEST_CURRENT_TEST", None)  # NiceGUI behaves otherwise where it sees it
        log = (data.parent / f"{data.name}.log").open("w", encoding="utf-8")
        running = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
        )
        said = ""
        for line in running.stdout or ():
            said += line
            console = re.search(r"Console\s+(http://\S+)", said)
            broker = re.search(r"Broker\s+(?:mqtt://)?([\w.]+):(\d+)", said)
            if console and broker:
                return cls(running, console[1], (broker[1], int(broker[2])))
        raise RuntimeError(f"the centre did not start: {said}{Path(log.name).read_text(encoding='utf-8')}")

    def stop(self) -> None:
        self.running.terminate()
        try:
            self.running.wait(20)
        except subprocess.TimeoutExpired:
            self.running.kill()


@dataclass
class Watch:
    """What the browser asked of other machines, and what its log complained about."""

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.on("request", self._on_request)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def _on_request(self, request: Request) -> None:
        if not re.match(r"(http|ws)://127\.0\.0\.1[:/]|data:|blob:", request.url):
            self.outside.append(request.url)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)


def new_window(browser: Browser) -> BrowserContext:
    """Open a browser that nobody has used before."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, timezone_id="UTC")
    context.set_default_timeout(PATIENCE_MS)
    return context


def sign_in(page: Page, url: str) -> Page:
    page.goto(url)
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator(".head")).to_be_visible()
    return page


def row(page: Page, zone_name: str) -> Any:
    return page.locator(".case-row", has_text=zone_name)


def select(page: Page, zone_name: str) -> None:
    """Choose a case in the queue, and wait until its pictures are there."""
    expect(row(page, zone_name)).to_be_visible()
    if "selected" not in (row(page, zone_name).get_attribute("class") or ""):
        row(page, zone_name).click()
    expect(page.locator(".preview-foot")).to_contain_text(zone_name)
