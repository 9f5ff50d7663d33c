"""Status and health: which boxes are there, how they are, and whose key is trusted (trust on first use)."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from central import notices
from central.column_types import now
from central.database import Sessions, insert_or_ignore
from central.ingest import reading
from central.ingest.outcome import Unacceptable
from central.tables import Device
from protocol.bounds import SENT_EVENTS
from protocol.messages import Health, HealthEvent, Status
from protocol.signing import thumbprint


class StatusHeard(NamedTuple):
    """What a status said. `newly_trusted`: the box's key is trusted from now on and was not before."""

    online: bool
    newly_trusted: bool


class Presence:
    """Takes status and health messages."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def receive_status(self, device: str, payload: bytes, *, retained: bool) -> StatusHeard:
        """Take a status; `retained`: said some time ago and kept by the broker. Raises Unacceptable."""
        reading.check_size(payload)
        raw = reading.read_json(payload)
        reading.check_envelope(raw, device)
        status = reading.read_model(Status, raw)
        fingerprint = _fingerprint(status)
        with self._sessions.write() as session:
            row = _row(session, device)
            newly_trusted = fingerprint is not None and _trust(session, row, status, fingerprint)
            row.online = status.online
            row.name = status.name or row.name
            row.software = status.software or row.software
            if status.online:
                _note_instance(session, row, status)
                seen_at = status.at if retained else now()
                row.last_seen_at = max(row.last_seen_at or seen_at, seen_at)
        return StatusHeard(status.online, newly_trusted)

    def receive_health(self, device: str, payload: bytes) -> None:
        """Take a health message; a box that tells how it is, is there. Raises Unacceptable."""
        reading.check_size(payload)
        raw = reading.read_json(payload)
        reading.check_envelope(raw, device)
        health = reading.read_model(Health, raw)
        with self._sessions.write() as session:
            row = _row(session, device)
            row.online = True
            row.last_seen_at = now()
            row.software = health.software or row.software
            row.health = health.model_dump(mode="json", exclude={"events"})
            for event in health.events[:SENT_EVENTS]:
                notices.add(session, device, event)


def _row(session: Session, device: str) -> Device:
    insert_or_ignore(session, Device, id=device, name="", online=False, software="")
    return session.get_one(Device, device, with_for_update=True)


def _note_instance(session: Session, row: Device, status: Status) -> None:
    """Tell when a start of the box speaks again after a later one: a restarted box never does, a second one does."""
    if not status.instance or status.instance == row.instance:
        return
    if status.instance == row.instance_before:
        event = HealthEvent(
            at=now(),
            severity="error",
            code="device_id_twice",
            text_zh=f"有两台设备使用同一编号 {row.id}，在消息服务器上互相顶替；"
            "请给每台设备各自的 device.id、用户和数据目录",
            text_en=f"Two boxes use the id {row.id} and throw each other off the broker; give each its own device.id, "
            "broker user and data folder",
        )
        if not notices.told_lately(session, row.id, event.code):
            notices.add(session, row.id, event)
    row.instance, row.instance_before = status.instance, row.instance


def _fingerprint(status: Status) -> str | None:
    if not status.public_key:
        return None
    try:
        return thumbprint(status.public_key)
    except Exception as error:  # the key library raises many kinds for a key that is none
        raise Unacceptable("公钥无效", f"the public key cannot be read: {error}") from error


def _trust(session: Session, row: Device, status: Status, fingerprint: str) -> bool:
    if row.key_fingerprint == fingerprint:
        return False
    if row.key_fingerprint is not None:
        raise Unacceptable(
            f"设备 {row.id} 出示了另一把密钥；若设备已重装，请运行 kerbwatch-central device forget-key {row.id}；"
            "若有两台设备使用同一编号，请给每台设备各自的 device.id",
            f"device {row.id} shows another key ({fingerprint}) than the one that is trusted ({row.key_fingerprint}); "
            f"if it was set up anew, run: kerbwatch-central device forget-key {row.id}; if two boxes have the same id, "
            "give each its own device.id",
        )
    row.public_key, row.key_fingerprint = status.public_key, fingerprint
    event = HealthEvent(
        at=now(),
        severity="info",
        code="key_trusted",
        text_zh=f"首次信任设备密钥，指纹 {fingerprint}",
        text_en=f"The box's key is trusted from now on, fingerprint {fingerprint}",
    )
    notices.add(session, row.id, event)
    return True
