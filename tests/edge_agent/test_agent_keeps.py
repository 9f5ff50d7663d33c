"""What is certain reaches the outbox, whatever fails on its way there: pictures, recordings, looks, the disk."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import pytest

from edge_agent.camera_work import TELL_AGAIN_S, CameraWork
from edge_agent.clips import run_clips
from edge_agent.config.box import BoxConfig
from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.keeper import Keeper
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.store import BoxStore
from edge_agent.source import FileSource, Frame, SourceReport
from edge_agent.source.remux import Clip
from models.catalog import find_entry, load_catalog
from models.detector import Detector
from models.fetch import ensure_weights
from protocol.messages import CameraState, EvidenceRole, HealthEvent
from tests.e2e.painted_street import LOOK_EVERY_S, write_detector, write_street, zone_around

NOON_S = datetime(2026, 11, 23, 4, 0, tzinfo=UTC).timestamp()
DWELL_S = 3.0

Works = Callable[..., CameraWork]


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    """A detector that knows painted cars and fails where it sees a flare."""
    catalog = write_detector(tmp_path_factory.mktemp("detector"), fails_at_flares=True)
    entry = find_entry(load_catalog(catalog), "painted-cars")
    return Detector.open(entry, ensure_weights(entry))


@pytest.fixture
def told() -> list[HealthEvent]:
    return []


@pytest.fixture
def works(tmp_path: Path, detector: Detector, told: list[HealthEvent]) -> Iterator[Works]:
    """Make a camera's work on the box's data folder, as at a start of the box."""
    made: list[CameraWork] = []

    def make(camera: str = "gate", clip: Path | None = None, zone: dict[str, Any] | None = None) -> CameraWork:
        data: dict[str, Any] = {"id": camera, "source": str(clip or "none.mp4")}
        data["zones"] = [zone or zone_around("red", "kerb", DWELL_S)]
        config = BoxConfig.model_validate(
            {
                "device": {"id": "box-17"},
                "uplink": {"broker": "mqtt://127.0.0.1:1"},
                "look_every_s": LOOK_EVERY_S,
                "cameras": [data],
            }
        )
        first_seen = FirstSeenStills(tmp_path / "data")
        made.append(CameraWork(config, config.cameras[0], detector, tmp_path / "data", first_seen, told.append))
        return made[-1]

    (tmp_path / "data").mkdir()
    yield make
    for work in made:
        work.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BoxStore]:
    store = BoxStore(tmp_path / "data", 10**9)
    yield store
    store.close()


def film(folder: Path, *scenes: tuple[float, tuple[str, ...]]) -> list[Frame]:
    """Film scenes and give the pictures that are looked at, the first one taken at noon."""
    clip = write_street(folder / "camera.mp4", *scenes)
    return list(FileSource(clip, start_at_s=NOON_S).frames(LOOK_EVERY_S))


def codes(told: list[HealthEvent]) -> list[str]:
    return [event.code for event in told]


def waiting(store: BoxStore) -> list[dict[str, Any]]:
    return [one.message for one in store.outbox.due(float("inf"), 100)]


def test_a_violation_whose_pictures_cannot_be_made_is_reported_as_soon_as_they_can(
    works: Works, told: list[HealthEvent], tmp_path: Path
) -> None:
    work, outgoing = works(), list[tuple[float, Outgoing]]()
    for frame in film(tmp_path, (2, ("red",)), (4, ("red", "far flare")), (3, ("red",))):
        outgoing += [(frame.taken_at_s - NOON_S, one) for one in work.look(frame)]
    ((reported_s, one),) = outgoing
    assert reported_s == 6.0
    assert one.violation.confirmed_at.timestamp() == NOON_S + DWELL_S
    assert [ref.taken_at.timestamp() - NOON_S for ref in one.violation.evidence if ref.role == "confirmed"] == [6.0] * 2
    assert codes(told) == ["report_failed"]
    assert work.failed_looks == 0


def test_a_first_picture_that_cannot_be_used_is_left_out_and_costs_no_case(
    works: Works, told: list[HealthEvent], tmp_path: Path
) -> None:
    work = works()
    frames = film(tmp_path, (2, ("red", "far flare")), (3, ("red",)))
    (one,) = (one for frame in frames for one in work.look(frame))
    assert {ref.role for ref in one.violation.evidence} == {EvidenceRole.CONFIRMED, EvidenceRole.CLOSE_UP}
    assert told == []


def test_a_clip_that_cannot_be_cut_costs_no_case(works: Works, tmp_path: Path) -> None:
    def cut_clip(from_s: float, to_s: float) -> Clip | None:
        raise av.BugError(1, "the muxer does not like this stream")

    work = works()
    work.follows(cut_clip)
    (one,) = (one for frame in film(tmp_path, (5, ("red",))) for one in work.look(frame))
    assert EvidenceRole.CLIP not in {ref.role for ref in one.violation.evidence}


def test_a_box_killed_before_the_pictures_could_be_made_finds_the_violation_again(
    works: Works, store: BoxStore, tmp_path: Path
) -> None:
    frames = film(tmp_path, (2, ("red",)), (4, ("red", "far flare")), (3, ("red",)))
    before = works()
    keeper = Keeper(store, [before], lambda _: None)
    for frame in frames[:10]:
        keeper.keep(before, before.look(frame))
    keeper.checkpoint()
    assert waiting(store) == []

    after = works()  # the box is started anew: it knows what is on disk
    after.restore(store.load_states()["gate"])
    keeper = Keeper(store, [after], lambda _: None)
    for frame in frames[12:]:
        keeper.keep(after, after.look(frame))
    (message,) = waiting(store)
    assert datetime.fromisoformat(message["first_seen_at"]).timestamp() == NOON_S
    assert datetime.fromisoformat(message["confirmed_at"]).timestamp() == NOON_S + 6.0
    (claim,) = json.loads(store.load_states()["gate"])["zones"]["kerb"]["claims"]
    assert claim["confirmed_s"] == NOON_S + 6.0


def test_a_disk_that_refuses_recordings_and_views_costs_no_report(
    works: Works, told: list[HealthEvent], tmp_path: Path
) -> None:
    for name in ("observations", "views"):
        (tmp_path / "data" / name).write_text("a file where a folder should be", encoding="utf-8")
    work = works()
    outgoing = [one for frame in film(tmp_path, (5, ("red",))) for one in work.look(frame)]
    work.flush()
    assert len(outgoing) == 1
    assert codes(told) == ["recording_failed"]


def test_the_beginning_of_a_stay_is_on_disk_at_once(works: Works, store: BoxStore, tmp_path: Path) -> None:
    work = works()
    keeper = Keeper(store, [work], lambda _: None)
    for frame in film(tmp_path, (2, ("red",))):  # no checkpoint is due so soon
        keeper.keep(work, work.look(frame))
    (claim,) = json.loads(store.load_states()["gate"])["zones"]["kerb"]["claims"]
    assert claim["since_s"] == NOON_S


def test_a_violation_that_the_disk_refuses_is_kept_in_memory_told_once_and_written_later(
    works: Works, store: BoxStore, told: list[HealthEvent], tmp_path: Path
) -> None:
    work = works()
    keeper = Keeper(store, [work], told.append)
    evidence = tmp_path / "data" / "evidence"
    shutil.rmtree(evidence)
    for frame in film(tmp_path, (6, ("red",))):
        keeper.keep(work, work.look(frame))
    keeper.checkpoint()
    assert waiting(store) == []
    (claim,) = json.loads(store.load_states()["gate"])["zones"]["kerb"]["claims"]
    assert claim["confirmed_s"] is None, "the state says reported, but nothing is in the outbox"
    assert codes(told) == ["not_saved"]

    evidence.mkdir()
    keeper.checkpoint()
    (message,) = waiting(store)
    assert datetime.fromisoformat(message["confirmed_at"]).timestamp() == NOON_S + DWELL_S


def test_a_camera_whose_looks_fail_is_told_once_and_the_next_one_is_looked_at(
    works: Works, store: BoxStore, told: list[HealthEvent], tmp_path: Path
) -> None:
    bad = write_street(tmp_path / "bad.mp4", (5, ("red", "near flare")))
    good = write_street(tmp_path / "good.mp4", (5, ("red",)))
    both = [works("bad", bad), works("good", good)]
    failed = run_clips(both, Keeper(store, both, told.append), threading.Event())
    assert failed == 1
    assert [message["camera"]["id"] for message in waiting(store)] == ["good"]
    assert [(event.code, event.camera) for event in told if event.severity == "error"] == [("look_failed", "bad")]
    assert both[0].failed_looks > 0


def test_a_lasting_trouble_of_a_camera_is_told_once_an_hour_and_every_change_at_once(
    works: Works, told: list[HealthEvent]
) -> None:
    work = works()

    def report(at_s: float, state: CameraState, code: str) -> None:
        work.source_reported(SourceReport(at_s, state, code, "", ""))

    for minute in range(0, 121):
        report(60.0 * minute, CameraState.UNREACHABLE, "camera_unreachable")
    assert codes(told) == ["camera_unreachable"] * 3
    assert TELL_AGAIN_S == 3600
    report(7201.0, CameraState.OK, "camera_ok")
    report(7202.0, CameraState.OK, "video_damaged")
    report(7262.0, CameraState.OK, "video_damaged")
    report(7263.0, CameraState.UNREACHABLE, "camera_unreachable")
    assert codes(told)[3:] == ["camera_ok", "video_damaged", "camera_unreachable"]
