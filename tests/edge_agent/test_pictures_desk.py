"""An officer wants to see a camera now: the box gives the newest picture, or says why it has none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.config.box import BoxConfig
from edge_agent.evidence.snapshot import decode_jpeg
from edge_agent.pictures.answers import Answer, Answers
from edge_agent.pictures.desk import MOST_IN_HAND, PictureDesk
from edge_agent.source import Frame
from protocol.messages import CameraState, EvidenceRole, PictureRequest, Rendition, TimeSource, WhyNoPicture

if TYPE_CHECKING:
    from tests.edge_agent.conftest import Told

MakeConfig = Callable[..., BoxConfig]
Ask = Callable[..., PictureRequest]
Eventually = Callable[[Callable[[], object], str], None]
NIGHT_S = datetime(2026, 11, 23, 14, 41, 7, tzinfo=UTC).timestamp()
PASSER_BY = (0.4, 0.3, 0.5, 0.8)


def street(seed: int = 1) -> Frame:
    noise = np.random.default_rng(seed).integers(0, 255, (90, 160, 1), np.uint8).repeat(3, axis=2)
    return frame_of(np.asarray(cv2.resize(noise, (640, 360), interpolation=cv2.INTER_NEAREST), np.uint8))


def frame_of(rgb: NDArray[np.uint8]) -> Frame:
    picture = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
    return Frame(NIGHT_S, TimeSource.RTCP, 0.0, picture, rgb.shape[1], rgb.shape[0], 0.0)


@dataclass
class Camera:
    """What the desk sees when it looks; `held` keeps it waiting."""

    state: CameraState = CameraState.OK
    frames: list[Frame | None] = field(default_factory=lambda: [street()])
    held: threading.Event = field(default_factory=threading.Event)
    looks: int = 0

    def see(self, camera: str) -> tuple[CameraState, Frame | None]:
        assert camera == "gate-east"
        self.looks += 1
        assert self.held.wait(20)
        return self.state, self.frames.pop(0) if len(self.frames) > 1 else self.frames[0]


@pytest.fixture
def camera() -> Camera:
    camera = Camera()
    camera.held.set()
    return camera


@pytest.fixture
def answers(told: Told) -> Answers:
    return Answers(told.append)


@pytest.fixture
def open_desk(
    box_config: MakeConfig, camera: Camera, answers: Answers, told: Told
) -> Iterator[Callable[..., PictureDesk]]:
    desks: list[PictureDesk] = []

    def open_desk(**changes: Any) -> PictureDesk:
        desk = PictureDesk(box_config(**changes), answers, told.append)
        desk.open(camera.see, lambda _frame: (PASSER_BY,))
        desk.start()
        desks.append(desk)
        return desk

    yield open_desk
    camera.held.set()
    for desk in desks:
        desk.stop()


@pytest.fixture
def desk(open_desk: Callable[..., PictureDesk]) -> PictureDesk:
    return open_desk()


@pytest.fixture
def answer(answers: Answers, eventually: Eventually) -> Callable[[PictureRequest], Answer]:
    def answer(request: PictureRequest) -> Answer:
        found: list[Answer] = []

        def is_there() -> bool:
            found[:] = [one for one in answers._held.values() if one.response.id == request.id]
            return bool(found)

        eventually(is_there, "the request is answered")
        return found[0]

    return answer


def test_the_newest_picture_comes_with_people_blurred_and_its_original(
    desk: PictureDesk, camera: Camera, picture_request: Ask, answer: Callable[[PictureRequest], Answer]
) -> None:
    request = picture_request()
    desk.heard(request.model_dump_json().encode())
    given = answer(request)
    response = given.response
    assert response.refused is None
    assert (response.camera, response.camera_state, response.time_source) == (
        "gate-east",
        CameraState.OK,
        TimeSource.RTCP,
    )
    assert response.taken_at == datetime.fromtimestamp(NIGHT_S, UTC)
    assert [(ref.role, ref.rendition) for ref in response.evidence] == [
        (EvidenceRole.ASKED, Rendition.RENDERED),
        (EvidenceRole.ASKED, Rendition.ORIGINAL),
    ]
    rendered, original = (decode_jpeg(file.open().read()).astype(int) for file in given.files)
    assert rendered.shape[0] > original.shape[0] == 360, "the caption lies under the picture"
    passer_by = np.s_[130:270, 262:314]
    elsewhere = np.s_[20:100, 20:200]
    shown = frame_of_bgr(camera.frames[0])
    assert np.abs(original[passer_by] - shown[passer_by]).mean() < 12
    assert np.abs(rendered[passer_by] - shown[passer_by]).mean() > 30
    assert np.abs(rendered[elsewhere] - shown[elsewhere]).mean() < 12


def frame_of_bgr(frame: Frame | None) -> NDArray[np.int64]:
    assert frame is not None
    return frame.bgr().astype(np.int64)


def test_where_no_originals_are_kept_none_is_sent(
    open_desk: Callable[..., PictureDesk], picture_request: Ask, answer: Callable[[PictureRequest], Answer]
) -> None:
    request = picture_request()
    open_desk(evidence={"keep_original": False}).heard(request.model_dump_json().encode())
    assert [ref.rendition for ref in answer(request).response.evidence] == [Rendition.RENDERED]


def test_a_camera_that_has_no_picture_yet_is_waited_for(
    desk: PictureDesk, camera: Camera, picture_request: Ask, answer: Callable[[PictureRequest], Answer]
) -> None:
    camera.state, camera.frames = CameraState.STARTING, [None, None, street()]
    request = picture_request()
    desk.heard(request.model_dump_json().encode())
    assert answer(request).response.taken_at is not None
    assert camera.looks == 3


@pytest.mark.parametrize(
    ("camera_id", "left_s", "state", "black", "reason", "words"),
    [
        ("gate-north", 60, CameraState.OK, False, WhyNoPicture.UNKNOWN_CAMERA, ("gate-east", "gate-east")),
        ("gate-east", -5, CameraState.OK, False, WhyNoPicture.EXPIRED, ("过期", "expired")),
        ("gate-east", 60, CameraState.UNREACHABLE, False, WhyNoPicture.NO_PICTURE, ("连不上", "cannot be reached")),
        ("gate-east", 60, CameraState.FROZEN, False, WhyNoPicture.NO_PICTURE, ("卡死", "frozen")),
        ("gate-east", 60, CameraState.OK, True, WhyNoPicture.CAMERA_DARK, ("全黑", "black")),
    ],
    ids=str,
)
def test_a_picture_that_cannot_be_given_is_refused_with_the_reason(
    desk: PictureDesk,
    camera: Camera,
    picture_request: Ask,
    answer: Callable[[PictureRequest], Answer],
    camera_id: str,
    left_s: float,
    state: CameraState,
    black: bool,
    reason: WhyNoPicture,
    words: tuple[str, str],
) -> None:
    camera.state = state
    if black:
        camera.frames = [frame_of(np.zeros((360, 640, 3), np.uint8))]
    request = picture_request(camera_id, left_s=left_s)
    desk.heard(request.model_dump_json().encode())
    refused = answer(request).response.refused
    assert refused is not None
    assert refused.reason is reason
    assert words[0] in refused.text_zh
    assert words[1] in refused.text_en


def test_a_request_that_expires_while_the_camera_is_waited_for_gets_no_picture(
    desk: PictureDesk, camera: Camera, picture_request: Ask, answer: Callable[[PictureRequest], Answer]
) -> None:
    camera.frames = [None]
    request = picture_request(left_s=0.3)
    desk.heard(request.model_dump_json().encode())
    refused = answer(request).response.refused
    assert refused is not None
    assert refused.reason is WhyNoPicture.EXPIRED


def test_a_box_that_is_still_starting_says_so_at_once(
    box_config: MakeConfig,
    answers: Answers,
    told: Told,
    picture_request: Ask,
    answer: Callable[[PictureRequest], Answer],
) -> None:
    desk = PictureDesk(box_config(), answers, told.append)
    desk.start()
    request = picture_request()
    desk.heard(request.model_dump_json().encode())
    refused = answer(request).response.refused
    assert refused is not None
    assert "starting" in refused.text_en
    desk.stop()


def test_a_flood_of_requests_is_refused_and_told_once(
    desk: PictureDesk, camera: Camera, told: Told, picture_request: Ask, answer: Callable[[PictureRequest], Answer]
) -> None:
    camera.held.clear()
    requests = [picture_request() for _ in range(MOST_IN_HAND + 30)]
    for request in requests:
        desk.heard(request.model_dump_json().encode())
    for request in requests[MOST_IN_HAND:]:
        refused = answer(request).response.refused
        assert refused is not None
        assert refused.reason is WhyNoPicture.TOO_MANY
    camera.held.set()
    assert all(answer(request).response.refused is None for request in requests[:MOST_IN_HAND])
    assert camera.looks == MOST_IN_HAND
    assert told.codes == ["too_many_requests"]


def test_a_request_that_comes_twice_gets_one_picture_and_its_answer_twice(
    desk: PictureDesk,
    camera: Camera,
    answers: Answers,
    picture_request: Ask,
    answer: Callable[[PictureRequest], Answer],
) -> None:
    request = picture_request()
    payload = request.model_dump_json().encode()
    desk.heard(payload)
    desk.heard(payload)
    answers.mark_sent(answer(request), 0.0, 1000.0)
    assert answers.due(1.0) is None
    desk.heard(payload)
    assert answers.due(1.0) is not None
    assert camera.looks == 1


@pytest.mark.parametrize(
    "payload",
    [b"", b"{}", b"\xff", b"no json", {"kind": "film"}, {"version": "2.0"}, {"device": "box-18"}],
    ids=str,
)
def test_a_request_that_cannot_be_read_is_told_and_the_next_is_answered(
    desk: PictureDesk,
    told: Told,
    picture_request: Ask,
    answer: Callable[[PictureRequest], Answer],
    payload: bytes | dict[str, str],
) -> None:
    if isinstance(payload, dict):
        payload = picture_request().model_copy(update=payload).model_dump_json().encode()
    desk.heard(payload)
    desk.heard(payload)
    assert told.codes == ["request_unreadable"]
    request = picture_request()
    desk.heard(request.model_dump_json().encode())
    assert answer(request).response.refused is None


def test_a_picture_that_cannot_be_made_is_refused_and_the_next_one_is_given(
    desk: PictureDesk, camera: Camera, picture_request: Ask, answer: Callable[[PictureRequest], Answer]
) -> None:
    odd, good = picture_request(), picture_request()
    camera.frames = [frame_of(np.full((2, 2, 3), 9, np.uint8)), street()]
    desk.open(camera.see, lambda frame: (PASSER_BY,) if frame.shape[0] > 2 else 1 / 0)  # type: ignore[arg-type, return-value]
    for request in (odd, good):
        desk.heard(request.model_dump_json().encode())
    refused = answer(odd).response.refused
    assert refused is not None
    assert "ZeroDivisionError" in refused.text_en
    assert answer(good).response.refused is None


def test_a_box_that_cannot_find_people_gives_no_picture_unless_it_is_told_to_show_them(
    box_config: MakeConfig, camera: Camera, answers: Answers, told: Told, picture_request: Ask, eventually: Eventually
) -> None:
    for blur, refused in ((True, True), (False, False)):
        desk = PictureDesk(box_config(evidence={"blur_people": blur}), answers, told.append)
        desk.open(camera.see, None)
        desk.start()
        request = picture_request()
        desk.heard(request.model_dump_json().encode())
        eventually(lambda: answers.due(float("inf")), "it is answered")
        answer = answers.due(float("inf"))
        desk.stop()
        assert answer is not None
        assert (answer.response.refused is not None) is refused
        answers.give_up(float("inf"))
