"""What an engineer sees who asks why something was reported, or was not."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.recording.recorder import Recorder, Recording
from edge_agent.timeline.data import page_data
from edge_agent.timeline.history import History
from edge_agent.timeline.page import timeline_page
from edge_agent.timeline.words import why_zh
from rules.stay import Sight
from rules.watch import Watch
from tests.street import BUS_IN_FRONT, CAR, START_S, UTC, Street, looks, zone

run = CliRunner().invoke


def hidden_car() -> Street:
    """A car stands from 10 s to 150 s; a bus hides it from 40 s to 60 s."""
    return Street().add("car", CAR, 10, 150).add("bus", BUS_IN_FRONT, 40, 60)


def history_of(street: Street, until_s: float) -> History:
    watch = Watch(street.camera, [zone()], UTC)
    history = History(watch, [zone()])
    for t_s in looks(until_s):
        observation = street.observe(t_s, watch.places())
        history.note(observation, watch.observe(observation))
    return history


def record(street: Street, folder: Path, until_s: float, from_s: float = 0.0) -> None:
    """Record a street as a box does."""
    watch = Watch(street.camera, [zone()], UTC)
    recorder = Recorder(folder / "observations" / street.camera, 10_000_000)
    for t_s in looks(until_s, from_s=from_s):
        observation = street.observe(t_s, watch.places())
        recorder.write(observation, Recording(street.camera, UTC, (zone(),), watch.snapshot()))
        watch.observe(observation)
    recorder.close()


def car_of(history: History) -> str:
    return next(stay.id for stay in history.stays.values() if stay.label == "car" and stay.stood)


def test_the_history_says_when_a_car_was_seen_hidden_and_gone() -> None:
    history = history_of(hidden_car(), 200)
    car = history.stays[car_of(history)]

    def sight(t_s: float) -> Sight:
        mark = car.at(START_S + t_s)
        assert mark is not None
        return mark.sight

    assert [sight(t_s) for t_s in (20, 50, 70, 170)] == [Sight.SEEN, Sight.UNKNOWN, Sight.SEEN, Sight.MISSED]
    hidden = car.at(START_S + 50)
    assert hidden is not None
    assert hidden.why == "hidden by a bus"
    assert car.end == "missed for 30 s"


def test_a_claim_is_shown_from_opened_to_cleared() -> None:
    history = history_of(hidden_car(), 200)
    (claim,) = history.claims_of(car_of(history))
    assert claim.since_s == START_S + 10
    assert claim.confirmed_s == START_S + 70
    assert claim.ended_s is not None
    assert claim.end == "its place is clear"


def test_a_claim_from_before_the_recording_is_shown_too() -> None:
    street = hidden_car()
    before = Watch(street.camera, [zone()], UTC)
    for t_s in looks(100):
        before.observe(street.observe(t_s, before.places()))
    history = History(before, [zone()])
    assert [claim.confirmed_s for claim in history.claims] == [START_S + 70]


def test_every_reason_of_the_rules_is_there_in_chinese() -> None:
    marks = [mark for stay in history_of(hidden_car(), 200).stays.values() for mark in stay.marks]
    assert marks
    assert all(re.search("[\u4e00-\u9fff]", why_zh(mark.why)) for mark in marks)


def test_a_reason_that_is_not_known_stays_english() -> None:
    assert why_zh("taken away by a crane") == "taken away by a crane"


def test_the_page_asks_nothing_of_the_network_and_holds_what_was_said() -> None:
    page = timeline_page("gate </script> east", [page_data(history_of(hidden_car(), 100), "gate", "UTC")])
    assert not re.search(r"""(?:src|href)=|https?://|@import|url\(""", page)
    assert "gate &lt;/script&gt; east" in page
    assert "hidden by a bus" in page
    assert "被公交车遮挡" in page


def test_replay_draws_a_picture_and_a_page(tmp_path: Path) -> None:
    record(hidden_car(), tmp_path, 200)
    (recording,) = (tmp_path / "observations").rglob("*.jsonl")
    result = run(app, ["replay", str(recording), "--plot", str(tmp_path / "plots")])
    assert result.exit_code == 0, result.output
    phases = [json.loads(line)["phase"] for line in result.stdout.splitlines()]
    assert phases.count("confirmed") == 1
    names = sorted(path.suffix for path in (tmp_path / "plots").iterdir())
    assert names == [".html", ".png"]


def test_record_lists_what_a_box_kept_and_exports_a_span_that_replays_alike(tmp_path: Path) -> None:
    record(hidden_car(), tmp_path, 200)
    listed = run(app, ["record", "--data", str(tmp_path)])
    assert listed.exit_code == 0, listed.output
    assert "cam  2026-01-01 10:00:00 - 2026-01-01 10:03:20     101 looks" in listed.stdout
    part = tmp_path / "complaint.jsonl.gz"
    exported = run(app, ["record", "--data", str(tmp_path), "--from", "2026-01-01 10:01", "--export", str(part)])
    assert exported.exit_code == 0, exported.output
    events = [json.loads(line) for line in run(app, ["replay", str(part)]).stdout.splitlines()]
    # It was parked for 50 s when the span begins, and is confirmed at the time of the day.
    assert [e["at_s"] for e in events if e["phase"] == "confirmed"] == [START_S + 70]


def test_record_says_what_there_is_when_the_camera_is_not_known(tmp_path: Path) -> None:
    record(hidden_car(), tmp_path, 20)
    result = run(app, ["record", "--data", str(tmp_path), "--camera", "gate"])
    assert result.exit_code == 1
    assert "no recordings of camera 'gate'; there is: cam" in result.stderr


def test_record_says_how_a_time_is_written(tmp_path: Path) -> None:
    record(hidden_car(), tmp_path, 20)
    result = run(app, ["record", "--data", str(tmp_path), "--from", "yesterday"])
    assert result.exit_code == 1
    assert "write it as 2026-11-23 14:05" in result.stderr


def test_the_page_draws_a_lane_for_every_stay_in_a_browser(tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "timeline.html"
    path.write_text(timeline_page("gate", [page_data(history_of(hidden_car(), 100), "gate", "UTC")]), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(locale="en-GB")
        faults: list[str] = []
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.goto(path.as_uri())
        assert tab.locator(".kw-lane canvas").count() >= 3
        place = tab.locator("canvas").nth(1).bounding_box()
        assert place is not None
        tab.mouse.move(place["x"] + 0.5 * place["width"], place["y"] + 42)
        assert "hidden by a bus" in tab.locator(".kw-tip").inner_text()
        tab.get_by_role("button", name="中文").click()
        assert "已确认" in tab.locator(".kw-claim").first.inner_text()
        assert faults == []
        browser.close()
