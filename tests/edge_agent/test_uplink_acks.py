"""The centre's word is lost, repeated, a refusal, a request for evidence, or nonsense: the box does the right thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge_agent.config.box import BoxConfig
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.store import BoxStore
from edge_agent.uplink.identity import device_key
from edge_agent.uplink.sending import Uplink
from protocol.messages import EvidenceRole, Health
from rules.event import EventPhase

if TYPE_CHECKING:
    from tests.edge_agent.conftest import FakeCentre, Mosquitto, Told

Make = Callable[..., Outgoing]
Eventually = Callable[[Callable[[], object], str], None]


@pytest.fixture
def line(
    centre: FakeCentre,
    store: BoxStore,
    mosquitto: Mosquitto,
    told: Told,
    tmp_path: Path,
    box_config: Callable[..., BoxConfig],
) -> Iterator[Uplink]:
    config = box_config(uplink={"broker": mosquitto.url, "ack_timeout_s": 0.3})
    line = Uplink(config.device, config.uplink, device_key(tmp_path), store.outbox, told.append)
    line.start()
    yield line
    line.stop()


@pytest.mark.usefixtures("line")
def test_what_is_stored_leaves_the_outbox_with_its_evidence_whole(
    store: BoxStore, centre: FakeCentre, some_violation: Make, eventually: Eventually, tmp_path: Path
) -> None:
    violations = [some_violation("s1"), some_violation("s1", EventPhase.CLEARED), some_violation("s2", size=700_000)]
    store.commit(violations, {})
    eventually(lambda: store.outbox.stats().waiting == 0, "all are stored")
    for one in violations:
        assert centre.stored[one.violation.id] == one.violation.model_dump(mode="json")
        assert all(centre.files[file.ref.sha256] == file.content for file in one.evidence)
    assert list((tmp_path / "data" / "evidence").iterdir()) == []
    assert centre.heard.index(violations[0].violation.id) < centre.heard.index(violations[1].violation.id)


@pytest.mark.usefixtures("line")
def test_a_lost_acknowledgement_costs_a_small_message_not_the_pictures_again(
    store: BoxStore, centre: FakeCentre, some_violation: Make, eventually: Eventually
) -> None:
    centre.lose_acks = 1
    store.commit([some_violation()], {})
    eventually(lambda: store.outbox.stats().waiting == 0, "it is stored")
    assert len(centre.heard) >= 2
    assert set(centre.file_counts.values()) == {1}


@pytest.mark.usefixtures("line")
def test_a_repeated_acknowledgement_does_no_harm(
    store: BoxStore, centre: FakeCentre, told: Told, some_violation: Make, eventually: Eventually
) -> None:
    centre.repeat_acks = 3
    store.commit([some_violation("s1"), some_violation("s2")], {})
    eventually(lambda: store.outbox.stats().waiting == 0, "both are stored")
    assert told == []


@pytest.mark.usefixtures("line")
def test_a_refused_violation_is_kept_told_and_not_sent_again_while_others_go_on(
    store: BoxStore, centre: FakeCentre, told: Told, some_violation: Make, eventually: Eventually
) -> None:
    centre.refuse = "signed by another key"
    refused, fine = some_violation("s1"), some_violation("s2")
    store.commit([refused], {})
    eventually(lambda: store.outbox.stats().refused == 1, "it was refused")
    centre.refuse = ""
    store.commit([fine], {})
    eventually(lambda: fine.violation.id in centre.stored, "the other one is stored")
    assert told.codes == ["violation_refused"]
    assert "signed by another key" in told[0].text_zh
    assert centre.heard.count(refused.violation.id) == 1
    assert store.outbox.refused()[0].id == refused.violation.id


@pytest.mark.usefixtures("line")
def test_evidence_that_the_centre_misses_is_sent_again(
    store: BoxStore, centre: FakeCentre, some_violation: Make, eventually: Eventually
) -> None:
    centre.forget = 1
    store.commit([some_violation()], {})
    eventually(lambda: store.outbox.stats().waiting == 0, "it is stored")
    assert set(centre.file_counts.values()) == {2}


@pytest.mark.usefixtures("line")
def test_an_acknowledgement_that_is_no_json_is_told_and_ignored(
    store: BoxStore, centre: FakeCentre, told: Told, some_violation: Make, eventually: Eventually
) -> None:
    store.commit([some_violation("s1")], {})
    eventually(lambda: store.outbox.stats().waiting == 0, "the line is up")
    centre.say(b"\xff{")
    eventually(lambda: told.codes == ["ack_unreadable"], "it was told")
    store.commit([some_violation("s2")], {})
    eventually(lambda: store.outbox.stats().waiting == 0, "the next one is heard")


@pytest.mark.usefixtures("line")
def test_a_silent_centre_is_told_once_and_gets_everything_when_it_is_back(
    store: BoxStore, centre: FakeCentre, told: Told, some_violation: Make, eventually: Eventually
) -> None:
    centre.silent = True
    store.commit([some_violation(f"s{number}") for number in range(8)], {})
    eventually(lambda: "centre_silent" in told.codes, "the silence was told")
    assert len(set(centre.heard)) < 8  # the broker is not filled for a centre that is not there
    centre.silent = False
    eventually(lambda: store.outbox.stats().waiting == 0, "all are stored")
    eventually(lambda: told.codes == ["centre_silent", "centre_back"], "told once each")


@pytest.mark.usefixtures("line")
def test_a_file_that_rotted_on_the_disk_is_told_and_the_violation_goes_without_it(
    store: BoxStore, centre: FakeCentre, told: Told, some_violation: Make, eventually: Eventually, tmp_path: Path
) -> None:
    one = some_violation()
    centre.refuse = "not yet"
    store.commit([some_violation("s0")], {})
    eventually(lambda: store.outbox.stats().refused == 1, "the line is up")
    centre.refuse = ""
    damaged = one.evidence[0]
    (tmp_path / "data" / "evidence" / damaged.ref.sha256).write_bytes(damaged.content.replace(b"first", b"FIRST"))
    store.commit([one], {})  # a file of this name and length is there already, and is kept
    eventually(lambda: one.violation.id in centre.stored, "it is stored")
    assert "evidence_lost" in told.codes
    body = centre.stored[one.violation.id]
    assert [ref["sha256"] for ref in body["evidence_dropped"]] == [damaged.ref.sha256]
    assert len(body["evidence"]) == 3


def test_a_full_outbox_sends_what_it_still_has(
    centre: FakeCentre,
    mosquitto: Mosquitto,
    told: Told,
    tmp_path: Path,
    box_config: Callable[..., BoxConfig],
    some_violation: Make,
    eventually: Eventually,
) -> None:
    store = BoxStore(tmp_path / "small", 4500, told.append)  # more than one violation with everything, less than two
    store.commit([some_violation("s1")], {})
    store.commit([some_violation("s2")], {})
    config = box_config(uplink={"broker": mosquitto.url})
    line = Uplink(config.device, config.uplink, device_key(tmp_path), store.outbox, told.append)
    line.start()
    eventually(lambda: len(centre.stored) == 2, "both are stored")
    line.stop()
    store.close()
    assert told.codes == ["outbox_dropped_clip"] * 2 + ["outbox_dropped_close_up"] * 2
    for body in centre.stored.values():
        assert {ref["role"] for ref in body["evidence"]} == {EvidenceRole.FIRST_SEEN, EvidenceRole.CONFIRMED}


def test_health_is_published_and_not_piled_up_while_offline(
    line: Uplink, centre: FakeCentre, mosquitto: Mosquitto, eventually: Eventually
) -> None:
    health = Health(device="box-17", at=datetime.now(UTC), uptime_s=1.0)
    assert line.link.wait_connected(20)
    assert line.publish_health(health)
    eventually(lambda: centre.healths, "it came")
    mosquitto.kill()
    eventually(lambda: not line.link.connected, "the line is down")
    assert not line.publish_health(health)
