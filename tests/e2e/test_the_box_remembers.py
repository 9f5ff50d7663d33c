"""A box that is killed remembers what stands on its street: reported once, on time, and never again."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.painted_street import write_street, zone_around
from tests.e2e.real_processes import Box, Site, box_config, free_port, wait_for

CAMERA = "gate-east"
DWELL_S = 10.0


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """What the camera sees; a test films it anew while the box is dead."""
    return tmp_path / "camera.mp4"


def make_box(site: Site, clip: Path, catalog: Path, *zones: dict[str, Any]) -> Box:
    """A box without a broker: what it has decided stays in its outbox, where the test sees it."""
    camera = {"id": CAMERA, "source": str(clip), "zones": list(zones)}
    return site.box(box_config(f"mqtt://127.0.0.1:{free_port()}", catalog, [camera]))


def test_a_box_killed_in_the_middle_of_a_dwell_reports_once_and_on_time(site: Site, clip: Path, catalog: Path) -> None:
    write_street(clip, (60, ("red", "blue")))
    box = make_box(site, clip, catalog, *(zone_around(car, car, DWELL_S) for car in ("red", "blue", "green")))
    box.start()
    wait_for(lambda: len(box.claims()) == 2, "red and blue stand there, on disk")
    came = {claim["zone"]: claim["since_s"] for claim in box.claims()}
    wait_for(lambda: time.time() >= came["red"] + 0.3 * DWELL_S, "a part of the dwell is over")
    box.kill()
    assert box.violations() == [], "this test is too slow: the dwell was over before the box was killed"

    write_street(clip, (60, ("red", "green")))  # blue leaves and green comes while the box is dead
    box.start()
    wait_for(lambda: len(box.violations()) == 2, "red and green are reported")

    # Red's clock went on: it is reported by the first look at which its dwell is over.
    red, green = box.violations()
    assert [red["zone"]["id"], green["zone"]["id"]] == ["red", "green"]
    assert seconds(red["first_seen_at"]) == pytest.approx(came["red"], abs=0.001)
    looks = box.looks(CAMERA)
    due = next(look.t_s for look in looks if look.t_s >= came["red"] + DWELL_S)
    assert seconds(red["confirmed_at"]) == pytest.approx(due, abs=0.001)
    # Green's began when it was first seen, after the restart, and blue is no case.
    first_look_s = next(look.t_s for look in looks if any(d.box[0] > 0.6 for d in look.detections))
    assert seconds(green["first_seen_at"]) == pytest.approx(first_look_s, abs=0.001)
    assert {claim["zone"] for claim in box.claims()} >= {"red", "green"}


def test_what_was_reported_before_the_kill_is_not_reported_again_but_cleared_once(
    site: Site, clip: Path, catalog: Path
) -> None:
    numbers = {"clear_after_s": 2}
    write_street(clip, (60, ("red",)))
    box = make_box(site, clip, catalog, *(zone_around(car, car, 2.0, numbers=numbers) for car in ("red", "blue")))
    box.start()
    wait_for(box.violations, "red is reported")
    box.kill()

    write_street(clip, (60, ("red", "blue")))
    box.start()
    wait_for(lambda: len(box.violations()) > 1, "blue, which came later, is reported")
    assert [one["zone"]["id"] for one in box.violations()] == ["red", "blue"]
    box.kill()

    write_street(clip, (60, ("blue",)))
    box.start()
    wait_for(lambda: len(box.violations()) > 2, "red has left")
    red, _, cleared = box.violations()
    assert (red["phase"], cleared["phase"]) == ("confirmed", "cleared")
    assert cleared["stay_id"] == red["stay_id"]
    assert [file["role"] for file in cleared["evidence"]] == ["after", "after"]
    assert [claim["zone"] for claim in box.claims()] == ["blue"]


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
