"""A box that runs clips through is killed again and again: what stood there becomes one case each, all the same."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

from tests.e2e.painted_street import write_street, zone_around
from tests.e2e.real_processes import Site, assert_whole, box_config

KILLS = 5
NUMBERS = {"clear_after_s": 3}


def test_a_box_killed_over_and_over_in_its_clips_gives_every_stay_one_case(
    site: Site, catalog: Path, tmp_path: Path
) -> None:
    clip = write_street(tmp_path / "clip.mp4", (10, ("red", "blue")), (8, ("red",)), (10, ("red", "green")))
    centre = site.centre()  # with its own broker, which keeps nothing
    centre.start()
    centre.wait_ready()
    cameras = [
        {
            "id": camera,
            "source": str(clip),
            "zones": [zone_around(car, car, 6.0, numbers=NUMBERS) for car in ("red", "blue", "green")],
        }
        for camera in ("east", "west")
    ]
    box = site.box(box_config(centre.broker_url, catalog, cameras), "--once")
    started = time.monotonic()
    box.start()
    assert box.wait() == 0
    run_s = time.monotonic() - started  # how long a run takes here and now: the kills are spread over it

    killed = site.box({**box_config(centre.broker_url, catalog, cameras), "device": {"id": "box-18"}}, "--once")
    chance = random.Random(2026)
    for number in range(KILLS):
        killed.start()
        time.sleep(run_s * (number + chance.random()) / KILLS)
        killed.kill()
    killed.start()
    assert killed.wait() == 0
    assert killed.waiting() == []

    cases = centre.cases()
    for case in cases:
        assert_whole(centre, case)
    assert facts(cases, "box-18") == facts(cases, "box-17")
    stays = [("east", "blue"), ("east", "green"), ("east", "red"), ("west", "blue"), ("west", "green"), ("west", "red")]
    assert [(camera, zone) for camera, zone, *_ in facts(cases, "box-18")] == stays
    assert [case["zone"] for case in cases if case["cleared_at"]] == ["blue"] * 4

    # A box that has lost its memory, but has its key, says the same again: that is no news.
    for file in killed.data.glob("box.db*"):
        file.unlink()
    killed.start()
    assert killed.wait() == 0
    assert facts(centre.cases(), "box-18") == facts(cases, "box-18")
    assert centre.get("/api/v1/quarantine") == []


def facts(cases: list[dict[str, Any]], box: str) -> list[tuple[Any, ...]]:
    """Give what happened on the street of a box: the clip says when, so every run must say the same."""
    return sorted(
        (
            *(case[name] for name in ("camera", "zone", "first_seen_at", "confirmed_at", "cleared_at")),
            sorted(violation["message"]["phase"] for violation in case["violations"]),
        )
        for case in cases
        if case["device"] == box
    )
