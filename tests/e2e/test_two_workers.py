"""Two workers of the centre share the load and one dies: the other finishes what was begun, and nothing is twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.painted_street import COLOURS, zone_around
from tests.e2e.real_processes import Site, assert_whole, box_config, wait_for

pytestmark = pytest.mark.system("mosquitto")


def test_a_worker_that_is_killed_leaves_its_share_to_the_other_and_every_car_is_one_case(
    site: Site, street: Path, catalog: Path
) -> None:
    broker = site.mosquitto()
    broker.start()
    first, second = (site.centre(broker.url, "--share-group", "workers") for _ in range(2))  # one data folder
    first.start()
    first.wait_ready()
    second.start()
    second.wait_ready()
    listener = site.listener(broker.port)
    listener.wait_ready()

    cameras = [
        {"id": camera, "source": str(street), "zones": [zone_around(car, car, dwell_s) for car in COLOURS]}
        for camera, dwell_s in (("east", 3.0), ("west", 6.0))
    ]
    box = site.box(box_config(broker.url, catalog, cameras))
    box.start()
    listener.wait_for(lambda: bool(listener.violations), "the first violation")
    first.kill()
    wait_for(lambda: len(second.cases()) == 6, "every car is a case")
    wait_for(lambda: not box.waiting(), "the box knows that all is stored")
    for case in second.cases():
        assert len(case["violations"]) == 1
        assert_whole(second, case)
    assert second.get("/api/v1/quarantine") == []
