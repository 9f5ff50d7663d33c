"""The first command a newcomer runs: the clip goes in, one case comes out closed by sight, nothing is left behind."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from central.cases.views import CaseDetail
from central.services import build_services
from central.settings import Settings
from models.catalog import DEFAULT_MODEL, load_catalog
from models.errors import WeightsError
from models.fetch import ensure_weights
from protocol.messages import EvidenceRole, Rendition
from scripts.demonstration import departure
from scripts.demonstration.clip import fetch_clip
from scripts.demonstration.failure import DemoError
from scripts.demonstration.run import run
from scripts.demonstration.zones_file import BUILTIN
from tests.e2e.real_processes import Site

DEMO = Path(__file__).resolve().parents[2] / "scripts" / "demo.py"
SLOWEST_S = 300


@pytest.fixture(scope="module", autouse=True)
def clip_and_weights() -> None:
    try:
        fetch_clip()
    except DemoError as error:
        pytest.skip(f"the demo's clip cannot be had: {error}")
    try:
        ensure_weights(load_catalog()[DEFAULT_MODEL])
    except WeightsError as error:
        pytest.skip(f"the detector's weights cannot be had: {error}")


def run_demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(DEMO), "--once", "--no-install", "--no-system", *options]
    return subprocess.run(
        command,
        env=os.environ | {"TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SLOWEST_S,
        check=False,
    )


def last_line(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def assert_one_case_closed_by_sight(told: dict[str, Any]) -> None:
    assert set(told) == {"violations", "cases", "van_painted_out", "seconds"}
    assert told["violations"] == 2, "one confirmed, one cleared"
    assert told["van_painted_out"] is True, "the film says that it is edited"
    (case,) = told["cases"]
    assert set(case) == {"id", "kind", "state", "closed_how", "zone", "camera", "evidence"}
    assert (case["kind"], case["zone"]) == ("illegal_parking", "yellow-line")
    assert (case["state"], case["closed_how"]) == ("closed", "sight")
    assert {file["role"] for file in case["evidence"]} >= {"first_seen", "confirmed", "close_up", "after"}
    assert all(set(file) == {"role", "sha256", "bytes", "url"} for file in case["evidence"])


def test_the_van_is_one_case_filed_and_closed_by_the_picture_of_the_clear_street(tmp_path: Path) -> None:
    done = run_demo(tmp_path, "--keep")
    told = last_line(done)
    assert_one_case_closed_by_sight(told)
    for step in ("reported by the box", "filed", "taken by the platform", "street clear", "closed by sight"):
        assert re.search(rf"\d\d:\d\d:\d\d  \S+ {step}", done.stderr), step
    assert "the van never leaves" in done.stderr, "and a person is told what was edited"
    kept = re.search(r"kept in (\S+)", done.stderr)
    assert kept, "--keep says where"
    services = build_services(Settings(data_dir=Path(kept[1]) / "centre"))
    try:
        case = services.cases.get(UUID(told["cases"][0]["id"]))
        assert case.external_ref, "the platform gave it a number"
        assert all(violation.signature_ok for violation in case.violations)
        for file in case.evidence:
            content = services.evidence.get(file.sha256)
            assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256)
        assert taken_apart(case) >= timedelta(seconds=10)
    finally:
        services.sessions.close()


def taken_apart(case: CaseDetail) -> timedelta:
    """Give the time between the two wide pictures of a case."""
    first, last = (
        next(f.taken_at for f in case.evidence if (f.role, f.rendition) == (role, Rendition.RENDERED))
        for role in (EvidenceRole.FIRST_SEEN, EvidenceRole.CONFIRMED)
    )
    return last - first


@pytest.mark.system("mosquitto")
def test_the_same_case_comes_through_a_real_mosquitto_which_is_left_as_it_was(site: Site, tmp_path: Path) -> None:
    mosquitto = site.mosquitto()
    mosquitto.start()
    folder = tmp_path / "temporary"
    folder.mkdir()
    assert_one_case_closed_by_sight(last_line(run_demo(folder, "--broker", mosquitto.url)))
    assert list(folder.glob("kerbwatch-*")) == [], "without --keep nothing is left on the disk"
    assert retained_on(mosquitto.port) == []


def retained_on(port: int) -> list[str]:
    """Give the topics of the messages that a broker retains for our boxes."""
    retained: list[str] = []
    answered = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, clean_session=True)
    client.on_connect = lambda client, *_: client.subscribe("kerbwatch/#", 1)
    client.on_message = lambda _client, _userdata, message: (
        answered.set() if message.topic == "kerbwatch/end" else retained.append(message.topic)
    )
    # Retained messages come before whatever is published after the subscription.
    client.on_subscribe = lambda client, *_: client.publish("kerbwatch/end", b"", 1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        assert answered.wait(30), "the broker does not answer"
    finally:
        client.disconnect()
        client.loop_stop()
    return retained


def test_a_clip_in_which_nothing_stands_long_enough_says_so_and_fails(tmp_path: Path) -> None:
    zones = tmp_path / "zones.yaml"
    zones.write_text("- {id: lawn, kind: illegal_parking, polygon: [[0, 0.5], [0.4, 0.5], [0.4, 1], [0, 1]]}\n")
    done = run_demo(tmp_path, "--clip", str(fetch_clip()), "--zones", str(zones))
    assert done.returncode == 1
    assert "dwell_s" in done.stderr
    assert "没有产生案件" in done.stderr
    assert done.stdout == ""


def test_the_untouched_footage_ends_with_a_filed_case_as_the_van_never_leaves(tmp_path: Path) -> None:
    told = last_line(run_demo(tmp_path, "--clip", str(fetch_clip()), "--zones", str(BUILTIN)))
    (case,) = told["cases"]
    assert (case["state"], case["closed_how"], told["van_painted_out"]) == ("filed", None, False)


def test_a_loop_that_does_not_close_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departure, "LEAVES_AT_S", 1e9)
    options = Namespace(once=True, clip=None, zones=None, broker=None, host="127.0.0.1", port=None, keep=False)
    with pytest.raises(DemoError, match="The loop did not close"):
        run(options)


def test_a_broker_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run_demo(tmp_path, "--broker", "mqtt://user:secret@127.0.0.1:9")
    assert done.returncode == 1
    assert "mqtt://127.0.0.1:9" in done.stderr
    assert "secret" not in done.stderr


def test_a_video_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "street.mp4").write_bytes(b"no video")
    (tmp_path / "zones.yaml").write_text(
        "- {id: kerb, kind: illegal_parking, polygon: [[0, 0.5], [0.4, 0.5], [0.4, 1]]}"
    )
    done = run_demo(tmp_path, "--clip", str(tmp_path / "street.mp4"), "--zones", str(tmp_path / "zones.yaml"))
    assert done.returncode == 1
    assert "street.mp4" in done.stderr
