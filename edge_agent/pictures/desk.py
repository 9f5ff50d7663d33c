"""Where the centre's questions come in: read, refused or answered, one at a time, without slowing the looks.

A picture costs seconds of work at worst (finding the people in it), so it is made in a thread of its own that steps
back behind the looks wherever the system lets it, and only a few are in hand at a time.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from pydantic import ValidationError

from edge_agent.config.box import BoxConfig, CameraConfig
from edge_agent.evidence.snapshot import Snapshot
from edge_agent.looking.bystanders import FindPeople
from edge_agent.pictures import notices, refusals
from edge_agent.pictures.answers import GRACE_S, Answer, AnswerFile, Answers
from edge_agent.pictures.still import asked_still
from edge_agent.source import Frame, PictureState, picture_state, small_luma
from protocol.messages import (
    CameraState,
    HealthEvent,
    NoPicture,
    PictureRequest,
    PictureResponse,
    check_version,
)
from protocol.redaction import redact

MOST_IN_HAND = 4
"""Pictures that are being made or wait for the centre's word; more are refused."""
WAIT_FOR_PICTURE_S = 10.0
"""How long a camera that is there may take to give a picture that can be decoded."""

_REMEMBERED = 256
_POLL_S = 0.2
_TELL_AGAIN_S = 60.0
_STEP_BACK = 10  # niceness of the thread that makes pictures: a tenth of a core when the looks want all

See = Callable[[str], tuple[CameraState, Frame | None]]
"""Gives how a camera is, and its newest picture."""

_log = logging.getLogger(__name__)


