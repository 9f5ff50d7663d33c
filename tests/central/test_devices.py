"""Which boxes are there, and how they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from central import notices
from central.column_types import now
from central.devices import DeviceNotFound
from central.ingest.inbox import Inbox
from central.services import Services
from protocol.messages import Ack, HealthEvent

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]


def event(number: int) -> HealthEvent:
    return HealthEvent(
        at=now() - timedelta(hours=1) + timedelta(seconds=number),
        severity="warning",
        code="camera_unreachable",
        text_zh=f"摄像机断开 {number}",
        text_en=f"camera gone {number}",
        camera="cam-1",
        detail={"number": number},
    )


def test_a_box_is_online_until_its_last_will_says_otherwise(services: Services, box: Box, send: Send) -> None:
    device = services.devices.get("box-1")
    assert (device.online, device.name, device.software) == (True, "Cabinet box-1", "0.1.0")
    assert device.notices[0].code == "key_trusted"
    seen_at = device.last_seen_at
    send(box.status(online=False))
    device = services.devices.get("box-1")
    assert not device.online
    assert device.last_seen_at == seen_at, "the last will is the broker's word, not the box's"


def test_a_status_that_the_broker_kept_tells_when_it_was_said(
    services: Services, inbox: Inbox, make_box: type[Box]
) -> None:
    inbox.receive(*make_box("box-2").status(), retained=True)
    seen_at = services.devices.get("box-2").last_seen_at
    assert seen_at is not None
    assert seen_at.isoformat() == "2026-11-23T01:00:00+00:00"


def test_health_is_shown_and_an_event_told_twice_is_shown_once(services: Services, box: Box, send: Send) -> None:
    gone = event(0)
    send(box.health(gone), box.health(gone))
    device = services.devices.get("box-1")
    assert device.health is not None
    assert device.health.uptime_s == 60.0
    assert device.software == "0.1.1"
    assert [notice for notice in device.notices if notice.code == "camera_unreachable"] == [gone]


def test_the_newest_notices_are_kept(services: Services, box: Box) -> None:
    with services.sessions.write() as session:
        for number in range(notices.KEPT_PER_DEVICE + 50):
            notices.add(session, "box-1", event(number))
        kept = session.connection().exec_driver_sql("SELECT count(*) FROM device_notices").scalar()
    assert kept == notices.KEPT_PER_DEVICE
    assert [n.detail["number"] for n in services.devices.get("box-1").notices if n.detail][:2] == [249, 248]


def test_a_box_that_nobody_knows(services: Services) -> None:
    with pytest.raises(DeviceNotFound) as found:
        services.devices.get("box-404")
    assert "box-404" in found.value.message("zh-CN")


def test_a_start_of_a_box_that_speaks_again_after_a_later_one_is_a_second_box(
    services: Services, inbox: Inbox, make_box: type[Box]
) -> None:
    box = make_box("box-5")

    def says(instance: str) -> list[str]:
        topic, payload = box.status()
        inbox.receive(topic, json.dumps(json.loads(payload) | {"instance": instance}).encode())
        return [notice.code for notice in services.devices.get("box-5").notices]

    assert "device_id_twice" not in says("first start") + says("second start") + says("second start")
    assert "device_id_twice" not in says("third start")
    assert "device_id_twice" in says("second start"), "it should have ended"
    assert says("third start").count("device_id_twice") == 1, "told once an hour"
