"""The box may be switched off and on after any look: it remembers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.watch import Watch
from tests.street import BUS_IN_FRONT, CAR, START_S, UTC, Street, Told, looks, replayed, watch_street, zone

ZONES = [
    zone(dwell_s=40),
    zone("street_vending", id="square", dwell_s=30, polygon=((0.02, 0.25), (0.98, 0.25), (0.98, 0.98), (0.02, 0.98))),
    zone("umbrella_stall", id="lawn", dwell_s=30),
    zone(id="rack", dwell_s=30, classes=("bicycle",), numbers={"min_count": 2, "cooldown_s": 20}),
    zone(id="morning", dwell_s=30, when={"windows": [{"start": "10:00:20", "end": "10:02"}]}),
]
AT = looks(170)


def busy_street() -> Street:
    """A bit of everything: a car behind a bus, a swap, a weak van, a stall with its vendor, a parasol, bicycles."""
    street = Street()
    street.add("car", CAR, 4, 90).add("bus", BUS_IN_FRONT, 20, 36).add("car", CAR, 94, 160)
    street.add("van", (0.78, 0.3, 0.96, 0.5), 0, 100, score=lambda t_s: 0.5 if round(t_s / 2) % 3 == 0 else 0.2)
    street.add("dining table", (0.1, 0.72, 0.2, 0.84), 0, 120)
    street.add("person", (0.21, 0.58, 0.27, 0.88), 0, 60, sway=0.3).add("person", (0.03, 0.58, 0.09, 0.88), 64, 120)
    street.add("umbrella", (0.70, 0.55, 0.92, 0.95), 10, 100)
    street.add("bicycle", (0.05, 0.3, 0.12, 0.45), 0, 110).add("bicycle", (0.14, 0.3, 0.21, 0.45), 6, 70)
    for i in range(8):
        street.add("person", (0.0, 0.3, 0.05, 0.6), 20.0 * i, 20.0 * i + 9, to_box=(0.9, 0.3, 0.95, 0.6))
    return street


@pytest.fixture(scope="module")
def without_a_restart() -> Told:
    told = watch_street(busy_street(), ZONES, AT)
    assert {event.zone for event in told.confirmed} == {"kerb", "square", "lawn", "rack", "morning"}
    return told


@settings(derandomize=True, database=None, deadline=None, max_examples=14)
@given(cut=st.integers(0, len(AT) - 1))
def test_a_restart_after_any_look_changes_nothing(without_a_restart: Told, cut: int) -> None:
    assert replayed(without_a_restart.observations, ZONES, restarts=[cut]) == without_a_restart.events


@settings(derandomize=True, database=None, deadline=None, max_examples=8)
@given(cuts=st.sets(st.integers(0, len(AT) - 1), min_size=2, max_size=6))
def test_several_restarts_change_nothing(without_a_restart: Told, cuts: set[int]) -> None:
    assert replayed(without_a_restart.observations, ZONES, restarts=cuts) == without_a_restart.events


def test_a_restart_after_every_look_changes_nothing(without_a_restart: Told) -> None:
    assert watch_street(busy_street(), ZONES, AT, restarts=range(len(AT))).events == without_a_restart.events


def test_a_car_confirmed_before_a_power_cut_is_not_reported_again() -> None:
    at = [t_s for t_s in looks(500) if not 80 < t_s < 300]
    told = watch_street(Street().add("car", CAR), [zone()], at, restarts=[40])
    assert at[40] == 80
    assert told.confirmed_at() == [60]
    assert told.cleared == []


def test_a_car_half_way_through_its_dwell_does_not_start_again_after_a_power_cut() -> None:
    at = [t_s for t_s in looks(500) if not 80 < t_s < 140]
    told = watch_street(Street().add("car", CAR), [zone(dwell_s=120)], at, restarts=[40])
    assert told.confirmed_at() == [140]
    assert told.confirmed[0].first_seen_s == START_S


def test_a_car_that_left_while_the_box_was_off_is_cleared() -> None:
    at = [t_s for t_s in looks(500) if not 80 < t_s < 300]
    told = watch_street(Street().add("car", CAR, 0, 200), [zone()], at, restarts=[40])
    assert told.confirmed_at() == [60]
    assert len(told.cleared) == 1


def test_a_new_zone_starts_afresh_beside_a_remembered_one() -> None:
    street = Street().add("car", CAR)
    before = watch_street(street, [zone(id="old")], looks(30))
    after = Watch("cam", [zone(id="old"), zone(id="new", dwell_s=90)], UTC)
    after.restore(before.watch.snapshot())
    confirmed = {}
    for t_s in looks(200, from_s=32):
        for event in after.observe(street.observe(t_s, after.places())):
            confirmed[event.zone] = event.at_s - START_S
    assert confirmed["old"] == 60
    assert confirmed["new"] <= 32 + 90


def test_a_zone_that_was_removed_is_forgotten() -> None:
    before = watch_street(Street().add("car", CAR), [zone(id="old")], looks(100))
    after = Watch("cam", [zone(id="new", classes=("bicycle",))], UTC)
    after.restore(before.watch.snapshot())
    assert after.ledger.stays == []


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        '"text"',
        '{"stays": 1, "people": {}, "zones": {}}',
        '{"stays": [{"id": "1"}], "people": {}, "zones": {}}',
        '{"stays": [], "people": [], "zones": {}}',
        '{"stays": [], "people": {"scale": {}, "recent": []}, "zones": {"kerb": []}}',
        '{"stays": [], "people": {"scale": {}, "recent": []}, "zones": {"kerb": {"claims": [], "attendance": []}}}',
    ],
)
def test_a_snapshot_that_cannot_be_read_is_refused_and_the_watch_is_as_new(damage: str) -> None:
    watch = Watch("cam", [zone()], UTC)
    with pytest.raises(ValueError, match="not a snapshot of camera cam"):
        watch.restore(damage)
    assert watch.snapshot() == Watch("cam", [zone()], UTC).snapshot()
    street = Street().add("car", CAR)
    events = [event for t_s in looks(70) for event in watch.observe(street.observe(t_s, watch.places()))]
    assert [event.phase.value for event in events] == ["opened", "confirmed"]


def test_any_part_of_a_snapshot_lost_is_refused_or_harmless() -> None:
    kept = watch_street(busy_street(), ZONES, looks(60)).watch.snapshot()
    for end in range(0, len(kept), max(1, len(kept) // 50)):
        with pytest.raises(ValueError, match="not a snapshot"):
            Watch("cam", ZONES, UTC).restore(kept[:end])


def test_a_snapshot_is_plain_json() -> None:
    kept = watch_street(busy_street(), ZONES, looks(60)).watch.snapshot()
    assert set(json.loads(kept)) == {"stays", "people", "zones"}
