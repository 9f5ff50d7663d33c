"""The answer to an officer's request goes over a real broker: after violations, repeated, given up when stale."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edge_agent.config.box import BoxConfig
from edge_agent.outbox.outgoing import Outgoing, Sendable
from edge_agent.outbox.store import BoxStore
from edge_agent.pictures.answers import MOST_HELD, Answer, AnswerFile, Answers
from edge_agent.pictures.refusals import expired
from edge_agent.uplink.evidence_sender import EvidenceSender
from edge_agent.uplink.identity import device_key
from edge_agent.uplink.sending import Uplink
from protocol.messages import Ack, EvidenceRole, PictureRequest, PictureResponse, TimeSource

if TYPE_CHECKING:
    from tests.edge_agent.conftest import FakeCentre, Mosquitto, Told

Make = Callable[..., Outgoing]
Ask = Callable[..., PictureRequest]
Eventually = Callable[[Callable[[], object], str], None]


@pytest.fixture
def line(
    store: BoxStore, mosquitto: Mosquitto, told: Told, tmp_path: Path, box_config: Callable[..., BoxConfig]
) -> Iterator[Uplink]:
    """The box's line, not started yet."""
    config = box_config(uplink={"broker": mosquitto.url, "ack_timeout_s": 0.3})
    line = Uplink(config.device, config.uplink, device_key(tmp_path), store.outbox, told.append, reconnect_s=(1, 1))
    yield line
    line.stop()


@pytest.fixture
def make_answer(picture_request: Ask, some_violation: Make) -> Callable[..., Answer]:
    def make(size: int = 600_000, *, picture: bool = True, for_s: float = 60.0) -> Answer:
        request = picture_request()
        evidence = [
            one for one in some_violation(str(request.id), size=size).evidence if one.ref.role is EvidenceRole.CONFIRMED
        ]
        response = PictureResponse(
            id=request.id,
            device=request.device,
            camera=request.camera,
            answered_at=datetime.now(UTC),
            taken_at=datetime.now(UTC) if picture else None,
            time_source=TimeSource.RTCP if picture else None,
            evidence=tuple(one.ref for one in evidence) if picture else (),
            refused=None if picture else expired(),
        )
        files = tuple(AnswerFile(one) for one in evidence) if picture else ()
        return Answer(response, time.monotonic() + for_s, files)

    return make


def test_a_request_reaches_the_desk_and_the_answer_the_centre_with_its_picture_whole(
    centre: FakeCentre,
    line: Uplink,
    picture_request: Ask,
    make_answer: Callable[..., Answer],
    eventually: Eventually,
) -> None:
    heard: list[bytes] = []
    line.link.on_request = heard.append
    line.start()
    eventually(lambda: centre.statuses, "the box is there")
    request = picture_request()

    def heard_when_asked() -> bool:
        centre.ask(request)
        return bool(heard)

    eventually(heard_when_asked, "the request is heard")
    assert PictureRequest.model_validate_json(heard[0]) == request

    answers = [make_answer(), make_answer(picture=False)]
    for answer in answers:
        line.answers.add(answer)
    eventually(lambda: line.answers.next_s() is None, "both answers are acknowledged")
    said = {response.id: response for response in centre.responses}
    assert said == {answer.response.id: answer.response for answer in answers}
    (file,) = answers[0].files
    assert centre.files[file.sha256] == file.open().read()


def test_a_violation_that_is_confirmed_meanwhile_goes_before_the_rest_of_a_picture(
    centre: FakeCentre,
    line: Uplink,
    store: BoxStore,
    some_violation: Make,
    make_answer: Callable[..., Answer],
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture, violation = make_answer(size=4_000_000), some_violation("van")
    send = EvidenceSender.send

    def send_while_a_van_is_confirmed(
        self: EvidenceSender, file: Sendable, give_way: Callable[[], bool] = bool
    ) -> bool:
        parts = 0

        def is_confirmed_after_two_parts() -> bool:
            nonlocal parts
            parts += 1
            if parts == 3:
                store.commit([violation], {})
            return give_way()

        return send(self, file, is_confirmed_after_two_parts if isinstance(file, AnswerFile) else give_way)

    monkeypatch.setattr(EvidenceSender, "send", send_while_a_van_is_confirmed)
    line.answers.add(picture)
    line.start()
    eventually(lambda: line.answers.next_s() is None, "the picture is acknowledged")
    assert list(dict.fromkeys(centre.heard)) == [violation.violation.id, picture.response.id]
    assert centre.file_counts[picture.files[0].sha256] == 1, "what was sent of the picture was not sent again"


def test_an_answer_is_repeated_until_the_centre_has_it(
    centre: FakeCentre, line: Uplink, make_answer: Callable[..., Answer], eventually: Eventually
) -> None:
    centre.lose_acks = 2
    answer = make_answer()
    line.answers.add(answer)
    line.start()
    eventually(lambda: line.answers.next_s() is None, "it is acknowledged in the end")
    assert centre.heard.count(answer.response.id) == 3
    assert set(centre.file_counts.values()) == {1}


def test_a_picture_that_the_centre_misses_is_sent_again(
    centre: FakeCentre, line: Uplink, make_answer: Callable[..., Answer], eventually: Eventually
) -> None:
    centre.silent = True
    answer = make_answer()
    line.answers.add(answer)
    line.start()
    eventually(lambda: centre.heard, "it is said")
    centre.acknowledge(Ack(missing=(answer.files[0].sha256,)))
    eventually(lambda: centre.file_counts[answer.files[0].sha256] > 1, "the file comes again")
    centre.silent = False
    eventually(lambda: line.answers.next_s() is None, "it is acknowledged in the end")


def test_an_answer_that_the_centre_refuses_is_told_and_not_said_again(
    centre: FakeCentre, line: Uplink, told: Told, make_answer: Callable[..., Answer], eventually: Eventually
) -> None:
    centre.refuse = "no such request"
    answer = make_answer(picture=False)
    line.answers.add(answer)
    line.start()
    eventually(lambda: "picture_answer_refused" in told.codes, "the refusal is told")
    assert line.answers.next_s() is None
    assert centre.heard == [answer.response.id]


def test_an_answer_that_nobody_acknowledges_in_time_is_given_up_and_told(
    centre: FakeCentre, line: Uplink, told: Told, make_answer: Callable[..., Answer], eventually: Eventually
) -> None:
    centre.silent = True
    line.answers.add(make_answer(for_s=1.0))
    line.start()
    eventually(lambda: "picture_unheard" in told.codes, "it is told")
    assert line.answers.next_s() is None


def test_refusals_to_a_flood_are_not_kept_without_end(told: Told, make_answer: Callable[..., Answer]) -> None:
    answers = Answers(told.append)
    assert all(answers.add(make_answer(size=10, picture=False)) for _ in range(MOST_HELD))
    assert not answers.add(make_answer(size=10, picture=False))
    assert answers.add(make_answer(size=10)), "a picture that was promised is kept all the same"


def test_what_was_asked_while_the_box_was_offline_waits_at_the_broker_and_is_heard_when_it_is_back(
    centre: FakeCentre, line: Uplink, picture_request: Ask, eventually: Eventually
) -> None:
    heard: list[bytes] = []
    line.link.on_request = heard.append
    line.start()
    earlier = picture_request()

    def heard_when_asked() -> bool:
        centre.ask(earlier)
        return bool(heard)

    eventually(heard_when_asked, "the box has subscribed")
    line.stop()
    late = picture_request(left_s=-1)
    centre.ask(late)
    line.link.start()
    eventually(lambda: late.id in [PictureRequest.model_validate_json(one).id for one in heard], "it is heard")
