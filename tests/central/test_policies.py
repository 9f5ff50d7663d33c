"""What goes without a person: filing what a camera has earned, telling the shop first, closing by sight."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from central.cases.lifecycle import CaseAction, CaseState, ClosedHow, Origin, RejectReason
from central.cases.service import Actor
from central.cases.timekeeper import Timekeeper
from central.services import Services
from central.tables import JobState
from central.telling.worker import MAX_ATTEMPTS, NoticeWorker
from protocol.kinds import Subject, ViolationKind
from protocol.messages import Ack, Phase

if TYPE_CHECKING:
    from tests.central.conftest import Box, Clock

    Send = Callable[..., Ack]

OFFICER = Actor("officer-1", Origin.CONSOLE)


class Gateway(ThreadingHTTPServer):
    """An SMS gateway on a real port, which answers what the test wants."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/send"


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(json.loads(body))
        self.server.keys.append(self.headers["Idempotency-Key"])
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as gateway:
        thread = Thread(target=gateway.serve_forever, daemon=True)
        thread.start()
        yield gateway
        gateway.shutdown()
        thread.join()


@pytest.fixture
def site_text(gateway: Gateway) -> str:
    return f"""
owners: {{noodle-shop: {{name: 老街面馆, contact: 店长, zones: [shop-front]}}}}
districts: {{east: {{name: 城东, zones: ["box-1/*/*"]}}}}
notices: {{webhook: "{gateway.url}"}}
policies:
  - {{zones: [shop-front, square], then: notify, minutes: 15}}
  - {{kinds: [illegal_parking], then: file, min_score: 0.8, min_precision: 0.75, min_verdicts: 4}}
closing:
  - {{kinds: [illegal_parking], by_sight: close}}
  - {{kinds: [umbrella_stall], by_sight: never}}
"""


def states(services: Services) -> list[CaseState]:
    return [case.state for case in services.cases.list().items]


def actions(services: Services) -> list[CaseAction]:
    return [step.action for step in services.cases.get(services.cases.list().items[0].id).steps]


def test_a_shop_that_is_told_and_clears_up_has_no_case_against_it(
    services: Services, box: Box, send: Send, gateway: Gateway, clock: Clock
) -> None:
    send(*box.report(zone="shop-front").messages)
    (case,) = services.cases.list().items
    assert (case.state, case.owner_id, case.district) == (CaseState.NOTIFIED, "noodle-shop", "east")
    assert case.notify_until is None, "its minutes begin when the message has come"
    assert NoticeWorker(services.sessions, services.site).run_due() == 1
    (message,) = gateway.got
    assert (message["case_number"], message["minutes"]) == (case.number, 15)
    assert "老街面馆" in message["text_zh"]
    assert "15 min" in message["text_en"]
    assert gateway.keys == [str(case.id)]

    clock.forward(minutes=14)
    assert Timekeeper(services.sessions, services.site).run_due() == 0
    send(*box.report(phase=Phase.CLEARED, zone="shop-front").messages)
    done = services.cases.get(case.id)
    assert (done.state, done.closed_how) == (CaseState.SELF_CORRECTED, ClosedHow.SELF_CORRECTED)
    assert done.notice is not None
    assert done.notice.state is JobState.DONE
    clock.forward(minutes=60)
    assert Timekeeper(services.sessions, services.site).run_due() == 0


def test_a_shop_whose_goods_come_back_again_and_again_is_told_once_then_a_person_decides(
    services: Services, box: Box, send: Send, gateway: Gateway
) -> None:
    worker = NoticeWorker(services.sessions, services.site)
    for minutes, stay in enumerate(("first", "second", "third", "fourth")):
        at = datetime(2026, 11, 23, 1, 6 * minutes, tzinfo=UTC)
        send(*box.report(stay, at=at, zone="shop-front").messages)
        worker.run_due()
        send(*box.report(stay, Phase.CLEARED, at=at, zone="shop-front").messages)
    (case,) = services.cases.list().items
    assert (case.state, case.repeats) == (CaseState.REPORTED, 3)
    assert len(gateway.got) == 1
    assert services.quarantine.count() == 0


