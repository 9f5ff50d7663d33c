"""What goes wrong on a box is said plainly, where a person sees it, and nothing else stops."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.painted_street import zone_around
from tests.e2e.real_processes import Box, Centre, Site, assert_whole, box_config, free_port, wait_for
from tests.edge_agent.media import damage

RED = zone_around("red", "red", 3.0)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A centre with its own broker, for all tests of this file; each has a box of its own name."""
    centre = Centre(tmp_path_factory.mktemp("centre") / "centre")
    centre.start()
    centre.wait_ready()
    yield centre
    centre.kill()
    print(centre.said())


def camera(name: str, source: Path | str, *zones: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "source": str(source), "zones": list(zones or (RED,))}


def config_of(centre: Centre, catalog: Path, box: str, *cameras: dict[str, Any], **changes: Any) -> dict[str, Any]:
    config = box_config(centre.broker_url, catalog, list(cameras), **changes)
    return {**config, "device": {"id": box}}


def cases_of(centre: Centre, box: Box) -> list[dict[str, Any]]:
    return [case for case in centre.cases() if case["device"] == box.id]


def truncated(street: Path, folder: Path) -> Path:
    """An MP4 whose recording was cut off: it has no index, and nobody can read it."""
    content = street.read_bytes()
    broken = folder / "truncated.mp4"
    broken.write_bytes(content[: len(content) // 2])
    return broken


def test_a_clip_that_cannot_be_read_is_named_and_the_next_camera_is_looked_at(
    site: Site, centre: Centre, catalog: Path, short_street: Path, tmp_path: Path
) -> None:
    damaged = damage(Path(shutil.copy(short_street, tmp_path)), from_share=0.4, to_share=0.7, bytes_hit=300)
    broken = truncated(short_street, tmp_path)
    cameras = camera("broken", broken), camera("damaged", damaged), camera("good", short_street)
    box = site.box(config_of(centre, catalog, "box-clips", *cameras), "--once")
    box.start()
    assert box.wait() == 1
    assert f"[broken] {broken}: " in box.said()
    assert "[damaged] video_damaged" in box.said()
    assert "Traceback" not in box.said()
    assert sorted(case["camera"] for case in cases_of(centre, box)) == ["damaged", "good"]


def test_a_camera_that_cannot_be_read_is_told_and_the_other_is_watched(
    site: Site, centre: Centre, catalog: Path, street: Path, tmp_path: Path
) -> None:
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(bytes(range(256)) * 400)
    dead = f"rtsp://127.0.0.1:{free_port()}/1"
    cameras = camera("noise", noise), camera("dead", dead), camera("good", street)
    box = site.box(config_of(centre, catalog, "box-cameras", *cameras))
    box.start()
    wait_for(lambda: cases_of(centre, box), "the good camera's case")
    wait_for(lambda: box.said().count("cannot read") >= 6, "the others are tried again and again")
    wait_for(lambda: centre.notices(box.id).count("camera_unreachable") == 2, "people are told once of each")
    (device,) = (one for one in centre.get("/api/v1/devices") if one["id"] == box.id)
    told = {notice["camera"] for notice in device["notices"] if notice["code"] == "camera_unreachable"}
    assert told == {"noise", "dead"}
    states = {one["id"]: one["state"] for one in device["health"]["cameras"]}
    assert states == {"noise": "unreachable", "dead": "unreachable", "good": "ok"}
    assert [case["camera"] for case in cases_of(centre, box)] == ["good"]


def test_a_missing_model_is_named_with_where_to_correct_it(
    site: Site, centre: Centre, street: Path, catalog: Path
) -> None:
    (other := site.folder / "models").mkdir()
    shutil.copy(catalog, other)
    config = config_of(centre, other / catalog.name, "box-no-model", camera("good", street))
    box = site.box(config, "--once")
    box.start()
    assert box.wait() == 1
    assert "painted-cars.onnx" in box.said()
    assert "models.painted-cars.source.file" in box.said()
    assert "Traceback" not in box.said()


def test_a_model_that_is_not_the_one_of_the_catalogue_is_not_used_and_the_centre_is_told(
    site: Site, centre: Centre, street: Path, catalog: Path
) -> None:
    other = Path(shutil.copytree(catalog.parent, site.folder / "models")) / catalog.name
    entries = yaml.safe_load(other.read_text(encoding="utf-8"))
    entries["models"]["painted-cars"]["sha256"] = "0" * 64
    other.write_text(yaml.safe_dump(entries), encoding="utf-8")
    box = site.box(config_of(centre, other, "box-wrong-model", camera("good", street)))
    box.start()
    wait_for(lambda: "no_detector" in centre.notices(box.id), "the centre is told that nothing is watched")
    assert "expected SHA-256 " + "0" * 64 in box.said()
    assert box.stop() == 0


def test_a_bad_configuration_is_told_and_the_last_good_one_runs(
    site: Site, centre: Centre, catalog: Path, street: Path
) -> None:
    good = config_of(centre, catalog, "box-config", camera("good", street))
    box = site.box(good)
    box.start()
    wait_for(box.claims, "the good configuration is at work")
    box.kill()

    crossed = {**RED, "polygon": [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]}
    box.write_config({**good, "cameras": [camera("good", street, crossed)]})
    box.start()
    wait_for(lambda: "config_refused" in centre.notices(box.id), "the centre is told of the bad configuration")
    assert "cameras[0].zones[0].polygon: edges cross at (0.50, 0.50)" in box.said()
    (case,) = wait_for(lambda: cases_of(centre, box), "the last good configuration goes on")
    assert case["zone"] == "red"


def test_without_a_last_good_one_a_bad_configuration_is_refused(site: Site, centre: Centre, catalog: Path) -> None:
    box = site.box(config_of(centre, catalog, "box-bad", camera("good", "", {"id": "x", "kind": "loitering"})))
    box.start()
    assert box.wait() == 1
    assert "cameras[0].source" in box.said()
    assert "cameras[0].zones[0].kind" in box.said()
    assert "Traceback" not in box.said()


@pytest.mark.system("mosquitto")
def test_an_unreachable_broker_and_a_full_outbox_cost_close_ups_and_no_case(
    site: Site, catalog: Path, street: Path
) -> None:
    broker = site.mosquitto()
    broker.start()
    centre = site.centre(broker.url)
    centre.start()
    centre.wait_ready()  # from now on the broker keeps for it what boxes say
    for process in (centre, broker):
        process.stop()

    zones = [zone_around(car, car, 2.0) for car in ("red", "blue", "green")]
    config = box_config(broker.url, catalog, [camera("good", street, *zones)], outbox={"budget_mb": 0.05})
    box = site.box(config)
    box.start()
    wait_for(lambda: len(box.waiting()) == 3, "all three are certain, though nobody can be told")
    for code in ("broker_unreachable", "outbox_dropped_close_up", "outbox_over_budget"):
        assert code in box.said()

    broker.start()
    centre.start()
    centre.wait_ready()
    wait_for(lambda: len(centre.cases()) == 3, "all three are cases")
    for case in centre.cases():
        assert {file["role"] for file in case["evidence"]} == {"first_seen", "confirmed"}
        assert_whole(centre, case)
    wait_for(lambda: not box.waiting(), "the box knows that all is stored")
    wait_for(lambda: "broker_back" in centre.notices(box.id), "the centre hears of the outage afterwards")
    assert {"outbox_dropped_close_up", "outbox_over_budget"} <= set(centre.notices(box.id))
