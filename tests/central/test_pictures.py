"""Look now: an officer asks a box for a picture; whatever comes of it, or nothing, is seen on the case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from central.app import create_app
from central.background import Background
from central.cases.lifecycle import CaseAction, IllegalStep, Origin, RejectReason
from central.cases.steps import Actor
from central.pictures.service import MOST_OPEN, BrokerAway, TooManyRequests
from central.pictures.views import AskedPictureView, AskedStatus
from central.services import Services
from central.tables import AskedPicture
from protocol import signing, topics
from protocol.messages import Ack, EvidenceRole, PictureRequest, Rendition

if TYPE_CHECKING:
    from tests.central.conftest import Box, Message

OFFICER = Actor("officer-1", Origin.CONSOLE)
TAKEN_AT = datetime(2026, 11, 23, 14, 41, 7, tzinfo=UTC)
DARK = {"reason": "camera_dark", "text_zh": "画面全黑", "text_en": "The picture is black"}
Send = Callable[..., Ack]


@dataclass
class FakeLine:
    """The way to the boxes; keeps what was said."""

    connected: bool = True
    said: list[tuple[str, bytes]] = field(default_factory=list)

    def say(self, topic: str, payload: bytes) -> None:
        self.said.append((topic, payload))


@pytest.fixture
def line(services: Services) -> FakeLine:
    services.pictures.line = line = FakeLine()
    return line


@pytest.fixture
def case_id(box: Box, send: Send, services: Services) -> UUID:
    send(*box.report().messages)
    return services.cases.list().items[0].id


@pytest.fixture
def asked(line: FakeLine, case_id: UUID, services: Services) -> AskedPictureView:
    return services.pictures.ask(case_id, OFFICER)


def answer(box: Box, asked: AskedPictureView, text: str = "now", **changes: Any) -> tuple[list[Message], Message]:
    """The parts of the picture, and the signed answer."""
    return box.answer(asked.id, asked.camera, TAKEN_AT, text, **changes)


def test_the_box_is_asked_for_the_cases_camera_and_the_case_tells_who_asked(
    asked: AskedPictureView, line: FakeLine, case_id: UUID, services: Services
) -> None:
    ((topic, payload),) = line.said
    assert topic == topics.request("box-1")
    request = PictureRequest.model_validate_json(payload)
    assert (request.id, request.device, request.camera) == (asked.id, "box-1", "cam-1")
    assert request.expires_at - request.asked_at == timedelta(minutes=2)
    assert request.asked_by == "officer-1"
    assert asked.status is AskedStatus.WAITING
    step = services.cases.get(case_id).steps[-1]
    assert (step.action, step.actor, step.origin) == (CaseAction.ASK_PICTURE, "officer-1", Origin.CONSOLE)


def test_the_picture_is_shown_beside_the_evidence_once_it_is_here_whole(
    asked: AskedPictureView, box: Box, send: Send, services: Services, case_id: UUID
) -> None:
    parts, response = answer(box, asked)
    assert send(*parts[:-1], response) == Ack()
    (view,) = services.pictures.of_case(case_id)
    assert (view.status, view.evidence) == (AskedStatus.WAITING, [])
    assert send(response).missing == (parts[-1][0].rsplit("/", 1)[1],)
    assert send(parts[-1]).stored == (asked.id,)

    (view,) = services.pictures.of_case(case_id)
    assert (view.status, view.taken_at, view.signature_ok) == (AskedStatus.GIVEN, TAKEN_AT, True)
    assert [file.rendition for file in view.evidence] == [Rendition.RENDERED, Rendition.ORIGINAL]
    case = services.cases.get(case_id)
    assert [file for file in case.evidence if file.role is EvidenceRole.ASKED] == view.evidence
    assert (case.steps[-1].action, case.steps[-1].actor) == (CaseAction.PICTURE, "box-1")
    assert "2026-11-23 22:41:07" in case.steps[-1].note, "in the site's time"
    assert services.pictures.media_type_of(view.evidence[0].sha256) == "image/jpeg"


def test_a_refusal_tells_the_officer_why(
    asked: AskedPictureView, box: Box, send: Send, services: Services, case_id: UUID
) -> None:
    assert send(answer(box, asked, refused=DARK)[1]).stored == (asked.id,)
    (view,) = services.pictures.of_case(case_id)
    assert view.status is AskedStatus.REFUSED
    assert view.refused is not None
    assert (view.refused.text_zh, view.refused.text_en) == ("画面全黑", "The picture is black")
    assert services.cases.get(case_id).steps[-1].note == "画面全黑 / The picture is black"


def test_repeats_change_nothing(
    asked: AskedPictureView, box: Box, send: Send, services: Services, case_id: UUID
) -> None:
    parts, response = answer(box, asked)
    for _ in range(2):
        assert send(*parts, response).stored == (asked.id,)
    other_parts, other = answer(box, asked, "another picture, by a box that was started anew")
    assert send(*other_parts, other, answer(box, asked, refused=DARK)[1]).stored == (asked.id, asked.id)
    (view,) = services.pictures.of_case(case_id)
    assert view.evidence[0].sha256 == parts[0][0].rsplit("/", 1)[1]
    assert [step.action for step in services.cases.get(case_id).steps].count(CaseAction.PICTURE) == 1


def test_pressing_twice_asks_once(asked: AskedPictureView, line: FakeLine, case_id: UUID, services: Services) -> None:
    assert services.pictures.ask(case_id, Actor("officer-2", Origin.API)).id == asked.id
    assert len(line.said) == 1
    assert [step.action for step in services.cases.get(case_id).steps].count(CaseAction.ASK_PICTURE) == 1


def expire(services: Services) -> None:
    with services.sessions.write() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(AskedPicture).values(expires_at=past))


def test_a_request_without_an_answer_is_shown_as_unanswered_and_may_be_asked_again(
    asked: AskedPictureView, line: FakeLine, case_id: UUID, services: Services
) -> None:
    expire(services)
    (view,) = services.pictures.of_case(case_id)
    assert view.status is AskedStatus.UNANSWERED
    again = services.pictures.ask(case_id, OFFICER)
    assert again.id != asked.id
    assert [one.status for one in services.pictures.of_case(case_id)] == [AskedStatus.WAITING, AskedStatus.UNANSWERED]
    assert len(line.said) == 2


def test_an_answer_that_comes_late_is_shown_all_the_same(
    asked: AskedPictureView, box: Box, send: Send, services: Services, case_id: UUID
) -> None:
    expire(services)
    parts, response = answer(box, asked)
    assert send(*parts, response).stored == (asked.id,)
    (view,) = services.pictures.of_case(case_id)
    assert (view.status, view.taken_at) == (AskedStatus.GIVEN, TAKEN_AT)


@pytest.mark.usefixtures("line")
def test_a_box_is_not_asked_for_more_than_it_gives_at_a_time(box: Box, send: Send, services: Services) -> None:
    for number in range(MOST_OPEN + 1):
        send(*box.report(f"van {number}").messages)
    first, *others = [case.id for case in services.cases.list().items]
    asked = [services.pictures.ask(case_id, OFFICER) for case_id in others]
    with pytest.raises(TooManyRequests) as refused:
        services.pictures.ask(first, OFFICER)
    assert 0 < refused.value.retry_after_s <= 121
    assert services.pictures.of_case(first) == []
    send(answer(box, asked[0], refused=DARK)[1])
    assert services.pictures.ask(first, OFFICER).status is AskedStatus.WAITING


def test_without_a_broker_nothing_is_asked_and_the_officer_is_told(
    line: FakeLine, case_id: UUID, services: Services
) -> None:
    line.connected = False
    with pytest.raises(BrokerAway):
        services.pictures.ask(case_id, OFFICER)
    assert (services.pictures.of_case(case_id), line.said) == ([], [])


def test_a_case_that_is_over_asks_for_no_picture_but_takes_the_one_on_its_way(
    asked: AskedPictureView, box: Box, send: Send, services: Services, case_id: UUID
) -> None:
    services.cases.act(case_id, CaseAction.REJECT, OFFICER, reason=RejectReason.ALREADY_GONE)
    parts, response = answer(box, asked)
    assert send(*parts, response).stored == (asked.id,)
    with pytest.raises(IllegalStep):
        services.pictures.ask(case_id, OFFICER)


def test_answers_that_nobody_asked_for_or_that_were_changed_go_to_quarantine(
    asked: AskedPictureView, box: Box, make_box: type[Box], send: Send, services: Services, case_id: UUID
) -> None:
    other = make_box("box-2")
    send(other.status())
    forged = json.loads(answer(box, asked, refused=DARK)[1][1])
    forged["message"]["refused"]["text_en"] = "Nothing to see"
    odd = [
        answer(box, asked, refused=DARK, id=str(uuid4()))[1],
        answer(box, asked, refused=DARK, camera="cam-2")[1],
        (topics.response("box-2"), answer(other, asked, refused=DARK)[1][1]),
        (topics.response(box.device), json.dumps(forged).encode()),
        (topics.response(box.device), b"no json"),
        answer(box, asked, refused=None, taken_at=None)[1],
    ]
    told = send(*odd)
    assert told.stored == ()
    assert services.quarantine.count() == len(odd)
    assert [refusal.id for refusal in told.refused].count(asked.id) == 4
    (view,) = services.pictures.of_case(case_id)
    assert view.status is AskedStatus.WAITING


def test_a_signature_that_was_broken_in_the_database_is_shown(
    asked: AskedPictureView, box: Box, send: Send, services: Services, case_id: UUID
) -> None:
    send(answer(box, asked, refused=DARK)[1])
    with services.sessions.write() as session:
        session.execute(update(AskedPicture).values(signed_by=signing.public_jwk(signing.new_private_key())))
    assert services.pictures.of_case(case_id)[0].signature_ok is False


def test_over_the_api(line: FakeLine, case_id: UUID, box: Box, send: Send, services: Services) -> None:
    app = create_app(services, Background(services), with_console=False)
    client = TestClient(app)  # not entered: no broker is started
    path = f"/api/v1/cases/{case_id}/picture"
    assert client.post(path).status_code == 401
    services.accounts.ensure_first_admin("a password for tests")
    client.post("/api/v1/session", json={"username": "admin", "password": "a password for tests"})
    first = client.post(path)
    assert (first.status_code, first.json()["status"]) == (202, "waiting")
    parts, response = answer(box, services.pictures.of_case(case_id)[0])
    send(*parts, response)
    (given,) = client.get(path).json()
    assert given["status"] == "given"
    picture = client.get(given["evidence"][0]["url"])
    assert hashlib.sha256(picture.content).hexdigest() == given["evidence"][0]["sha256"]
    line.connected = False
    refused = client.post(path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "broker_away")
    assert client.get(f"/api/v1/cases/{uuid4()}/picture").status_code == 404


def test_a_picture_goes_along_when_its_case_is_merged(line: FakeLine, box: Box, send: Send, services: Services) -> None:
    for stay in ("van", "truck"):
        send(*box.report(stay, zone_name=stay).messages)
    one, other = services.cases.list().items[:2]
    asked = services.pictures.ask(one.id, OFFICER)
    services.cases.act(one.id, CaseAction.MERGE, OFFICER, into=other.id)
    parts, response = answer(box, asked)
    assert send(*parts, response).stored == (asked.id,)
    assert [view.status for view in services.pictures.of_case(other.id)] == [AskedStatus.GIVEN]
    case = services.cases.get(other.id)
    assert EvidenceRole.ASKED in {file.role for file in case.evidence}
    assert case.steps[-1].action is CaseAction.PICTURE
