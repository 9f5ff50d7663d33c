"""What must hold in any street: random arrivals, swaps, buses, passers-by, lost streams, weak and sure detectors."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.event import EventPhase
from rules.geometry import iou
from rules.ledger import MOST_STAYS
from rules.observation import Detection, Observation, View
from rules.watch import Watch
from tests.street import START_S, UTC, Street, Told, looks, replayed, watch_street, zone

DWELL_S = 40.0
STEP_S = 4.0
ZONES = [
    zone(dwell_s=DWELL_S),
    zone("street_vending", id="square", dwell_s=DWELL_S),
    zone(id="rack", dwell_s=DWELL_S, numbers={"min_count": 2, "cooldown_s": 30}),
]
LABELS = ("car", "truck", "bicycle", "dining table")

quick = settings(derandomize=True, database=None, deadline=None, max_examples=15)


@st.composite
def streets(draw: st.DrawFn) -> Street:
    """Five places at the kerb, each taken by one thing after the other; buses and people before them."""
    street = Street()
    for slot in range(5):
        left = 0.03 + 0.19 * slot
        t_s = float(draw(st.integers(-10, 60)))
        for _ in range(draw(st.integers(0, 2))):
            stands_s = draw(st.integers(4, 120))
            label, score = draw(st.sampled_from(LABELS)), draw(st.sampled_from([0.3, 0.5, 0.8]))
            every = draw(st.integers(1, 3))
            street.add(
                label,
                (left, 0.4, left + 0.16, 0.58),
                t_s,
                t_s + stands_s,
                score=lambda t, s=score, n=every: s if round(t / STEP_S) % n == 0 else 0.2,
            )
            t_s += stands_s + draw(st.integers(0, 20))
    for _ in range(draw(st.integers(0, 2))):
        from_s, left = draw(st.integers(0, 120)), 0.01 * draw(st.integers(-20, 60))
        street.add("bus", (left, 0.3, left + 0.5, 0.75), from_s, from_s + draw(st.integers(4, 60)))
    for _ in range(draw(st.integers(0, 4))):
        from_s, left = draw(st.integers(0, 120)), 0.01 * draw(st.integers(0, 90))
        street.add("person", (left, 0.4, left + 0.05, 0.66), from_s, from_s + draw(st.integers(4, 120)), sway=0.2)
    return street


rows = st.lists(st.booleans(), min_size=41, max_size=41)
AT = looks(160, STEP_S)


@quick
@given(street=streets())
def test_never_two_confirmations_or_two_clearings_for_one_stay(street: Street) -> None:
    told = watch_street(street, ZONES, AT)
    steps = Counter((event.zone, event.stay, event.phase) for event in told.events)
    assert all(count == 1 for count in steps.values())


@quick
@given(street=streets())
def test_every_stay_goes_its_way_in_order(street: Street) -> None:
    way = {
        (): {EventPhase.OPENED},
        (EventPhase.OPENED,): {EventPhase.CONFIRMED, EventPhase.DROPPED},
        (EventPhase.OPENED, EventPhase.CONFIRMED): {EventPhase.CLEARED},
    }
    gone: dict[tuple[str, str], tuple[EventPhase, ...]] = {}
    for event in watch_street(street, ZONES, AT).events:
        steps = gone.get((event.zone, event.stay), ())
        assert event.phase in way[steps]
        gone[event.zone, event.stay] = (*steps, event.phase)


@quick
@given(street=streets())
def test_never_a_confirmation_before_the_dwell(street: Street) -> None:
    for event in watch_street(street, ZONES, AT).confirmed:
        assert event.at_s - event.first_seen_s >= event.dwell_s == DWELL_S


@quick
@given(street=streets())
def test_what_is_confirmed_really_stood_there_for_its_dwell(street: Street) -> None:
    """Against what was put into the street, whatever hid it on the way."""
    for event in watch_street(street, ZONES[:1], AT).confirmed:
        at_s = event.at_s - START_S
        here = [t for t in street.things if iou(t.box, event.box) > 0.5 and t.from_s <= at_s < t.until_s]
        assert any(thing.from_s <= at_s - DWELL_S for thing in here)


@quick
@given(street=streets(), lost=rows)
def test_lost_looks_change_nothing_but_the_proof_of_what_stands_all_the_time(street: Street, lost: list[bool]) -> None:
    """Of a car that stands from start to end the same is said, later at most by the gap."""
    street.add("car", (0.3, 0.80, 0.5, 0.95))
    kept = [t_s for t_s, is_lost in zip(AT, lost, strict=True) if not is_lost or t_s in (0.0, 4.0, 8.0)]
    told = [
        [event for event in watch_street(street, ZONES[:1], at).confirmed if event.box[1] > 0.75] for at in (AT, kept)
    ]
    assert len(told[0]) == 1
    due = [t_s for t_s in kept if t_s >= DWELL_S]
    if due:
        (event,) = told[1]
        assert replace(event, counts=told[0][0].counts, at_s=0, confirmed_s=0, why="") == replace(
            told[0][0], at_s=0, confirmed_s=0, why=""
        )
        assert event.at_s == START_S + due[0]


@quick
@given(street=streets(), bad=rows, view=st.sampled_from([View.MOVED, View.UNUSABLE]))
def test_no_event_comes_from_a_picture_that_cannot_be_judged(street: Street, bad: list[bool], view: View) -> None:
    street.view = lambda t_s: view if bad[round(t_s / STEP_S)] else View.OK
    for event in watch_street(street, ZONES, AT).events:
        assert not bad[round((event.at_s - START_S) / STEP_S)]


@settings(quick, max_examples=6)
@given(first=streets(), second=streets(), order=st.randoms(use_true_random=False))
def test_the_order_in_which_cameras_are_looked_at_does_not_matter(first: Street, second: Street, order: object) -> None:
    first.camera, second.camera = "east", "west"
    alone = {street.camera: watch_street(street, ZONES[:1], AT) for street in (first, second)}
    queues = {name: list(told.observations) for name, told in alone.items()}
    watches = {name: Watch(name, ZONES[:1], UTC) for name in queues}
    events = {name: [] for name in queues}  # type: ignore[var-annotated]
    while any(queues.values()):
        name = order.choice([name for name, queue in queues.items() if queue])  # type: ignore[attr-defined]
        events[name] += watches[name].observe(queues[name].pop(0))
    assert events == {name: told.events for name, told in alone.items()}


@quick
@given(street=streets())
def test_a_recording_replays_to_the_same_events(street: Street) -> None:
    told = watch_street(street, ZONES, AT)
    lines = [observation.to_json() for observation in told.observations]
    assert replayed((Observation.from_json(line) for line in lines), ZONES) == told.events


@quick
@given(street=streets(), cut=st.integers(0, 40))
def test_a_restart_anywhere_in_any_street_changes_nothing(street: Street, cut: int) -> None:
    told = watch_street(street, ZONES, AT)
    assert replayed(told.observations, ZONES, restarts=[cut]) == told.events


def clutter(seed: int, count: int, t_s: float) -> Observation:
    """A detector gone mad."""
    rng = np.random.default_rng((seed, round(t_s)))
    corners, sizes = rng.uniform(0, 0.9, (count, 2)), rng.uniform(0.01, 0.3, (count, 2))
    labels = rng.choice(["car", "bicycle", "bus", "person", "dining table", "umbrella"], count)
    return Observation(
        "cam",
        START_S + t_s,
        detections=tuple(
            Detection(str(label), round(float(rng.uniform(0.1, 1)), 3), (x, y, x + w, y + h))
            for label, (x, y), (w, h) in zip(labels, corners.tolist(), sizes.tolist(), strict=True)
        ),
    )


def test_the_ledger_stays_bounded_under_random_clutter() -> None:
    zones = [*ZONES, zone("umbrella_stall", id="lawn", dwell_s=DWELL_S)]
    watch = Watch("cam", zones, UTC)
    sizes = []
    for t_s in looks(240):
        watch.observe(clutter(1, 60, t_s))
        sizes.append(len(watch.snapshot()))
        assert len(watch.ledger.stays) <= MOST_STAYS
    assert max(sizes[60:]) <= 1.5 * max(sizes[20:60])


def test_clutter_that_ends_leaves_nothing_behind() -> None:
    watch = Watch("cam", ZONES, UTC)
    for t_s in looks(100):
        watch.observe(clutter(2, 60, t_s))
    for t_s in looks(200, from_s=102):
        watch.observe(Observation("cam", START_S + t_s))
    assert watch.ledger.stays == []
    assert len(watch.snapshot()) < 1500


def test_stays_come_and_go_all_day_without_leaving_a_trace() -> None:
    """A busy kerb: a car every minute; a look every 20 s is enough to show a leak."""

    def remembered(told: Told, hours: int) -> int:
        for t_s in looks(3600.0 * hours, 20.0):
            place = 0.1 + 0.2 * (int(t_s // 60) % 4)
            car = Detection("car", 0.8, (place, 0.5, place + 0.15, 0.6))
            told.watch.observe(Observation("cam", START_S + t_s, detections=(car,)))
        return len(told.watch.snapshot())

    short, long = (remembered(Told([], [], Watch("cam", ZONES, UTC)), hours) for hours in (1, 12))
    assert long < 1.2 * short
