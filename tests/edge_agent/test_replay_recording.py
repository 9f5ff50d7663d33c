"""A recording through the rules again: the same events to the last digit, or what other zones would have said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from edge_agent.config.box import BoxConfig
from edge_agent.pipeline import Pipeline
from edge_agent.recording.recorder import Recorder, Recording, RecordingError
from edge_agent.recording.replay import replay
from edge_agent.source import FileSource, Frame
from models.catalog import find_entry, load_catalog
from models.detector import Detector
from models.fetch import ensure_weights
from rules.event import Event
from rules.zone import Zone
from tests.e2e.painted_street import LOOK_EVERY_S, write_detector, write_street, zone_around

START_S = datetime(2026, 11, 23, 3, 59, 50, 123456, tzinfo=UTC).timestamp()  # the hour turns in the middle
SITE = ZoneInfo("Asia/Shanghai")
CAMERA = "gate"
NUMBERS = {"clear_after_s": 2, "grace_s": 2}


def zones(dwell_s: float = 5.0) -> tuple[Zone, ...]:
    drawn = [zone_around(car, car, dwell_s, numbers=NUMBERS) for car in ("red", "blue", "green")]
    return tuple(Zone.model_validate(one) for one in drawn)


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    entry = find_entry(load_catalog(write_detector(tmp_path_factory.mktemp("detector"))), "painted-cars")
    return Detector.open(entry, ensure_weights(entry))


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> list[Frame]:
    """Red stays, leaves and looks in again, blue comes and stays, green leaves before its dwell is over."""
    scenes = [(3, ("red", "green")), (5, ("red", "blue")), (6, ("blue",)), (4, ("red", "blue"))]
    clip = write_street(tmp_path_factory.mktemp("clip") / "camera.mp4", *scenes)
    return list(FileSource(clip, start_at_s=START_S).frames(LOOK_EVERY_S))


def watch_live(folder: Path, detector: Detector, frames: Sequence[Frame], snapshot: str = "") -> tuple[Any, str]:
    """Look at pictures as the box does, and record; gives the events and what is remembered at the end."""
    pipeline, recorder = Pipeline(CAMERA, zones(), detector, SITE), Recorder(folder, 10**9)
    if snapshot:
        pipeline.watch.restore(snapshot)
    events: list[Event] = []
    for frame in frames:
        before = pipeline.watch.snapshot() if recorder.wants_head(frame.taken_at_s) else "{}"
        result = pipeline.look(frame)
        recorder.write(result.observation, Recording(CAMERA, SITE, zones(), before))
        events += result.events
    recorder.close()
    return events, pipeline.watch.snapshot()


def replay_all(folder: Path) -> list[Event]:
    # 20261123-0300 < 20261123-0300-1 < 20261123-0400, packed or not
    recordings = sorted(folder.iterdir(), key=lambda path: path.name.removesuffix(".gz").removesuffix(".jsonl"))
    return [event for path in recordings for event in replay(path)]


@pytest.mark.parametrize("killed_after", [None, 1, 8, 13, 21, 30])
def test_a_replay_gives_every_event_exactly_whenever_the_box_was_restarted(
    tmp_path: Path, detector: Detector, frames: list[Frame], killed_after: int | None
) -> None:
    live, snapshot = watch_live(tmp_path, detector, frames[:killed_after])
    if killed_after is not None:
        after, _ = watch_live(tmp_path, detector, frames[killed_after:], snapshot)
        live += after
    told = [(event.zone, event.phase.value) for event in live]
    for once in (("red", "confirmed"), ("red", "cleared"), ("blue", "confirmed")):
        assert told.count(once) == 1
    assert ("green", "confirmed") not in told
    assert replay_all(tmp_path) == live


def test_other_zones_give_what_they_would_have_said(tmp_path: Path, detector: Detector, frames: list[Frame]) -> None:
    watch_live(tmp_path, detector, frames[:19])
    (path,) = tmp_path.iterdir()
    patient = BoxConfig.model_validate(
        {
            "device": {"id": "box-17"},
            "uplink": {"broker": "mqtt://127.0.0.1:1"},
            "cameras": [{"id": CAMERA, "source": "none.mp4", "zones": list(zones(dwell_s=60))}],
        }
    )
    assert "confirmed" in [event.phase for event in replay(path)]
    assert "confirmed" not in [event.phase for event in replay(path, patient)]


def test_a_configuration_without_that_camera_is_named(tmp_path: Path, detector: Detector, frames: list[Frame]) -> None:
    watch_live(tmp_path, detector, frames[:2])
    (path,) = tmp_path.iterdir()
    other = BoxConfig.model_validate(
        {
            "device": {"id": "box-17"},
            "uplink": {"broker": "mqtt://127.0.0.1:1"},
            "cameras": [{"id": "west", "source": "none.mp4"}],
        }
    )
    with pytest.raises(RecordingError, match="is of camera 'gate', the configuration knows only: west"):
        list(replay(path, other))