def test_what_still_stands_when_the_minutes_are_over_is_filed(
    services: Services, box: Box, send: Send, gateway: Gateway, clock: Clock
) -> None:
    send(*box.report(zone="shop-front").messages)
    clock.forward(minutes=3)
    NoticeWorker(services.sessions, services.site).run_due()
    timekeeper = Timekeeper(services.sessions, services.site)
    clock.forward(minutes=14)
    assert timekeeper.run_due() == 0
    clock.forward(minutes=1)
    assert timekeeper.run_due() == 1
    assert timekeeper.run_due() == 0
    assert states(services) == [CaseState.FILED]
    assert actions(services) == [CaseAction.REPORT, CaseAction.NOTIFY, CaseAction.CONFIRM]


def test_a_gateway_that_is_down_for_a_while_is_asked_again(
    services: Services, box: Box, send: Send, gateway: Gateway, clock: Clock
) -> None:
    gateway.answers = [503, 429]
    send(*box.report(zone="shop-front").messages)
    worker = NoticeWorker(services.sessions, services.site)
    assert worker.run_due() == 1, "not again at once"
    for _ in range(2):
        clock.forward(minutes=1)
        worker.run_due()
    assert len(gateway.got) == 3
    case = services.cases.get(services.cases.list().items[0].id)
    assert case.notify_until is not None
    assert (case.notify_until - clock()).total_seconds() == 15 * 60


@pytest.mark.parametrize("answers", [[404], [500] * MAX_ATTEMPTS], ids=["refused", "never there"])
def test_who_could_not_be_told_is_not_filed_without_a_person(
    services: Services, box: Box, send: Send, gateway: Gateway, clock: Clock, answers: list[int]
) -> None:
    gateway.answers = list(answers)
    send(*box.report(zone="shop-front").messages)
    for _ in range(MAX_ATTEMPTS):
        NoticeWorker(services.sessions, services.site).run_due()
        Timekeeper(services.sessions, services.site).run_due()
        clock.forward(minutes=30)
    case = services.cases.get(services.cases.list().items[0].id)
    assert case.state is CaseState.REPORTED
    assert case.steps[-1].action is CaseAction.NOTICE_FAILED
    assert f"HTTP {answers[0]}" in case.steps[-1].note
    assert case.notice is not None
    assert case.notice.state is JobState.DEAD
    assert CaseAction.CONFIRM in case.allowed


def test_a_case_that_an_officer_has_decided_meanwhile_sends_nobody_a_message(
    services: Services, box: Box, send: Send, gateway: Gateway
) -> None:
    send(*box.report(zone="shop-front").messages)
    (case,) = services.cases.list().items
    services.cases.act(case.id, CaseAction.REJECT, OFFICER, reason=RejectReason.PERMITTED)
    NoticeWorker(services.sessions, services.site).run_due()
    assert gateway.got == []


def test_a_zone_that_is_nobodys_goes_to_the_next_policy(services: Services, box: Box, send: Send) -> None:
    send(*box.report(zone="square", kind=ViolationKind.STREET_VENDING, subject=Subject.STALL).messages)
    assert states(services) == [CaseState.REPORTED]


def test_what_has_gone_before_the_case_was_opened_tells_nobody(services: Services, box: Box, send: Send) -> None:
    send(*box.report(phase=Phase.CLEARED, zone="shop-front").messages, *box.report(zone="shop-front").messages)
    assert states(services) == [CaseState.REPORTED]


