"""An officer wants to see a place now: real box, broker and centre; and what is seen while the box is down."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.painted_street import zone_around
from tests.e2e.real_processes import Box, Centre, Site, assert_whole, box_config, wait_for

pytestmark = pytest.mark.system("mosquitto")
WAIT_S = 12


def test_an_officer_sees_the_place_now_and_that_a_box_that_is_down_does_not_answer(
    site: Site, street: Path, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERBWATCH_PICTURE_WAIT_S", str(WAIT_S))
    broker = site.mosquitto()
    broker.start()
    centre = site.centre(broker.url)
    centre.start()
    centre.wait_ready()
    camera = {"id": "gate-east", "source": str(street), "zones": [zone_around("red", "kerb", 2.0)]}
    box = site.box(box_config(broker.url, catalog, [camera]))
    box.start()
    case = wait_for(centre.cases, "the red car is a case")[0]
    path = f"/api/v1/cases/{case['id']}/picture"

    before = datetime.now(UTC)
    assert centre.post(path)["status"] == "waiting"
    given = wait_for(lambda: settled(centre, path, 1), "the box answers")[0]
    assert given["status"] == "given", given
    assert given["signature_ok"]
    taken_at = datetime.fromisoformat(given["taken_at"])
    assert before - timedelta(seconds=5) < taken_at < datetime.now(UTC)
    for file in given["evidence"]:
        assert hashlib.sha256(centre.evidence(file["sha256"])).hexdigest() == file["sha256"]
    case = centre.get(f"/api/v1/cases/{case['id']}")
    assert [step["action"] for step in case["steps"]][-2:] == ["ask_picture", "picture"]
    assert {file["rendition"] for file in case["evidence"] if file["role"] == "asked"} == {"rendered", "original"}
    assert_whole(centre, case)

    box.kill()
    assert centre.post(path)["status"] == "waiting"
    newest = wait_for(lambda: settled(centre, path, 2), "the request has expired")[0]
    assert newest["status"] == "unanswered"

    box.start()
    late = wait_for(lambda: refused(centre, path), "the box finds the question at the broker when it is back")[0]
    assert late["id"] == newest["id"]
    assert late["refused"]["reason"] == "expired"
    assert late["evidence"] == []
    check_nothing_went_wrong(centre, box)


def settled(centre: Centre, path: str, count: int) -> list[dict[str, Any]]:
    """Give the requests, newest first, once there are so many and none waits."""
    asked: list[dict[str, Any]] = centre.get(path)
    return asked if len(asked) == count and all(one["status"] != "waiting" for one in asked) else []


def refused(centre: Centre, path: str) -> list[dict[str, Any]]:
    return [one for one in centre.get(path) if one["status"] == "refused"]


def check_nothing_went_wrong(centre: Centre, box: Box) -> None:
    assert centre.get("/api/v1/quarantine") == []
    assert not {"request_unreadable", "picture_unheard", "picture_answer_refused"} & set(centre.notices(box.id))
