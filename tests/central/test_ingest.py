"""From a box's messages to a case: nothing twice, nothing lost, whatever the order."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from central.cases.lifecycle import CaseAction, CaseState, Origin
from central.ingest.inbox import Inbox
from central.services import Services, build_services
from central.settings import Settings
from protocol.messages import Ack, EvidenceRole, Phase

if TYPE_CHECKING:
    from tests.central.conftest import Box, Message

    Send = Callable[..., Ack]


def test_a_violation_with_its_evidence_becomes_a_case_that_waits_for_review(
    services: Services, box: Box, send: Send
) -> None:
    report = box.report()
    assert send(*report.messages) == Ack(stored=(report.violation.id,))

    (case,) = services.cases.list().items
    assert case.state is CaseState.REPORTED
    assert case.kind_name_zh == "机动车乱停放"
    assert case.number.startswith("KW-")
    detail = services.cases.get(case.id)
    assert [(s.action, s.origin, s.actor) for s in detail.steps] == [(CaseAction.REPORT, Origin.BOX, "box-1")]
    assert detail.allowed == [CaseAction.CONFIRM, CaseAction.REJECT, CaseAction.MERGE]
    assert detail.violations[0].message == report.violation
    assert detail.violations[0].signature_ok
    assert {e.sha256 for e in detail.evidence} == set(report.files)
    assert detail.thumbnail_url == f"/api/v1/evidence/{report.violation.evidence[-1].sha256}"
    for sha256, content in report.files.items():
        assert services.evidence.get(sha256) == content


def test_nothing_is_acknowledged_before_all_evidence_is_there(services: Services, box: Box, send: Send) -> None:
    report = box.report()
    *parts, last = report.parts
    assert send(report.message, *parts) == Ack()
    assert services.cases.list().items == []
    assert send(last) == Ack(stored=(report.violation.id,))
    assert len(services.cases.list().items) == 1


def test_evidence_that_lacks_is_asked_for_when_the_violation_comes_again(box: Box, send: Send) -> None:
    report = box.report()
    lost = next(iter(report.files))
    arrived = [part for part in report.parts if part not in report.parts_of(lost)]
    assert send(*arrived, report.message) == Ack()
    assert send(report.message) == Ack(missing=(lost,))
    assert send(*report.parts_of(lost)) == Ack(stored=(report.violation.id,))


def test_a_box_that_gave_up_evidence_on_a_full_disk_sends_what_it_has(services: Services, box: Box, send: Send) -> None:
    report = box.report()
    given_up, *kept = report.violation.evidence
    assert send(report.message) == Ack()
    raw = report.violation.model_copy(update={"evidence": tuple(kept), "evidence_dropped": (given_up,)})
    anew = report.message[0], box.sign(raw.model_dump(mode="json"))
    assert set(send(anew).missing) == {ref.sha256 for ref in kept}
    assert send(*report.parts) == Ack(stored=(report.violation.id,))
    case = services.cases.get(services.cases.list().items[0].id)
    assert [evidence.sha256 for evidence in case.evidence] == [ref.sha256 for ref in kept]
    assert case.violations[0].signature_ok


def test_an_acknowledgement_that_was_lost_is_said_again(services: Services, box: Box, send: Send) -> None:
    report = box.report()
    for _ in range(3):
        assert report.violation.id in send(*report.messages).stored
    assert len(services.cases.list().items) == 1
    assert len(services.cases.get(services.cases.list().items[0].id).steps) == 1


def test_the_street_is_clear_again_and_the_case_shows_it(services: Services, box: Box, send: Send) -> None:
    send(*box.report().messages, *box.report(phase=Phase.CLEARED).messages)
    (case,) = services.cases.list().items
    detail = services.cases.get(case.id)
    assert [step.action for step in detail.steps] == [CaseAction.REPORT, CaseAction.CLEAR]
    assert detail.state is CaseState.REPORTED
    assert detail.cleared_at == box.report(phase=Phase.CLEARED).violation.cleared_at
    assert [view.message and view.message.phase for view in detail.violations] == [Phase.CONFIRMED, Phase.CLEARED]
    assert EvidenceRole.AFTER in {evidence.role for evidence in detail.evidence}


def test_cleared_before_confirmed_waits_for_its_case(services: Services, box: Box, send: Send) -> None:
    cleared = box.report(phase=Phase.CLEARED)
    assert send(*cleared.messages) == Ack(stored=(cleared.violation.id,))
    assert services.cases.list().items == []
    send(*box.report().messages)
    (case,) = services.cases.list().items
    assert case.cleared_at is not None
    assert len(services.cases.get(case.id).violations) == 2


def test_two_vans_are_two_cases(services: Services, box: Box, send: Send) -> None:
    send(*box.report("white van").messages, *box.report("red van").messages)
    numbers = [case.number[-4:] for case in services.cases.list().items]
    assert numbers == ["0002", "0001"]


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_repetition_gives_one_case(
    data: st.DataObject, fresh_database: Path, make_box: type[Box], make_inbox: Callable[[Services], Inbox]
) -> None:
    box = make_box()
    reports = [box.report(picture_bytes=300_000), box.report(phase=Phase.CLEARED)]
    said: list[Message] = [box.status(), *(message for report in reports for message in report.messages)]
    arriving = data.draw(st.permutations(said + data.draw(st.lists(st.sampled_from(said), max_size=8))))
    arriving = arriving[: data.draw(st.integers(0, len(arriving)))]  # the network loses what it likes
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(fresh_database, Path(folder) / "kerbwatch.db")
        services = build_services(Settings(data_dir=Path(folder), evidence_url="memory:///"))
        inbox = make_inbox(services)
        acknowledged: set[UUID] = set()
        for message in arriving:
            acknowledged.update(*(reply.ack.stored for reply in inbox.receive(*message).replies))

        inbox.receive(*box.status())  # the box comes back, and repeats what it has no word on
        for report in reports:
            for _ in range(3):
                if report.violation.id in acknowledged:
                    break
                for reply in inbox.receive(*report.message).replies:
                    acknowledged.update(reply.ack.stored)
                    for sha256 in reply.ack.missing:
                        for part in report.parts_of(sha256):
                            for answer in inbox.receive(*part).replies:
                                acknowledged.update(answer.ack.stored)
        assert acknowledged == {report.violation.id for report in reports}
        (case,) = services.cases.list().items
        detail = services.cases.get(case.id)
        assert [step.action for step in detail.steps] == [CaseAction.REPORT, CaseAction.CLEAR]
        assert {e.sha256 for e in detail.evidence} == {sha256 for report in reports for sha256 in report.files}
        assert services.quarantine.count() == 0
        services.sessions.close()


def test_parts_at_different_workers_make_one_file(
    services: Services, make_inbox: Callable[[Services], Inbox], box: Box
) -> None:
    workers = [make_inbox(services), make_inbox(build_services(services.settings))]
    report = box.report(picture_bytes=600_000)
    for number, part in enumerate(reversed(report.parts)):
        workers[number % 2].receive(*part)
    assert workers[1].receive(*report.message).replies[0].ack.stored == (report.violation.id,)


def test_an_upload_goes_on_after_a_restart(
    services: Services, make_inbox: Callable[[Services], Inbox], box: Box, send: Send
) -> None:
    report = box.report(picture_bytes=600_000)
    half = len(report.parts) // 2
    send(*report.parts[:half])
    services.sessions.close()

    restarted = make_inbox(build_services(services.settings))
    replies = [
        reply for message in [*report.parts[half:], report.message] for reply in restarted.receive(*message).replies
    ]
    assert [reply.ack.stored for reply in replies] == [(report.violation.id,)]


def test_damaged_evidence_is_set_aside_and_may_be_sent_again(services: Services, box: Box, send: Send) -> None:
    report = box.report(picture_bytes=600_000)
    damaged = next(iter(report.files))
    (topic, first), *others = report.parts_of(damaged)
    assert send((topic, first[:-1] + b"?"), *others, report.message) == Ack()
    (entry,) = services.quarantine.list()
    assert "哈希" in entry.reason
    assert damaged in entry.reason
    assert hashlib.sha256(services.quarantine.content(entry.id)).hexdigest() != damaged
    ack = send(report.message)
    assert damaged in ack.missing
    assert send(*report.parts) == Ack(stored=(report.violation.id,))


def test_auto_file_files_a_new_case_without_a_person(settings: Settings, make_box: type[Box]) -> None:
    services = build_services(settings.model_copy(update={"auto_file": True}))
    inbox = Inbox(services.sessions, services.evidence, services.quarantine, services.settings, services.site)
    box = make_box()
    for message in (box.status(), *box.report().messages):
        inbox.receive(*message)
    (case,) = services.cases.list().items
    assert case.state is CaseState.FILED
    assert [step.origin for step in services.cases.get(case.id).steps] == [Origin.BOX, Origin.SYSTEM]


def test_a_violation_changed_in_the_database_is_no_longer_proved(services: Services, box: Box, send: Send) -> None:
    report = box.report()
    send(*report.messages)
    with services.sessions.engine.begin() as connection:
        changed = report.payload.replace(b'"label": "car"', b'"label": "bus"')
        assert changed != report.payload
        connection.exec_driver_sql("UPDATE violations SET document = ?", (changed,))
    (case,) = services.cases.list().items
    assert not services.cases.get(case.id).violations[0].signature_ok
