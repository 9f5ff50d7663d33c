"""Box, centre and broker are killed whenever it hurts most: every violation becomes one case, and only one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.painted_street import COLOURS, zone_around
from tests.e2e.real_processes import Box, Centre, Site, assert_whole, box_config, wait_for

pytestmark = pytest.mark.system("mosquitto")
DWELLS_S = {
    "gate-east": {"red": 4.0, "blue": 6.0, "green": 9.0},
    "gate-west": {"red": 12.0, "blue": 15.0, "green": 18.0},
}


def test_killing_box_centre_and_broker_gives_each_parked_car_one_case(site: Site, street: Path, catalog: Path) -> None:
    broker = site.mosquitto()
    broker.start()
    listener = site.listener(broker.port)
    listener.wait_ready()
    centre = site.centre(broker.url)
    centre.start()
    box = site.box(box_config(broker.url, catalog, cameras(street)))
    box.start()
    everything = {(camera, car) for camera, dwells in DWELLS_S.items() for car in dwells}

    # In the middle of every dwell.
    wait_for(lambda: len(box.claims()) == len(everything), "the box remembers all cars on disk")
    box.kill()
    box.start()
    centre.wait_ready()

    # Between evidence and acknowledgement: the violation is said, but the centre has not answered.
    centre.freeze()
    listener.wait_for(lambda: bool(listener.violations), "the first violation")
    box.kill()
    centre.thaw()
    box.start()

    # The centre, when the first piece of another violation's evidence arrives.
    parts = listener.parts
    listener.wait_for(lambda: listener.parts > parts, "evidence of another violation")
    centre.kill()

    # The broker, until the box has confirmed something that it cannot send.
    wait_for(box.waiting, "something is in the outbox")
    broker.kill()
    before = set(box.waiting())
    wait_for(lambda: set(box.waiting()) - before, "a violation confirmed while there is no broker")
    broker.start()
    centre.start()
    centre.wait_ready()

    # All at once.
    listener.wait_for(lambda: bool(listener.acks), "an acknowledgement")
    for process in (centre, broker, box):
        process.kill()
    for process in (box, broker, centre):
        process.start()
    centre.wait_ready()

    wait_for(lambda: len(centre.cases()) >= len(everything), "every car is a case")
    wait_for(lambda: not box.waiting(), "the box knows that all is stored")
    check(centre, box, everything)

    # Once more, when all is done: nothing is reported again.
    said = listener.ids()
    box.kill()
    listener.health = {}
    box.start()
    listener.wait_for(lambda: listener.looks() >= 5, "the box looks again")
    check(centre, box, everything)
    assert listener.ids() == said
    # While the broker is away nobody listens, so it may have heard less than there is, but nothing else.
    assert said <= {violation["message"]["id"] for case in centre.cases() for violation in case["violations"]}


def cameras(street: Path) -> list[dict[str, Any]]:
    return [
        {
            "id": camera,
            "source": str(street),
            "zones": [zone_around(car, car, dwell_s) for car, dwell_s in dwells.items()],
        }
        for camera, dwells in DWELLS_S.items()
    ]


def check(centre: Centre, box: Box, everything: set[tuple[str, str]]) -> None:
    cases = centre.cases()
    assert sorted((case["camera"], case["zone"]) for case in cases) == sorted(everything)
    for case in cases:
        (violation,) = case["violations"]
        assert violation["message"]["phase"] == "confirmed"
        stood = datetime.fromisoformat(case["confirmed_at"]) - datetime.fromisoformat(case["first_seen_at"])
        assert stood.total_seconds() >= DWELLS_S[case["camera"]][case["zone"]]
        # Rendered: this camera begins its film anew at every start, so originals may be the same picture twice.
        rendered = {file["role"] for file in case["evidence"] if file["rendition"] == "rendered"}
        assert rendered == {"first_seen", "confirmed", "close_up"}
        assert_whole(centre, case)
    assert centre.get("/api/v1/quarantine") == []
    assert set(COLOURS) == {case["zone"] for case in cases}
