"""The configuration of a box that runs is changed: what stands there keeps its clock, and a mistake is told."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.painted_street import zone_around
from tests.e2e.real_processes import Site, box_config, free_port, wait_for


def test_a_hangup_takes_the_new_configuration_and_no_stay_is_lost(site: Site, catalog: Path, street: Path) -> None:
    red = zone_around("red", "red", 600.0)
    camera = {"id": "gate", "source": str(street), "zones": [red]}
    good = box_config(f"mqtt://127.0.0.1:{free_port()}", catalog, [camera])
    box = site.box(good)
    box.start()
    wait_for(box.claims, "red stands there, on disk")
    came_s = box.claims()[0]["since_s"]

    box.write_config({**good, "cameras": [{**camera, "zones": [{**red, "kind": "illegal_parkin"}]}]})
    box.hang_up()
    wait_for(lambda: "config_refused" in box.said(), "the mistake is told")
    assert "cameras[0].zones[0].kind" in box.said()

    other = {"id": "other", "source": str(street), "zones": [zone_around("blue", "blue", 600.0)]}
    box.write_config({**good, "cameras": [camera, other]})
    box.hang_up()
    wait_for(lambda: "config_taken" in box.said(), "the new configuration is told")
    wait_for(lambda: {claim["camera"] for claim in box.claims()} == {"gate", "other"}, "both cameras are watched")
    assert {c["since_s"] for c in box.claims() if c["camera"] == "gate"} == {came_s}
    assert box.stop() == 0
    assert "Traceback" not in box.said()
