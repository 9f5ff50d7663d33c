"""How reports are scored, and what is said of a miss or a false alarm."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from edge_agent.timeline.history import History
from protocol.kinds import ViolationKind
from rules.event import Event
from rules.observation import Detection
from rules.watch import Watch
from rules.zone import Zone
from scripts.evaluation.explain import DETECTOR, LEDGER, RULE, VIEW, explain_false, explain_miss
from scripts.evaluation.report import faults_of, write_report
from scripts.evaluation.running import Run
from scripts.evaluation.scoring import Report, score, total
from scripts.evaluation.tables import rows_of
from scripts.evaluation.truth import Clip, Expected, TruthError, load_truth
from tests.street import CAR, UTC, Street, looks, zone

PARKING = ViolationKind.ILLEGAL_PARKING.value
CAR_DUE = Expected(PARKING, "kerb", "a car", 70.0, since_s=10.0, box=CAR)


def run_of(street: Street, zones: tuple[Zone, ...], until_s: float) -> Run:
    """Run a painted street as a clip that begins at 0."""
    street.start_s = 0.0
    watch = Watch(street.camera, zones, UTC)
    history = History(watch, zones)
    events: list[Event] = []
    found: list[tuple[float, Detection]] = []
    for t_s in looks(until_s):
        observation = street.observe(t_s, watch.places())
        told = watch.observe(observation)
        history.note(observation, told)
        events += told
        found += ((t_s, replace(one, patch=b"")) for one in observation.detections)
    return Run(tuple(events), len(history.looks), 0.0, history, tuple(found))


def clip_of(*expected: Expected, zones: tuple[Zone, ...] | None = None) -> Clip:
    return Clip(Path("street.mp4"), zones or (zone(),), expected, "a painted street")


def missed(street: Street, event: Expected = CAR_DUE, zones: tuple[Zone, ...] | None = None) -> tuple[str, str]:
    """Run a street in which `event` is missed, and give the explanation."""
    clip = clip_of(event, zones=zones)
    run = run_of(street, clip.zones, 100)
    assert score(clip.expected, run.reports).missed == [event]
    told = explain_miss(event, clip, run)
    return told.cause, told.why


def test_a_report_counts_from_3_s_before_until_10_s_after_it_is_due() -> None:
    for t_s, hits in ((66.9, 0), (67.0, 1), (80.0, 1), (80.1, 0)):
        assert len(score([CAR_DUE], [Report(PARKING, "kerb", t_s)]).delays_s) == hits


def test_a_second_report_of_the_same_event_is_a_false_alarm() -> None:
    marks = score([CAR_DUE], [Report(PARKING, "kerb", 71.0), Report(PARKING, "kerb", 75.0)])
    assert (len(marks.delays_s), len(marks.false), marks.missed) == (1, 1, [])


def test_scores_add_up() -> None:
    marks = total([score([CAR_DUE], [Report(PARKING, "kerb", 71.0)]), score([CAR_DUE], [])])
    assert (marks.precision, marks.recall) == (1.0, 0.5)
    assert marks.f1 == pytest.approx(2 / 3)


def test_a_miss_where_the_detector_finds_nothing_is_the_detectors() -> None:
    cause, why = missed(Street())
    assert cause == DETECTOR
    assert "found nothing there" in why


def test_a_miss_of_what_was_never_surely_detected_names_the_best_score() -> None:
    cause, why = missed(Street().add("car", CAR, 10, score=0.12))
    assert cause == DETECTOR
    assert "car 0.12" in why


def test_a_miss_of_what_stands_outside_the_zone_is_the_rules() -> None:
    right_half = zone(polygon=[[0.55, 0.25], [0.98, 0.25], [0.98, 0.98], [0.55, 0.98]])
    cause, why = missed(Street().add("car", CAR, 10), zones=(right_half,))
    assert cause == RULE
    assert "ground contact" in why


def test_a_miss_of_a_car_that_came_later_than_the_truth_says_is_the_ledgers_and_names_the_car_before() -> None:
    cause, why = missed(Street().add("car", CAR, 10, 40).add("car", CAR, 44))
    assert cause == LEDGER
    assert "dwell counts from 44.0 s" in why
    assert "an earlier stay there, from 10.0 s" in why


def test_a_false_alarm_names_its_stay_and_since_when_it_counted() -> None:
    clip = clip_of()
    run = run_of(Street().add("car", CAR, 10), clip.zones, 100)
    (report,) = score([], run.reports).false
    told = explain_false(report, clip, run)
    assert told.cause == RULE
    assert "counted from 10.0 s" in told.why
    turned = explain_false(report, replace(clip, view_changed_s=30.0), run)
    assert turned.cause == VIEW


def test_the_report_page_has_a_row_a_timeline_and_every_fault(tmp_path: Path) -> None:
    clip = clip_of(CAR_DUE)
    run = run_of(Street(), clip.zones, 100)
    marks = score(clip.expected, run.reports)
    assert len(faults_of(clip, run, marks)) == 1
    page = write_report(tmp_path, [clip], [run], [marks], rows_of([clip], [run], [marks])).read_text(encoding="utf-8")
    for said in ("street.mp4", "kw-timeline", "missed: illegal_parking in kerb", "sheets/street.jpg", "due: a car"):
        assert said in page


def test_labels_are_read_with_their_boxes(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    label = {
        "clip": "a.mp4",
        "zones": [{"id": "kerb", "kind": PARKING, "polygon": [[0.1, 0.3], [0.9, 0.3], [0.9, 0.9]], "dwell_s": 60}],
        "expected": [{"type": PARKING, "zone": "kerb", "alarm_due_s": 70, "bbox_norm": [0.4, 0.4, 0.2, 0.1]}],
        "view_changed_s": 60,
    }
    (tmp_path / "a.json").write_text(json.dumps(label))
    (clip,) = load_truth(tmp_path)
    assert clip.expected[0].box == pytest.approx((0.4, 0.4, 0.6, 0.5))
    assert clip.view_changed_s == 60


def test_a_folder_without_labels_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match="no labels"):
        load_truth(tmp_path)
