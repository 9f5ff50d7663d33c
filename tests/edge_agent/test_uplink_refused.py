"""A broker that refuses: packets above a size, publishing by its access rules, a second box of the same id."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.config.box import BoxConfig
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.store import BoxStore
from edge_agent.uplink.identity import device_key
from edge_agent.uplink.part_size import PART_SIZE_FILE, PartSize
from edge_agent.uplink.sending import Uplink
from protocol.evidence_parts import MIN_PART_BYTES, PART_BYTES
from protocol.messages import Ack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.edge_agent.conftest import FakeCentre, Mosquitto, Told

Make = Callable[..., Outgoing]
Eventually = Callable[[Callable[[], object], str], None]
Connect = Callable[..., Uplink]


@pytest.fixture
def connect(
    mosquitto: Mosquitto, store: BoxStore, told: Told, tmp_path: Path, box_config: Callable[..., BoxConfig]
) -> Iterator[Connect]:
    lines: list[Uplink] = []

    def connect(**uplink: object) -> Uplink:
        config = box_config(uplink={"broker": mosquitto.url, "ack_timeout_s": 0.3} | uplink)
        line = Uplink(
            config.device,
            config.uplink,
            device_key(tmp_path),
            store.outbox,
            told.append,
            data_dir=tmp_path,
            reconnect_s=(1, 1),
        )
        line.start()
        lines.append(line)
        return line

    yield connect
    for line in lines:
        line.stop()


@pytest.mark.parametrize("limit", ["max_packet_size 150000", "message_size_limit 150000"])
def test_parts_shrink_to_what_the_broker_takes_and_that_is_kept(
    limit: str,
    mosquitto: Mosquitto,
    fake_centre: FakeCentre,
    store: BoxStore,
    told: Told,
    connect: Connect,
    some_violation: Make,
    eventually: Eventually,
    tmp_path: Path,
) -> None:
    # One hangs up over a larger packet, the other takes it with a PUBACK and drops it.
    mosquitto.start(limit)
    fake_centre.start()
    fake_centre.wait_ready()
    store.commit([some_violation(size=300_000)], {})
    connect()
    eventually(lambda: fake_centre.stored, "the violation came with its evidence")
    smaller = [event for event in told if event.code == "parts_smaller"]
    assert smaller, told.codes
    assert "max_packet_size" in smaller[0].text_zh
    kept = json.loads((tmp_path / PART_SIZE_FILE).read_text())
    assert kept["bytes"] == PART_BYTES // 2
    assert PartSize(kept["broker"], told.append, tmp_path).bytes == PART_BYTES // 2
    assert PartSize("another:1883", told.append, tmp_path).bytes == PART_BYTES


def test_parts_do_not_become_smaller_than_the_protocol_allows(told: Told) -> None:
    size = PartSize("b:1883", told.append)
    while size.shrink(size.bytes):
        pass
    assert size.bytes == MIN_PART_BYTES
    assert not size.shrink(size.bytes)
    assert told.codes[-1] == "packets_refused"
    assert told.codes.count("packets_refused") == 1


@pytest.mark.parametrize("centre_speaks", [False, True])
def test_publishing_that_the_access_rules_drop_is_told_with_the_topics_to_allow(
    centre_speaks: bool,
    mosquitto: Mosquitto,
    fake_centre: FakeCentre,
    store: BoxStore,
    told: Told,
    connect: Connect,
    some_violation: Make,
    eventually: Eventually,
    tmp_path: Path,
) -> None:
    rules = tmp_path / "acl"
    allowed = ("readwrite kerbwatch/v1/+/ack", "readwrite kerbwatch/v1/+/status", "read kerbwatch/v1/#")
    rules.write_text("".join(f"topic {line}\n" for line in allowed))
    rules.chmod(0o600)
    assert os.geteuid() == rules.stat().st_uid
    mosquitto.start(f"acl_file {rules}")
    fake_centre.start()
    fake_centre.wait_ready()
    line = connect()
    eventually(lambda: line.link.connected, "connected")
    if centre_speaks:  # as the centre does to whoever comes
        fake_centre.acknowledge(Ack())
        eventually(lambda: line._heard_from_centre, "the greeting was heard")
    store.commit([some_violation()], {})
    eventually(lambda: "centre_silent" in told.codes, "told")
    event = next(event for event in told if event.code == "centre_silent")
    assert "access rules" in event.text_en
    assert "访问控制" in event.text_zh
    assert "kerbwatch/v1/box-17/violation" in event.text_en
    assert ("kerbwatch-central runs" in event.text_en) is not centre_speaks


def test_a_second_box_of_the_same_id_is_told(
    mosquitto: Mosquitto, told: Told, connect: Connect, eventually: Eventually
) -> None:
    mosquitto.start()
    connect()
    other = Client(CallbackAPIVersion.VERSION2, client_id="box-17")
    other.reconnect_delay_set(1, 1)
    other.connect("127.0.0.1", mosquitto.port)
    other.loop_start()
    eventually(lambda: "device_id_twice" in told.codes, "told")
    other.disconnect()
    other.loop_stop()
    event = next(event for event in told if event.code == "device_id_twice")
    assert "another box uses the same id, box-17" in event.text_en
    assert "相同的编号 box-17" in event.text_zh


def test_an_acknowledgement_that_overtakes_a_repeat_is_no_error(
    mosquitto: Mosquitto,
    fake_centre: FakeCentre,
    store: BoxStore,
    connect: Connect,
    some_violation: Make,
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mosquitto.start()
    fake_centre.start()
    fake_centre.wait_ready()
    first, second = some_violation("s1"), some_violation("s2")
    line = connect()
    send = line._files.send

    def acknowledged_meanwhile(file: object, *more: object) -> bool:
        if store.outbox.get(first.violation.id):
            store.outbox.settle(Ack(stored=(first.violation.id,)))
        return send(file, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(line._files, "send", acknowledged_meanwhile)
    store.commit([first, second], {})
    eventually(lambda: second.violation.id in fake_centre.stored, "the next one is stored")
    eventually(lambda: store.outbox.stats().waiting == 0, "nothing waits")
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
