"""Asking a box for a picture of a case's camera now. Plain sync methods; async code calls them in a thread."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import select

from central.cases.lifecycle import CaseAction
from central.cases.service import CaseNotFound
from central.cases.steps import Actor, take_step
from central.column_types import now
from central.database import Sessions
from central.pictures import reading
from central.pictures.views import AskedPictureView
from central.problems import Problem
from central.site.site import Site
from central.tables import AskedPicture, AskedState, Case, Device, PictureEvidence
from protocol import topics
from protocol.ids import new_id
from protocol.messages import PictureRequest

MOST_OPEN = 4
"""Requests to one box that are not answered yet; a box refuses more than these too."""
_OPEN = (AskedState.ASKED, AskedState.ARRIVING)


class TooManyRequests(Problem):
    """A box has as many requests as it may have."""

    code = "too_many_picture_requests"
    status = 429

    def __init__(self, device: str, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(
            f"设备 {device} 已有 {MOST_OPEN} 个画面请求未答复，请 {retry_after_s} 秒后再试",
            f"The box {device} has {MOST_OPEN} requests for pictures to answer: try again in {retry_after_s} s",
        )


class BrokerAway(Problem):
    """Boxes cannot be asked anything now."""

    code = "broker_away"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            "中心未连接到 MQTT 代理，暂时无法向设备调取画面，请检查代理后再试",
            "The centre is not connected to the MQTT broker, so no box can be asked: check the broker and try again",
        )


class Line(Protocol):
    """The way to the boxes."""

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""

    def say(self, topic: str, payload: bytes) -> None:
        """Publish a message (QoS 1, not retained)."""


class Pictures:
    """The pictures that were asked for; a request stands for `stands_for`. `line` is there while ingest runs."""

    def __init__(self, sessions: Sessions, site: Site, stands_for: timedelta) -> None:
        self._sessions = sessions
        self._site = site
        self._stands_for = stands_for
        self.line: Line | None = None

    def ask(self, case_id: UUID, actor: Actor) -> AskedPictureView:
        """Ask the case's box for a picture of its camera now; gives the request that stands already, if one does.

        Raises CaseNotFound, IllegalStep, TooManyRequests, BrokerAway.
        """
        line = self.line
        if line is None or not line.connected:
            raise BrokerAway
        at = now()
        with self._sessions.write() as session:
            case = session.get(Case, case_id, with_for_update=True)
            if case is None:
                raise CaseNotFound(case_id)
            session.get_one(Device, case.device_id, with_for_update=True)  # its requests are counted one at a time
            standing = session.scalars(
                select(AskedPicture)
                .where(
                    AskedPicture.device_id == case.device_id,
                    AskedPicture.state.in_(_OPEN),
                    AskedPicture.expires_at > at,
                )
                .order_by(AskedPicture.expires_at)
            ).all()
            for row in standing:
                if (row.case_id, row.camera_id) == (case.id, case.camera_id):
                    return reading.view(session, row, at)
            if len(standing) >= MOST_OPEN:
                raise TooManyRequests(case.device_id, 1 + int((standing[0].expires_at - at).total_seconds()))
            row = AskedPicture(
                id=new_id(at),
                case_id=case.id,
                device_id=case.device_id,
                camera_id=case.camera_id,
                asked_by=actor.name,
                asked_at=at,
                expires_at=at + self._stands_for,
                state=AskedState.ASKED,
            )
            session.add(row)
            take_step(session, self._site, case, CaseAction.ASK_PICTURE, actor)
            view = reading.view(session, row, at)
        line.say(topics.request(row.device_id), _request(row).model_dump_json().encode())
        return view

    def of_case(self, case_id: UUID) -> list[AskedPictureView]:
        """Give all requests of a case, newest first. Raises CaseNotFound."""
        with self._sessions.read() as session:
            if session.get(Case, case_id) is None:
                raise CaseNotFound(case_id)
            return reading.of_case(session, case_id, now())

    def media_type_of(self, sha256: str) -> str | None:
        """Say of what type a file is that was asked for; None when no answer names it."""
        with self._sessions.read() as session:
            return session.scalar(select(PictureEvidence.media_type).where(PictureEvidence.sha256 == sha256).limit(1))


def _request(row: AskedPicture) -> PictureRequest:
    return PictureRequest(
        id=row.id,
        device=row.device_id,
        camera=row.camera_id,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        asked_by=row.asked_by,
    )
