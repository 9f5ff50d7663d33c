"""A box with too many cameras says so: once when it begins, once when it is over, with figures and what to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import av
import numpy as np
import pytest

from edge_agent.camera_work import CameraWork
from edge_agent.config.box import BoxConfig
from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.health.overload import OverloadJudge
from edge_agent.health.reporter import HealthReporter
from edge_agent.keeper import Keeper
from edge_agent.live import LiveWatch
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.store import BoxStore
from edge_agent.sampler import Sampler, SamplerStats, Wait
from edge_agent.source import Frame, LiveSource
from protocol.messages import Health, HealthEvent, TimeSource
from tests.edge_agent.painted_pictures import open_detector

EVERY_S = 2.0
PUNCTUAL = SamplerStats(300, 300, 0, 0.01, 0.1, 0.3)
STRETCHED = SamplerStats(160, 300, 140, 1.5, 1.9, 2.1)
AT_ITS_LIMIT = SamplerStats(270, 300, 30, 0.2, 0.4, 0.9)


def told(*minutes: tuple[float, SamplerStats]) -> list[tuple[float, HealthEvent]]:
    """Let a box run for so many minutes each, asked every half minute; give what it says, and in which minute."""
    judge, said, now_s = OverloadJudge(EVERY_S), [], 0.0
    for lasting, stats in minutes:
        for _ in range(round(2 * lasting)):
            if event := judge.judge(stats, now_s):
                said.append((now_s / 60, event))
            now_s += 30
    return said


def codes(said: Iterable[tuple[float, HealthEvent]]) -> list[str]:
    return [event.code for _, event in said]


def test_a_box_that_keeps_up_says_nothing() -> None:
    assert told((600, PUNCTUAL), (600, AT_ITS_LIMIT)) == []


def test_an_overloaded_night_is_said_once_and_once_when_it_is_over() -> None:
    said = told((60, PUNCTUAL), (480, STRETCHED), (60, PUNCTUAL))
    assert [(minute, event.code, event.severity) for minute, event in said] == [
        (61, "overloaded", "warning"),
        (545, "overload_over", "info"),
    ]
    assert "480 min" in said[1][1].text_en
    assert "480 分钟" in said[1][1].text_zh


def test_it_says_what_is_wrong_in_figures_and_what_to_do() -> None:
    ((_, event),) = told((5, STRETCHED))
    for text in (event.text_zh, event.text_en):
        assert "140" in text
        assert "300" in text
        assert "3.8" in text, "seconds between looks"
        assert "look_every_s: 4" in text
    assert event.detail["apart_s"] == 3.8


def test_looks_that_come_late_though_none_is_left_out_are_overload_too() -> None:
    assert codes(told((5, SamplerStats(300, 300, 0, 0.6, 1.2, 1.5)))) == ["overloaded"]


def test_a_burst_of_half_a_minute_is_not_overload() -> None:
    assert told(*[(5, PUNCTUAL), (0.5, STRETCHED)] * 10) == []


def test_a_box_that_falls_back_every_few_minutes_says_it_once() -> None:
    assert codes(told(*[(3, STRETCHED), (3, PUNCTUAL)] * 10)) == ["overloaded"]


def test_a_box_at_its_limit_is_not_over_its_overload() -> None:
    assert codes(told((5, STRETCHED), (60, AT_ITS_LIMIT))) == ["overloaded"]


@pytest.mark.parametrize("intervals", [1, 2], ids=["busy", "at rest"])
def test_rest_is_not_overload(intervals: int) -> None:
    sampler, judge, now_s, asked_s = Sampler(), OverloadJudge(EVERY_S), 0.0, 0.0
    for number in range(20):
        sampler.add(str(number), EVERY_S, now_s)
    while now_s < 600:
        step = sampler.next(now_s)
        if isinstance(step, Wait):
            now_s += step.wait_s
            continue
        now_s += 0.02
        sampler.done(step.camera, now_s, intervals)
        if now_s - asked_s >= 30:
            asked_s = now_s
            assert judge.judge(sampler.stats(now_s), now_s) is None


class _SlowWork(CameraWork):
    """A camera whose looks take far longer than there is time for."""

    def look(self, frame: Frame, lateness_s: float = 0.0) -> list[Outgoing]:
        time.sleep(0.02)
        return []


class _ReadySource(LiveSource):
    """A camera that always has a new picture."""

    def start(self) -> None:
        pass

    def take(self) -> Frame | None:
        image = av.VideoFrame.from_ndarray(np.zeros((2, 2, 3), np.uint8), format="rgb24")
        return Frame(0.0, TimeSource.ARRIVAL, 0.0, image, 2, 2, 0.0)


def test_a_box_with_too_many_cameras_says_so_in_its_health(
    tmp_path: Path, eventually: Callable[[Callable[[], object], str], None]
) -> None:
    (tmp_path / "model").mkdir()
    detector = open_detector(tmp_path / "model")
    cameras = [{"id": f"camera-{number}", "source": "none.mp4", "zones": []} for number in range(10)]
    config = BoxConfig.model_validate(
        {
            "device": {"id": "box-17"},
            "uplink": {"broker": "mqtt://127.0.0.1:1"},
            "look_every_s": 0.05,
            "cameras": cameras,
        }
    )
    (tmp_path / "data").mkdir()
    first_seen, store = FirstSeenStills(tmp_path / "data"), BoxStore(tmp_path / "data", 10**9)
    works = [
        _SlowWork(config, camera, detector, tmp_path / "data", first_seen, lambda _: None) for camera in config.cameras
    ]
    watch = LiveWatch(
        works,
        Keeper(store, works, lambda _: None),
        open_source=lambda work: _ReadySource(work.camera.source.reveal(), look_every_s=work.look_every_s),
        threads=1,
    )
    judge, clock_s, reports = OverloadJudge(0.05), iter(range(0, 10_000, 30)), list[Health]()
    health = HealthReporter("box-17", tmp_path, every_s=0.05)
    health.judge = lambda: judge.judge(watch.stats(), next(clock_s))
    stop = threading.Event()
    running = threading.Thread(target=watch.run, args=(stop,))
    running.start()
    try:
        eventually(lambda: watch.stats().looks_done > 20, "looks are taken")
        health.start(lambda report: not reports.append(report))  # type: ignore[func-returns-value]
        eventually(lambda: any(report.events for report in reports), "the box says that it is overloaded")
    finally:
        stop.set()
        running.join()
        health.stop()
        for work in works:
            work.close()
        store.close()
    assert [event.code for report in reports for event in report.events] == ["overloaded"]
