"""The boxes: which are there, how they are, whose key is trusted."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import AwareDatetime, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from central import notices
from central.cases.views import View
from central.database import Sessions
from central.problems import Problem
from central.tables import Device
from protocol.bounds import MAX_NAME_CHARS, cut_text
from protocol.messages import Health, HealthEvent


class DeviceNotFound(Problem):
    """No box has this id."""

    code = "device_not_found"
    status = 404

    def __init__(self, device_id: str) -> None:
        super().__init__(f"没有设备 {device_id}", f"There is no box {device_id}")


class DeviceView(View):
    """A box as the console shows it; `notices` newest first."""

    id: str
    name: str
    online: bool
    last_seen_at: AwareDatetime | None
    software: str
    key_fingerprint: str | None
    health: Health | None
    health_unreadable: bool = Field(description="the stored health message breaks the protocol's bounds")
    notices: list[HealthEvent]


class Devices:
    """The boxes in the database."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def list(self) -> list[DeviceView]:
        """Give all boxes by id."""
        with self._sessions.read() as session:
            return _views(session, session.scalars(select(Device).order_by(Device.id)).all())

    def get(self, device_id: str) -> DeviceView:
        """Give one box. Raises DeviceNotFound."""
        with self._sessions.read() as session:
            return _views(session, [_find(session, device_id)])[0]

    def forget_key(self, device_id: str) -> None:
        """Trust the next key that the box shows (it was set up anew). Raises DeviceNotFound."""
        with self._sessions.write() as session:
            device = _find(session, device_id)
            device.public_key = device.key_fingerprint = None


def _find(session: Session, device_id: str) -> Device:
    device = session.get(Device, device_id)
    if device is None:
        raise DeviceNotFound(device_id)
    return device


def _views(session: Session, rows: Sequence[Device]) -> list[DeviceView]:
    return [
        DeviceView(
            id=row.id,
            name=cut_text(row.name, MAX_NAME_CHARS),
            online=row.online,
            last_seen_at=row.last_seen_at,
            software=cut_text(row.software, MAX_NAME_CHARS),
            key_fingerprint=row.key_fingerprint,
            health=(health := _health(row)),
            health_unreadable=health is None and row.health is not None,
            notices=notices.newest(session, row.id),
        )
        for row in rows
    ]


def _health(row: Device) -> Health | None:
    if row.health is None:
        return None
    try:
        return Health.model_validate(row.health)
    except ValidationError:  # stored before the protocol had bounds
        return None
