"""The order of looks: by deadline, never starving a camera, stretching all alike when there is too much to do."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.sampler import Look, Sampler, Wait


def run(sampler: Sampler, seconds: float, cost_s: float, start: float = 0.0) -> list[tuple[float, str]]:
    """Look for a while, one look at a time, each taking `cost_s`; give the starts of looks."""
    now, looks = start, []
    while now < start + seconds:
        step = sampler.next(now)
        if isinstance(step, Wait):
            now += step.wait_s
            continue
        looks.append((now, step.camera))
        now += cost_s
        sampler.done(step.camera, now)
    return looks


def sampler_of(cameras: int, every_s: float = 2.0) -> Sampler:
    sampler = Sampler()
    for number in range(cameras):
        sampler.add(f"camera-{number:03}", every_s, now=0.0)
    return sampler


def lateness_s(sampler: Sampler, now: float, camera: str) -> float:
    """Expect a look at a camera and say how late it is."""
    step = sampler.next(now)
    assert isinstance(step, Look)
    assert step.camera == camera
    return step.lateness_s


def wait_s(sampler: Sampler, now: float) -> float:
    """Expect nothing to be due."""
    step = sampler.next(now)
    assert isinstance(step, Wait)
    return step.wait_s


def test_a_new_camera_is_looked_at_at_once_and_then_in_its_rhythm() -> None:
    looks = run(sampler_of(1), seconds=10.5, cost_s=0.1)
    assert [at for at, _ in looks] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]


def test_a_look_that_is_a_little_late_does_not_shift_the_rhythm() -> None:
    sampler = sampler_of(1)
    for now, late in ((0.1, 0.1), (2.0, 0.0), (4.2, 0.2), (6.0, 0.0)):
        assert lateness_s(sampler, now, "camera-000") == pytest.approx(late)
        sampler.done("camera-000", now + 0.05)


def test_the_camera_that_waits_longest_is_next() -> None:
    sampler = Sampler()
    sampler.add("slow", 10.0, now=0.0)
    sampler.add("quick", 1.0, now=0.5)
    assert lateness_s(sampler, 0.4, "slow") == 0.4
    sampler.done("slow", 0.5)
    assert lateness_s(sampler, 0.6, "quick") == pytest.approx(0.1)
    sampler.done("quick", 0.8)
    assert wait_s(sampler, 0.9) == pytest.approx(0.6)


def test_a_camera_is_not_handed_to_two_workers_at_once() -> None:
    sampler = sampler_of(2)
    first, second = sampler.next(5.0), sampler.next(5.0)
    assert isinstance(first, Look)
    assert isinstance(second, Look)
    assert first.camera != second.camera
    assert wait_s(sampler, 100.0) == inf


def test_a_camera_without_a_new_picture_is_asked_again_soon_and_owes_nothing() -> None:
    sampler = sampler_of(1)
    sampler.next(0.0)
    sampler.absent("camera-000", 0.0)
    assert wait_s(sampler, 0.0) == pytest.approx(0.2)
    assert sampler.stats(0.1).looks_owed == 0


def test_looks_come_to_follow_the_moment_at_which_pictures_come() -> None:
    """Keyframes come at 0.7, 2.7, 4.7 ...; after the first, each is looked at within a tenth of the interval."""
    sampler = sampler_of(1)
    now, seen, waits = 0.0, -1, []
    while now < 40:
        step = sampler.next(now)
        if isinstance(step, Wait):
            now += step.wait_s
            continue
        newest = int((now - 0.7) // 2.0)
        if newest > seen:
            waits.append(now - (0.7 + 2.0 * newest))
            seen = newest
            sampler.done("camera-000", now)
        else:
            sampler.absent("camera-000", now)
    assert len(waits) == 20
    assert max(waits) <= 0.2 + 1e-9


def test_a_camera_at_rest_skips_no_look_and_is_back_in_its_rhythm_at_once() -> None:
    sampler, looks = sampler_of(1), list[tuple[float, float]]()
    for late_s, intervals in ((0.0, 1), (0.3, 2), (0.0, 2), (0.1, 1), (0.0, 1)):
        now = looks[-1][1] + wait_s(sampler, looks[-1][1]) + late_s if looks else 0.0
        looks.append((lateness_s(sampler, now, "camera-000"), now))
        sampler.done("camera-000", now, intervals)
    assert [now for _, now in looks] == pytest.approx([0.0, 2.3, 6.0, 10.1, 12.0])
    assert [late for late, _ in looks] == pytest.approx([0.0, 0.3, 0.0, 0.1, 0.0])
    stats = sampler.stats(12.0)
    assert (stats.looks_done, stats.looks_owed, stats.looks_skipped, stats.looks_rested) == (5, 5, 0, 2)


def test_cameras_at_rest_leave_their_share_to_the_busy_ones_under_overload() -> None:
    sampler, now, counts = sampler_of(40), 0.0, Counter[str]()
    while now < 400:
        step = sampler.next(now)
        assert isinstance(step, Look)
        counts[step.camera] += 1
        now += 0.1
        sampler.done(step.camera, now, 2 if step.camera < "camera-020" else 1)
    at_rest, busy = [counts[f"camera-{n:03}"] for n in range(20)], [counts[f"camera-{n:03}"] for n in range(20, 40)]
    assert max(at_rest) - min(at_rest) <= 1
    assert max(busy) - min(busy) <= 1
    assert 70 <= min(at_rest) <= 90, "100 looks each would be even shares"
    assert min(busy) >= 110


def test_a_removed_camera_is_not_looked_at_and_may_come_back() -> None:
    sampler = sampler_of(2)
    sampler.next(0.0)
    sampler.remove("camera-000")
    sampler.done("camera-000", 0.1)
    assert {camera for _, camera in run(sampler, 10, 0.1)} == {"camera-001"}
    sampler.add("camera-000", 2.0, now=20.0)
    assert {camera for _, camera in run(sampler, 10, 0.1, start=20.0)} == {"camera-000", "camera-001"}


def test_a_changed_interval_holds_from_now_on() -> None:
    sampler = sampler_of(1, every_s=60.0)
    run(sampler, 1.0, 0.1)
    sampler.add("camera-000", 2.0, now=1.0)
    assert [at for at, _ in run(sampler, 6.0, 0.1, start=1.0)] == [3.0, 5.0]


def test_an_interval_of_nothing_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="gate-east: a look every 0 s"):
        Sampler().add("gate-east", 0, now=0.0)


def test_cameras_that_begin_together_soon_are_no_longer_in_each_others_way() -> None:
    sampler = sampler_of(64)
    run(sampler, 10, cost_s=0.02)
    run(sampler, 70, cost_s=0.02, start=10.0)
    stats = sampler.stats(80.0)
    assert stats.looks_done == pytest.approx(64 * 30, abs=64)
    assert stats.looks_skipped == 0
    assert 0 <= stats.lateness_p50_s <= stats.lateness_p95_s <= stats.lateness_max_s <= 0.25


def test_twice_too_much_to_do_means_half_the_looks_for_everyone() -> None:
    sampler = sampler_of(40)
    counts = Counter(camera for _, camera in run(sampler, 400, cost_s=0.1))
    assert set(counts.values()) == {100}
    stats = sampler.stats(400.0)
    assert stats.looks_owed == pytest.approx(40 * 30, rel=0.05)
    assert stats.looks_done == pytest.approx(40 * 15, rel=0.05)
    assert stats.lateness_max_s <= 4.0


def test_after_an_overload_looks_are_on_time_again_and_nothing_is_made_up_for() -> None:
    sampler = sampler_of(40)
    run(sampler, 100, cost_s=0.1)
    counts = Counter(camera for _, camera in run(sampler, 100, cost_s=0.01, start=110.0))
    assert all(49 <= count <= 52 for count in counts.values())
    assert sampler.stats(210.0).lateness_max_s <= 40 * 0.01


def test_a_camera_that_waits_forever_shows_in_the_figures() -> None:
    sampler = sampler_of(1)
    run(sampler, 1, 0.1)
    assert sampler.stats(50.0).lateness_max_s == pytest.approx(48.0)


def test_figures_of_one_camera_and_of_a_box_without_looks() -> None:
    sampler = sampler_of(2)
    assert sampler.stats(0.0).lateness_p95_s == 0.0
    sampler.next(1.0)
    sampler.done("camera-000", 1.5)
    assert sampler.stats(1.5, "camera-000").lateness_p95_s == 1.0
    assert sampler.stats(1.5, "camera-001").looks_done == 0
    assert sampler.stats(100.0, "camera-000").looks_done == 0, "figures are of the last minute"


intervals = st.lists(st.sampled_from([0.5, 1.0, 2.0, 5.0, 10.0]), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(every=intervals, cost_s=st.floats(0.001, 1.0))
def test_no_camera_starves_whatever_the_load(every: list[float], cost_s: float) -> None:
    sampler = Sampler()
    for number, every_s in enumerate(every):
        sampler.add(str(number), every_s, now=0.0)
    looks = run(sampler, 20 * (len(every) * cost_s + max(every)), cost_s)
    for number, every_s in enumerate(every):
        moments = [at for at, camera in looks if camera == str(number)]
        # Once a camera is due, each other one is looked at once before it at the most.
        longest_s = max(later - earlier for earlier, later in pairwise(moments))
        assert longest_s <= every_s + len(every) * cost_s + 1e-6


@settings(max_examples=60, deadline=None)
@given(
    cameras=st.integers(1, 30),
    cost_s=st.floats(0.001, 1.0),
    phases=st.lists(st.floats(0, 2), min_size=30, max_size=30),
)
def test_cameras_that_ask_for_the_same_get_the_same(cameras: int, cost_s: float, phases: list[float]) -> None:
    sampler = Sampler()
    for number in range(cameras):
        sampler.add(str(number), 2.0, now=phases[number])
    run(sampler, 30.0, cost_s)
    counts = Counter(camera for _, camera in run(sampler, 200.0, cost_s, start=30.0))
    assert len(counts) == cameras
    assert max(counts.values()) - min(counts.values()) <= 2


@settings(max_examples=60, deadline=None)
@given(every=intervals, cost_s=st.floats(0.001, 0.3))
def test_no_camera_is_looked_at_more_often_than_it_asks(every: list[float], cost_s: float) -> None:
    sampler = Sampler()
    for number, every_s in enumerate(every):
        sampler.add(str(number), every_s, now=0.0)
    counts = Counter(camera for _, camera in run(sampler, 60.0, cost_s))
    for number, every_s in enumerate(every):
        assert counts[str(number)] <= 60.0 / every_s + 1
