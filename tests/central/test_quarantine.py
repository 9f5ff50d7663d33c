"""What cannot be read or trusted: kept where a person sees it, said to the box, and nothing else stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from central.ingest.inbox import Inbox
from central.ingest.outcome import StillUnacceptable
from central.quarantine import QuarantineEntryNotFound
from central.services import Services
from central.tables import Device
from protocol import signing, topics
from protocol.bounds import MAX_SIGNED_BYTES
from protocol.evidence_parts import split
from protocol.messages import Ack, Violation

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]

VIOLATION = topics.violation("box-1")


def raw(violation: Violation, **changed: Any) -> dict[str, Any]:
    return violation.model_dump(mode="json") | changed


@pytest.mark.parametrize(
    ("topic", "payload", "said"),
    [
        (VIOLATION, b"{ this is no json", "不是签名消息"),
        (VIOLATION, b"\xff\xfe\x00", "不是签名消息"),
        (VIOLATION, b'{"message": "text"}', "不是签名消息"),
        (VIOLATION, b"[" * 50_000, "不是签名消息"),
        (VIOLATION, b"x" * (MAX_SIGNED_BYTES + 1), "消息过长"),
        (topics.status("box-1"), b"online", "不是有效的 JSON"),
        (topics.status("box-1"), b"[]", "不是 JSON 对象"),
        (topics.status("box-1"), b'{"device": "box-1"}', "online"),
        (topics.health("box-1"), b'{"device": "box-2"}', "设备与主题不符"),
        (topics.health("box-1"), b'{"version": "7.0", "device": "box-1"}', "协议版本"),
        (topics.evidence("box-1", "0" * 64), b"not a part", "不是证据分片"),
        (topics.ack("box-1"), b"{}", "此主题不由中心接收"),
        ("kerbwatch/v1/box 1/violation", b"{}", "not a KerbWatch topic"),
        ("kerbwatch/v1/box-1/violation\x00", b"{}", "not a KerbWatch topic"),
    ],
)
def test_a_message_that_cannot_be_read_is_kept_where_a_person_sees_it(
    services: Services, box: Box, send: Send, topic: str, payload: bytes, said: str
) -> None:
    assert send((topic, payload)) == Ack()
    (entry,) = services.quarantine.list()
    assert said in entry.reason
    assert services.quarantine.content(entry.id) == payload
    assert entry.size_bytes == len(payload)
    report = box.report()
    assert send(*report.messages) == Ack(stored=(report.violation.id,)), "the next message goes its way"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": "2.0"}, "协议版本"),
        ({"version": 2}, "协议版本"),
        ({"device": "box-2"}, "设备与主题不符"),
        ({"box": [0.1, 0.2]}, "box"),
        ({"first_seen_at": "2026-11-23T09:00:00"}, "first_seen_at"),
    ],
)
def test_a_violation_that_cannot_be_taken_is_refused_by_its_id(
    services: Services, box: Box, send: Send, changed: dict[str, Any], said: str
) -> None:
    violation = box.report().violation
    ack = send((VIOLATION, box.sign(raw(violation, **changed))))
    (refusal,) = ack.refused
    assert refusal.id == violation.id
    assert said in refusal.reason
    assert services.quarantine.list()[0].reason == refusal.reason
    assert services.cases.list().items == []


def test_fields_of_a_newer_box_do_not_matter(box: Box, send: Send) -> None:
    report = box.report()
    newer = box.sign(raw(report.violation, version="1.9", colour="white"))
    assert send(*report.parts, (VIOLATION, newer)) == Ack(stored=(report.violation.id,))


def test_a_violation_signed_by_another_key_is_refused_and_the_device_page_says_so(
    services: Services, box: Box, make_box: type[Box], send: Send
) -> None:
    stranger = make_box(box.device)
    report = stranger.report()
    (refusal,) = send(*report.messages).refused
    assert "签名不符" in refusal.reason
    assert services.cases.list().items == []
    assert "签名不符" in services.devices.get("box-1").notices[0].text_zh


def test_a_violation_changed_on_its_way_is_refused(services: Services, box: Box, send: Send) -> None:
    report = box.report()
    document = json.loads(report.payload)
    document["message"]["confirmed_at"] = "2026-11-23T10:00:00Z"
    (refusal,) = send((VIOLATION, json.dumps(document).encode())).refused
    assert "签名不符" in refusal.reason


def test_a_box_whose_key_is_not_known_yet_is_heard_once_it_says_who_it_is(
    services: Services, inbox: Inbox, make_box: type[Box]
) -> None:
    box = make_box("box-9")
    report = box.report()
    for part in report.parts:
        inbox.receive(*part)
    outcome = inbox.receive(*report.message)
    assert outcome.ask_for_status_of == "box-9"
    assert outcome.replies == ()
    inbox.receive(*box.status())
    assert inbox.receive(*report.message).replies[0].ack.stored == (report.violation.id,)
    assert services.quarantine.count() == 0


def test_another_box_with_the_same_name_is_not_trusted_until_a_person_says_so(
    services: Services, box: Box, make_box: type[Box], send: Send
) -> None:
    trusted = services.devices.get("box-1").key_fingerprint
    assert trusted == signing.thumbprint(signing.public_jwk(box.key))
    stranger = make_box(box.device)
    send(stranger.status())
    assert services.devices.get("box-1").key_fingerprint == trusted
    assert "forget-key box-1" in services.devices.get("box-1").notices[0].text_en
    assert services.quarantine.count() == 1

    services.devices.forget_key("box-1")
    send(stranger.status())
    report = stranger.report()
    assert send(*report.messages) == Ack(stored=(report.violation.id,))


def test_what_a_box_said_before_its_new_key_was_trusted_is_taken_when_it_is(
    services: Services, box: Box, make_box: type[Box], send: Send
) -> None:
    stranger = make_box(box.device)
    refused, forged = stranger.report(), make_box(box.device).report()
    assert [refusal.id for refusal in send(*refused.messages).refused] == [refused.violation.id]
    send(*forged.messages)
    services.devices.forget_key("box-1")
    assert send(stranger.status()) == Ack(stored=(refused.violation.id,)), "its box hears that it is stored"
    assert len(services.cases.list().items) == 1
    taken, still_there = sorted(services.quarantine.list(), key=lambda entry: entry.readmitted_at is None)
    assert taken.readmitted_at is not None
    assert services.quarantine.content(taken.id) == refused.payload, "what came stays as a record"
    assert (still_there.readmitted_at, services.quarantine.count()) == (None, 1), "the forged one stays"
    assert send(stranger.status()) == Ack(), "once is enough"


def test_a_person_takes_a_message_out_of_quarantine_when_nothing_is_wrong_with_it_any_more(
    services: Services, inbox: Inbox, box: Box, make_box: type[Box], send: Send
) -> None:
    stranger = make_box(box.device)
    report = stranger.report()
    send(report.message)
    (entry,) = services.quarantine.list()
    with pytest.raises(StillUnacceptable, match="not signed by the key") as told:
        inbox.readmit(entry.id)
    assert "签名不符" in told.value.message_zh
    with services.sessions.write() as session:
        session.get_one(Device, "box-1").public_key = signing.public_jwk(stranger.key)
    (reply,) = inbox.readmit(entry.id).replies
    assert services.quarantine.get(entry.id).readmitted_at is not None
    assert set(reply.ack.missing) == {ref.sha256 for ref in report.violation.evidence}, "the box is asked for pictures"
    with pytest.raises(QuarantineEntryNotFound):
        inbox.readmit(uuid4())


def test_the_same_bad_message_again_is_counted_not_piled_up(services: Services, box: Box, send: Send) -> None:
    for _ in range(5):
        send((VIOLATION, b"no json"))
    (entry,) = services.quarantine.list()
    assert entry.times == 5
    assert len([n for n in services.devices.get("box-1").notices if n.code == "message_quarantined"]) == 1


def test_an_id_that_another_box_has_used_is_refused(
    services: Services, box: Box, make_box: type[Box], send: Send
) -> None:
    mine = box.report()
    send(*mine.messages)
    other = make_box("box-2")
    send(other.status())
    copied = raw(mine.violation, device="box-2")
    (refusal,) = send((topics.violation("box-2"), other.sign(copied))).refused
    assert refusal.id == mine.violation.id


def test_evidence_larger_than_allowed_is_refused_before_it_fills_the_disk(
    services: Services, box: Box, send: Send
) -> None:
    report = box.report()
    evidence = raw(report.violation)["evidence"]
    evidence[0]["bytes"] = 10**12
    assert send((VIOLATION, box.sign(raw(report.violation, evidence=evidence)))).refused
    huge = b"KWE1" + (0).to_bytes(4) + (2**20).to_bytes(4) + (2**38).to_bytes(8) + b"\0" * 2**18
    send((topics.evidence("box-1", "0" * 64), huge))
    assert "证据文件过大" in services.quarantine.list()[0].reason


def test_while_the_database_is_away_nothing_is_acknowledged_and_nothing_breaks(
    services: Services, box: Box, send: Send, inbox: Inbox
) -> None:
    report = box.report()
    with services.sessions.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE devices RENAME TO devices_away")
    assert send(*report.messages) == Ack()
    assert inbox.receive(*box.status()).ask_for_status_of, "a status is said once: the broker must repeat it"
    with services.sessions.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE devices_away RENAME TO devices")
    assert send(report.message) == Ack(stored=(report.violation.id,))
    assert services.quarantine.count() == 0


def test_while_the_evidence_folder_is_away_nothing_is_acknowledged(services: Services, box: Box, send: Send) -> None:
    report = box.report()
    folder = services.evidence.blobs.folder
    assert folder is not None
    folder.rename(folder.with_name("away"))
    folder.write_text("something else is mounted here")
    assert send(*report.messages) == Ack()
    folder.unlink()
    folder.with_name("away").rename(folder)
    assert set(send(report.message).missing) == set(report.files)
    assert send(*report.parts) == Ack(stored=(report.violation.id,))


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T00:00:00Z"])
def test_a_violation_of_a_year_that_cannot_be_is_refused_with_its_reason(
    services: Services, box: Box, send: Send, date: str
) -> None:
    violation = box.report().violation
    (refusal,) = send((VIOLATION, box.sign(raw(violation, first_seen_at=date)))).refused
    assert refusal.id == violation.id
    assert "first_seen_at" in refusal.reason
    assert "out of bounds" in refusal.reason
    assert services.cases.list().items == []


@pytest.mark.parametrize("points", [3_000, 30_000])
def test_a_violation_that_is_too_long_is_answered_with_its_length(
    services: Services, box: Box, send: Send, points: int
) -> None:
    violation = box.report().violation
    zone = {"id": "kerb", "polygon": [[0.12345678, 0.12345678]] * points}
    (refusal,) = send((VIOLATION, box.sign(raw(violation, zone=zone)))).refused
    assert refusal.id == violation.id
    assert "polygon" in refusal.reason if points == 3_000 else "消息过长" in refusal.reason
    assert "signature" not in refusal.reason
    assert len(services.quarantine.list()) == 1


def test_a_violation_that_cannot_be_read_is_answered_by_the_id_that_it_shows(box: Box, send: Send) -> None:
    violation = box.report().violation
    torn = box.report().payload[:-40]
    (refusal,) = send((VIOLATION, torn)).refused
    assert refusal.id == violation.id
    assert "JSON" in refusal.reason


def test_a_flood_of_wrong_evidence_is_kept_in_part_only(services: Services, inbox: Inbox, box: Box) -> None:
    for number in range(40):
        inbox.receive(topics.evidence(box.device, f"{number:064x}"), next(split(b"%d" % number)).encode())
        inbox.receive(topics.evidence(box.device, f"{number:064x}"), b"noise %d" % number)
    assert 10 <= services.quarantine.count() <= 21