class PictureDesk:
    """Answers requests for pictures. `heard` takes them from the network thread; the work is done in its own.

    Until `open` is called (the detector is being loaded, or clips are run through) it has no picture to give.
    """

    def __init__(self, config: BoxConfig, answers: Answers, tell: Callable[[HealthEvent], None]) -> None:
        self._config = config
        self._cameras = {camera.id: camera for camera in config.cameras}
        self._answers = answers
        self._tell = tell
        self._told_s: dict[str, float] = {}
        self._see: See = lambda _camera: (CameraState.STARTING, None)
        self._find_people: FindPeople | None = lambda _frame: ()
        self._is_open = False
        self._in_hand = 0
        self._lock = threading.Lock()
        self._known: OrderedDict[UUID, None] = OrderedDict()
        self._requests: queue.SimpleQueue[PictureRequest | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)

    def open(self, see: See, find_people: FindPeople | None) -> None:
        """Begin to give pictures; `find_people` says whom to blur (None: nobody can tell)."""
        self._see = see
        if self._config.evidence.blur_people:
            self._find_people = find_people
        self._is_open = True

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End after the picture at hand."""
        self._stopping.set()
        self._requests.put(None)
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def heard(self, payload: bytes) -> None:
        """Take a request, on the network thread. What cannot be read is told; one that is known is not taken twice."""
        try:
            request = PictureRequest.model_validate_json(payload)
            check_version(request.version)
            if request.device != self._config.device.id:
                raise ValueError(f"it is for the box {request.device!r}")
        except ValueError as error:
            why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            self._tell_seldom(notices.request_unreadable(why))
            return
        if request.id in self._known:
            self._answers.repeat(request.id)
            return
        self._known[request.id] = None
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        _log.info("[%s] %s wants to see the camera now (%s)", request.camera, request.asked_by or "?", request.id)
        refusal = self._refusal(request)
        if refusal is not None:
            self._refuse(request, refusal)
            return
        with self._lock:
            self._in_hand += 1
        self._requests.put(request)

    def _refusal(self, request: PictureRequest) -> NoPicture | None:
        """Say why a request gets no picture, as far as that can be told at once."""
        if _left_s(request) <= 0:
            return refusals.expired()
        if self._find_people is None:
            return refusals.people_unknown()
        if request.camera not in self._cameras:
            return refusals.unknown_camera(request.camera, self._cameras)
        if self._in_hand + self._answers.pictures() >= MOST_IN_HAND:
            self._tell_seldom(notices.too_many_requests(MOST_IN_HAND))
            return refusals.too_many(MOST_IN_HAND)
        return None

    def _run(self) -> None:
        with suppress(AttributeError, OSError):  # Linux: of this thread only
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _STEP_BACK)
        while (request := self._requests.get()) is not None and not self._stopping.is_set():
            try:
                self._answer(request, self._cameras[request.camera])
            except Exception as error:  # one picture that cannot be made must not be the last
                _log.exception("[%s] a picture that was asked for could not be made", request.camera)
                self._refuse(request, refusals.failed(redact(repr(error))))
            finally:
                with self._lock:
                    self._in_hand -= 1

    def _answer(self, request: PictureRequest, camera: CameraConfig) -> None:
        state, frame, refusal = self._wait_for_picture(request)
        if frame is None:
            self._refuse(request, refusal or refusals.expired(), state)
            return
        judgement = picture_state(None, small_luma(frame.luma()))
        if judgement.state is PictureState.BLACK:
            self._refuse(request, refusals.dark(judgement.reason_zh, judgement.reason_en), CameraState.BLACK)
            return
        taken_at = datetime.fromtimestamp(frame.taken_at_s, UTC).astimezone(self._config.zone_info)
        people = self._find_people(frame.bgr()) if self._find_people else None
        picture = Snapshot(frame.bgr(), taken_at, people)
        evidence = asked_still(self._config, camera, picture, zones_fit=state is not CameraState.VIEW_CHANGED)
        response = PictureResponse(
            id=request.id,
            device=request.device,
            camera=request.camera,
            answered_at=datetime.now(UTC),
            taken_at=taken_at,
            time_source=frame.time_source,
            camera_state=state,
            evidence=tuple(one.ref for one in evidence),
        )
        self._answers.add(Answer(response, _until_s(request), tuple(AnswerFile(one) for one in evidence)))

    def _wait_for_picture(self, request: PictureRequest) -> tuple[CameraState, Frame | None, NoPicture | None]:
        """Give the newest picture; waits a while for one when the camera is there and has none yet."""
        deadline_s = time.monotonic() + WAIT_FOR_PICTURE_S
        while _left_s(request) > 0:
            state, frame = self._see(request.camera)
            if state in refusals.HAS_NO_PICTURE:
                return state, None, refusals.camera_away(state)
            if frame is not None:
                return state, frame, None
            if not self._is_open or time.monotonic() >= deadline_s or self._stopping.wait(_POLL_S):
                return state, None, refusals.nothing_yet()
        return CameraState.STARTING, None, None

    def _refuse(self, request: PictureRequest, refusal: NoPicture, state: CameraState | None = None) -> None:
        _log.info("[%s] no picture for %s: %s", request.camera, request.id, refusal.text_en)
        response = PictureResponse(
            id=request.id,
            device=request.device,
            camera=request.camera,
            answered_at=datetime.now(UTC),
            camera_state=state,
            refused=refusal,
        )
        if not self._answers.add(Answer(response, _until_s(request))):
            self._tell_seldom(notices.too_many_requests(MOST_IN_HAND))

    def _tell_seldom(self, event: HealthEvent) -> None:
        """Tell people, but the same thing at most once a minute: whoever floods a box must not flood its health."""
        now_s = time.monotonic()
        if now_s - self._told_s.get(event.code, float("-inf")) >= _TELL_AGAIN_S:
            self._told_s[event.code] = now_s
            self._tell(event)


def _left_s(request: PictureRequest) -> float:
    return (request.expires_at - datetime.now(UTC)).total_seconds()


def _until_s(request: PictureRequest) -> float:
    """Say when the answer is given up, on the monotonic clock."""
    return time.monotonic() + max(0.0, _left_s(request)) + GRACE_S
