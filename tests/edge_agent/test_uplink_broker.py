"""The broker goes and comes back, the box does too; every violation arrives, and each outage is told once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from edge_agent.config.box import BoxConfig
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.store import BoxStore
from edge_agent.uplink.evidence_sender import WINDOW
from edge_agent.uplink.identity import device_key
from edge_agent.uplink.sending import Uplink
from protocol.evidence_parts import PART_BYTES
from protocol.signing import public_jwk

if TYPE_CHECKING:
    from tests.edge_agent.conftest import FakeCentre, Mosquitto, Told

Make = Callable[..., Outgoing]
Eventually = Callable[[Callable[[], object], str], None]
Connect = Callable[..., tuple[BoxStore, Uplink]]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def connect(
    tmp_path: Path, mosquitto: Mosquitto, told: Told, box_config: Callable[..., BoxConfig]
) -> Iterator[Connect]:
    """Start a box's store and uplink against the broker."""
    running: list[tuple[BoxStore, Uplink]] = []

    def _connect(**uplink: Any) -> tuple[BoxStore, Uplink]:
        config = box_config(uplink={"broker": mosquitto.url, "ack_timeout_s": 0.5, **uplink})
        data_dir = tmp_path / "data"
        store = BoxStore(data_dir, 10**9, told.append)
        line = Uplink(config.device, config.uplink, device_key(data_dir), store.outbox, told.append, reconnect_s=(1, 1))
        line.start()
        running.append((store, line))
        return running[-1]

    yield _connect
    for store, line in running:
        line.stop()
        store.close()


def test_a_broker_that_is_down_at_the_start_is_told_once_and_waited_for(
    connect: Connect,
    mosquitto: Mosquitto,
    fake_centre: FakeCentre,
    told: Told,
    some_violation: Make,
    eventually: Eventually,
) -> None:
    store, line = connect()
    store.commit([some_violation("s1"), some_violation("s2")], {})
    eventually(lambda: "broker_unreachable" in told.codes, "the outage was told")
    assert "refused" in told[0].text_en
    assert not line.link.connected
    mosquitto.start()
    fake_centre.start()
    eventually(lambda: store.outbox.stats().waiting == 0, "both violations are stored")
    assert len(fake_centre.stored) == 2
    assert told.codes.count("broker_unreachable") == 1
    assert told.codes.count("broker_back") == 1


def test_a_broker_killed_under_way_loses_nothing(
    connect: Connect,
    mosquitto: Mosquitto,
    fake_centre: FakeCentre,
    told: Told,
    some_violation: Make,
    eventually: Eventually,
) -> None:
    mosquitto.start()
    fake_centre.start()
    fake_centre.wait_ready()
    store, line = connect()
    violations = [some_violation(f"s{number}", size=2 * PART_BYTES + 1) for number in range(6)]
    store.commit(violations[:3], {})
    eventually(lambda: fake_centre.stored, "the first one is stored")
    mosquitto.kill()
    eventually(lambda: not line.link.connected, "the line is down")
    store.commit(violations[3:], {})
    mosquitto.start()
    eventually(lambda: store.outbox.stats().waiting == 0, "all are stored")
    assert set(fake_centre.stored) == {one.violation.id for one in violations}
    assert told.codes.count("broker_unreachable") == told.codes.count("broker_back") == 1


def test_a_box_killed_between_evidence_and_acknowledgement_sends_it_again_and_the_will_says_offline(
    connect: Connect, mosquitto: Mosquitto, fake_centre: FakeCentre, tmp_path: Path, eventually: Eventually
) -> None:
    mosquitto.start()
    fake_centre.silent = True
    fake_centre.start()
    fake_centre.wait_ready()
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/edge_agent/child_that_sends.py"), str(tmp_path / "data"), mosquitto.url],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        eventually(lambda: fake_centre.heard, "the violation came, and was not answered")
    finally:
        child.kill()
        child.wait()
    eventually(lambda: not fake_centre.statuses[-1]["online"], "the last will says offline")
    fake_centre.silent = False
    store, _ = connect()
    eventually(lambda: store.outbox.stats().waiting == 0, "it is stored after the restart")
    assert len(fake_centre.stored) == 1
    assert set(fake_centre.heard) == set(fake_centre.stored)


def test_a_box_says_online_with_its_key_and_offline_when_it_is_stopped(
    connect: Connect, mosquitto: Mosquitto, fake_centre: FakeCentre, tmp_path: Path, eventually: Eventually
) -> None:
    mosquitto.start()
    _, line = connect()
    assert line.link.wait_connected(20)
    fake_centre.start()  # afterwards: the status is retained
    eventually(lambda: fake_centre.statuses, "the retained status")
    assert fake_centre.statuses[-1]["online"] is True
    assert fake_centre.statuses[-1]["public_key"] == public_jwk(device_key(tmp_path / "data"))
    line.stop()
    eventually(lambda: not fake_centre.statuses[-1]["online"], "it says offline")


def test_a_clip_is_read_from_disk_piece_by_piece(
    connect: Connect,
    mosquitto: Mosquitto,
    fake_centre: FakeCentre,
    some_violation: Make,
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mosquitto.start()
    fake_centre.start()
    fake_centre.wait_ready()
    store, line = connect()
    under_way: list[Any] = []
    most = 0
    publish = line.link.publish

    def counted(topic: str, payload: bytes, *, retain: bool = False) -> Any:
        nonlocal most
        under_way[:] = [info for info in under_way if not info.is_published()]
        under_way.append(publish(topic, payload, retain=retain))
        most = max(most, len(under_way))
        return under_way[-1]

    monkeypatch.setattr(line.link, "publish", counted)
    store.commit([some_violation(size=3_000_000)], {})
    eventually(lambda: fake_centre.stored, "12 MB arrived")
    assert most <= WINDOW


def test_a_broker_that_lets_nobody_in_is_told_with_its_reason(
    connect: Connect, mosquitto: Mosquitto, told: Told, eventually: Eventually
) -> None:
    mosquitto.start(anonymous=False)
    connect()
    eventually(lambda: "broker_unreachable" in told.codes, "the outage was told")
    assert "Not authorized" in told[0].text_en
