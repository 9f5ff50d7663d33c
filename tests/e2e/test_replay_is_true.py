"""What a box recorded gives the same events on a desk as it gave on the street, also after a kill."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

from protocol.ids import derived_id
from tests.e2e.painted_street import write_street, zone_around
from tests.e2e.real_processes import Box, Site, box_config, free_port, program, wait_for

CAMERA = "gate-east"
Told = tuple[str, str, str, float, float | None, dict[str, Any]]


def test_a_replay_gives_what_the_live_box_reported_also_from_a_recording_begun_after_a_kill(
    site: Site, catalog: Path, tmp_path: Path
) -> None:
    clip = write_street(tmp_path / "camera.mp4", (4, ("red", "blue")), (60, ("blue",)))
    numbers = {"clear_after_s": 2}
    zones = [zone_around("red", "red", 2.0, numbers=numbers), zone_around("blue", "blue", 12.0, numbers=numbers)]
    camera = {"id": CAMERA, "source": str(clip), "zones": zones}
    box = site.box(box_config(f"mqtt://127.0.0.1:{free_port()}", catalog, [camera]))
    box.start()
    wait_for(lambda: len(box.violations()) == 2, "red came and went")
    box.kill()
    write_street(clip, (60, ("blue",)))
    box.start()
    wait_for(lambda: len(box.violations()) == 3, "blue, half-way through its dwell before the kill, is reported")
    box.stop()

    recordings = box.recordings(CAMERA)
    assert len(recordings) == 2
    replayed = [told_in_replay(box, event) for path in recordings for event in replay(path)]
    assert [one for one in replayed if one] == [told_live(violation) for violation in box.violations()]
    # The second recording knew blue's beginning from the first one.
    assert [event["phase"] for event in replay(recordings[1])] == ["confirmed"]


def replay(path: Path) -> list[dict[str, Any]]:
    command = [program("kerbwatch-edge"), "replay", str(path)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return [json.loads(line) for line in printed.stdout.splitlines()]


def told_in_replay(box: Box, event: dict[str, Any]) -> Told | None:
    if event["phase"] not in ("confirmed", "cleared"):
        return None
    first_seen = datetime.fromtimestamp(event["first_seen_s"]).astimezone()
    stay = derived_id(first_seen, box.id, event["camera"], event["zone"], event["stay"])
    return (
        str(stay),
        event["phase"],
        event["zone"],
        round(event["at_s"] if event["phase"] == "confirmed" else event["confirmed_s"], 3),
        round(event["at_s"], 3) if event["phase"] == "cleared" else None,
        event["counts"],
    )


def told_live(violation: dict[str, Any]) -> Told:
    return (
        violation["stay_id"],
        violation["phase"],
        violation["zone"]["id"],
        seconds(violation["confirmed_at"]),
        seconds(violation["cleared_at"]) if violation["cleared_at"] else None,
        violation["proof"],
    )


def seconds(text: str) -> float:
    return round(datetime.fromisoformat(text).timestamp(), 3)
