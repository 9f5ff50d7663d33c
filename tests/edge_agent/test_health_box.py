"""A box says how it is, and what happened while nobody could hear it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from edge_agent.health.reporter import MOST_EVENTS, HealthReporter, rss_mb
from edge_agent.outbox.outgoing import OutboxStats
from edge_agent.words import notices
from protocol.bounds import SENT_EVENTS
from protocol.messages import CameraHealth, CameraState, Health, HealthEvent


class Line:
    """Takes reports while `up`."""

    def __init__(self) -> None:
        self.up = True
        self.taken: list[Health] = []

    def publish(self, health: Health) -> bool:
        if self.up:
            self.taken.append(health)
        return self.up


def event(number: int) -> HealthEvent:
    return notices.notice("info", f"event_{number}", "事件", "event")


def reporter(tmp_path: Path, line: Line) -> HealthReporter:
    made = HealthReporter("box-17", tmp_path, every_s=3600)
    made.start(line.publish)
    return made


def test_a_report_tells_cameras_outbox_and_the_machine(tmp_path: Path) -> None:
    line = Line()
    health = reporter(tmp_path, line)
    health.provider, health.model = "CPUExecutionProvider", "yolox-nano-coco"
    health.outbox = lambda: OutboxStats(waiting=3, refused=1, held_bytes=5000)
    camera = CameraHealth(id="gate-east", state=CameraState.OK, last_frame_at=datetime.now(UTC), looks=15)
    health.cameras = lambda: [camera]
    assert health.report()
    (told,) = line.taken
    assert (told.device, told.outbox_waiting, told.outbox_bytes) == ("box-17", 3, 5000)
    assert told.cameras == (camera,)
    assert told.rss_mb > 1
    assert told.disk_free_mb > 0
    health.stop()


def test_events_wait_until_somebody_hears_them_and_are_told_once(tmp_path: Path) -> None:
    line = Line()
    health = reporter(tmp_path, line)
    line.up = False
    health.tell(event(1))
    assert not health.report()
    line.up = True
    health.tell(event(2))
    assert health.report()
    assert health.report()
    assert [[one.code for one in told.events] for told in line.taken] == [["event_1", "event_2"], []]
    health.stop()


def test_a_long_outage_keeps_the_newest_events_and_counts_the_others(tmp_path: Path) -> None:
    line = Line()
    health = reporter(tmp_path, line)
    for number in range(MOST_EVENTS + 7):
        health.tell(event(number))
    assert health.report()
    said = [one for told in line.taken for one in told.events]
    assert (said[0].code, said[0].detail) == ("events_dropped", {"count": 7})
    assert [one.code for one in said[1:]] == [f"event_{number}" for number in range(7, MOST_EVENTS + 7)]
    assert max(len(told.events) for told in line.taken) <= SENT_EVENTS, "the centre looks at no more in one message"
    assert health.report()
    assert line.taken[-1].events == ()
    health.stop()


def test_events_pushed_out_while_they_are_reported_are_not_counted_as_lost(tmp_path: Path) -> None:
    line = Line()
    health = HealthReporter("box-17", tmp_path, every_s=3600)
    flood = [event(1000 + number) for number in range(MOST_EVENTS + 3)]

    def publish_during_a_flood(report: Health) -> bool:
        for one in flood:
            health.tell(one)
        flood.clear()
        return line.publish(report)

    health.start(publish_during_a_flood)
    health.tell(event(1))
    assert health.report()
    assert health.report()
    assert [one.code for one in line.taken[0].events] == ["event_1"]
    assert line.taken[1].events[0].detail == {"count": 3}
    health.stop()


def test_events_from_many_threads_all_arrive(tmp_path: Path) -> None:
    line = Line()
    health = reporter(tmp_path, line)

    def tell(first: int) -> None:
        for number in range(first, first + 20):
            health.tell(event(number))

    threads = [threading.Thread(target=tell, args=(20 * number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        health.report()
    health.stop()  # reports a last time
    codes = [one.code for told in line.taken for one in told.events]
    assert sorted(codes) == sorted(f"event_{number}" for number in range(160))


def test_every_notice_is_said_in_both_languages() -> None:
    for one in (
        notices.broker_back("b:1", 3.0),
        notices.centre_silent(2, "box-17", heard=False),
        notices.centre_silent(2, "box-17", heard=True),
        notices.no_cjk_font(),
        notices.centre_back(),
    ):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in one.text_zh)
        assert one.text_en.isascii()


def test_memory_is_told_in_megabytes() -> None:
    assert 5 < rss_mb() < 100_000