def test_the_same_shop_again_is_a_matter_for_an_officer(
    services: Services, box: Box, send: Send, gateway: Gateway, clock: Clock
) -> None:
    at = clock()
    for phase in Phase:
        send(*box.report("morning", phase, zone="shop-front", at=at).messages)
    clock.forward(minutes=20)
    send(*box.report("noon", zone="shop-front", at=clock()).messages)
    (case,) = services.cases.list().items
    assert (case.state, case.repeats) == (CaseState.REPORTED, 1)
    assert actions(services)[-1] is CaseAction.REOPEN


def test_a_camera_files_by_itself_once_it_has_earned_it(services: Services, box: Box, send: Send) -> None:
    def report(name: str, **how: Any) -> CaseState:
        send(*box.report(name, **how).messages)
        return services.cases.list().items[0].state

    verdicts = [CaseAction.CONFIRM, CaseAction.REJECT, CaseAction.CONFIRM, CaseAction.CONFIRM]
    for number, verdict in enumerate(verdicts):
        assert report(f"van {number}") is CaseState.REPORTED
        case = services.cases.list().items[0]
        services.cases.act(case.id, verdict, OFFICER, reason=RejectReason.WRONG_OBJECT)
    assert report("van 4") is CaseState.FILED, "3 of 4 were right"
    steps = services.cases.get(services.cases.list().items[0].id).steps
    assert (steps[-1].actor, steps[-1].origin) == ("policy", Origin.SYSTEM)
    assert services.cases.list().items[0].officer is None, "what nobody looked at earns nothing"
    assert report("faint van", score=0.7) is CaseState.REPORTED
    assert report("van before another camera", camera="cam-2") is CaseState.REPORTED
    confirmed = services.cases.list(state=CaseState.FILED).items[-1]
    services.cases.act(confirmed.id, CaseAction.WITHDRAW, OFFICER, note="误立")
    assert report("van 5") is CaseState.REPORTED, "a case that was withdrawn was a wrong one"


@pytest.mark.parametrize(
    ("kind", "subject", "after_picture", "state", "last"),
    [
        (ViolationKind.ILLEGAL_PARKING, Subject.MOTOR_VEHICLE, True, CaseState.CLOSED, CaseAction.CLOSE),
        (ViolationKind.ILLEGAL_PARKING, Subject.MOTOR_VEHICLE, False, CaseState.FILED, CaseAction.CLEAR),
        (ViolationKind.STREET_VENDING, Subject.STALL, True, CaseState.FILED, CaseAction.PROPOSE_CLOSE),
        (ViolationKind.UMBRELLA_STALL, Subject.UMBRELLA, True, CaseState.FILED, CaseAction.CLEAR),
    ],
    ids=["closes", "no picture, no closing", "is proposed to an officer", "never"],
)
def test_a_filed_case_whose_street_is_clear_by_sight(
    services: Services,
    box: Box,
    send: Send,
    kind: ViolationKind,
    subject: Subject,
    after_picture: bool,
    state: CaseState,
    last: CaseAction,
) -> None:
    send(*box.report(kind=kind, subject=subject).messages)
    (case,) = services.cases.list().items
    services.cases.act(case.id, CaseAction.CONFIRM, OFFICER)
    gone = box.report(phase=Phase.CLEARED, kind=kind, subject=subject, with_after_picture=after_picture)
    send(*gone.messages)
    assert (states(services), actions(services)[-1]) == ([state], last)
    closed = services.cases.get(case.id)
    assert closed.closed_how is (ClosedHow.SIGHT if state is CaseState.CLOSED else None)
    assert (closed.proposed_close_at is not None) == (last is CaseAction.PROPOSE_CLOSE)


def test_a_case_that_is_only_reported_waits_for_its_officer_though_the_street_is_clear(
    services: Services, box: Box, send: Send
) -> None:
    send(*box.report().messages, *box.report(phase=Phase.CLEARED).messages)
    (case,) = services.cases.list().items
    assert case.state is CaseState.REPORTED
    assert services.cases.act(case.id, CaseAction.CONFIRM, OFFICER).state is CaseState.CLOSED, "the picture is there"
