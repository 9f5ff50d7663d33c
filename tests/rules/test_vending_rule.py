"""Street vending: a stall, and somebody who attends it, both for long enough."""

from __future__ import annotations

import pytest

from protocol.kinds import Subject
from rules.observation import Box
from tests.street import START_S, Street, looks, watch_street, zone

SQUARE = zone("street_vending")
TABLE: Box = (0.42, 0.55, 0.54, 0.68)
VENDOR: Box = (0.56, 0.40, 0.62, 0.70)
PARASOL: Box = (0.38, 0.30, 0.58, 0.68)


def stall(from_s: float = 0.0, until_s: float = 1e9) -> Street:
    return Street().add("dining table", TABLE, from_s, until_s)


def with_vendor(street: Street, from_s: float = 0.0, until_s: float = 1e9) -> Street:
    return street.add("person", VENDOR, from_s, until_s, sway=0.3)


def test_a_table_with_a_vendor_is_reported_once_and_cleared_once() -> None:
    told = watch_street(with_vendor(stall(10, 200), 10, 200), [SQUARE], looks(400))
    assert len(told.confirmed) == 1
    assert 70 <= told.confirmed_at()[0] <= 76
    assert told.confirmed[0].subject is Subject.STALL
    assert len(told.cleared) == 1
    assert 200 + 58 <= told.cleared_at()[0] <= 200 + 66


def test_furniture_alone_is_never_vending() -> None:
    street = stall().add("umbrella", (0.1, 0.3, 0.3, 0.68)).add("chair", (0.60, 0.58, 0.66, 0.68))
    assert watch_street(street, [SQUARE], looks(600)).confirmed == []


def test_people_alone_are_never_vending() -> None:
    street = Street()
    for i in range(5):
        street.add("person", (0.2 + 0.08 * i, 0.4, 0.26 + 0.08 * i, 0.7), sway=0.2)
    assert watch_street(street, [SQUARE], looks(300)).confirmed == []


def test_passers_by_do_not_attend_a_table() -> None:
    street = stall()
    for i in range(40):
        street.add("person", (-0.05, 0.4, 0.01, 0.7), 7.0 * i, 7.0 * i + 7, to_box=(1.0, 0.4, 1.06, 0.7))
    told = watch_street(street, [SQUARE], looks(270))
    assert told.confirmed == []


def test_people_who_chat_away_from_a_table_do_not_attend_it() -> None:
    street = stall()
    street.add("person", (0.80, 0.4, 0.86, 0.7), sway=0.2).add("person", (0.88, 0.4, 0.94, 0.7), sway=0.2)
    assert watch_street(street, [SQUARE], looks(300)).confirmed == []


def test_a_vendor_who_leaves_for_10_s_is_still_at_the_stall() -> None:
    street = with_vendor(with_vendor(stall(), 0, 30), 40, 300)
    told = watch_street(street, [SQUARE], looks(200))
    assert len(told.confirmed) == 1
    assert told.confirmed_at()[0] <= 66


def test_a_vendor_who_leaves_for_a_minute_starts_again() -> None:
    street = with_vendor(with_vendor(stall(), 0, 40), 100, 400)
    told = watch_street(street, [SQUARE], looks(300))
    assert len(told.confirmed) == 1
    assert 160 <= told.confirmed_at()[0] <= 168


def test_attended_half_of_the_time_in_long_turns_is_not_enough() -> None:
    street = stall()
    for i in range(10):
        with_vendor(street, 50.0 * i, 50.0 * i + 24)
    assert watch_street(street, [SQUARE], looks(480)).confirmed == []


def test_customers_and_vendor_take_turns() -> None:
    """Anyone who lingers attends; nobody needs to be the same person."""
    street = stall()
    for i in range(20):
        box = VENDOR if i % 2 else (0.35, 0.40, 0.41, 0.70)
        street.add("person", box, 12.0 * i, 12.0 * i + 11, sway=0.2)
    assert len(watch_street(street, [SQUARE], looks(160)).confirmed) == 1


def test_several_goods_are_one_stall_and_one_event() -> None:
    street = with_vendor(stall(0, 300).add("umbrella", PARASOL, 0, 300), 0, 300)
    street.add("chair", (0.64, 0.58, 0.69, 0.70), 0, 300).add("banana", (0.36, 0.60, 0.41, 0.66), 0, 300)
    told = watch_street(street, [SQUARE], looks(450))
    assert len(told.confirmed) == 1
    assert told.confirmed[0].count >= 3
    assert len(told.cleared) == 1


def test_two_stalls_far_apart_are_two_events() -> None:
    street = with_vendor(stall())
    street.add("dining table", (0.08, 0.55, 0.2, 0.68)).add("person", (0.21, 0.4, 0.27, 0.7), sway=0.2)
    told = watch_street(street, [SQUARE], looks(120))
    assert len(told.confirmed) == 2


def test_small_goods_make_a_stall_together() -> None:
    one = with_vendor(Street().add("orange", (0.44, 0.62, 0.52, 0.70)))
    several = with_vendor(Street().add("orange", (0.44, 0.62, 0.52, 0.70)).add("apple", (0.36, 0.62, 0.43, 0.70)))
    assert watch_street(one, [SQUARE], looks(150)).confirmed == []
    assert len(watch_street(several, [SQUARE], looks(150)).confirmed) == 1


def test_a_stall_that_grows_counts_from_when_it_was_one() -> None:
    """A bench stands there for ever and people sit on it; then somebody spreads goods beside it."""
    street = with_vendor(Street().add("bench", TABLE))
    street.add("suitcase", (0.36, 0.60, 0.41, 0.68), 200, 900)
    told = watch_street(street, [SQUARE], looks(400))
    assert len(told.confirmed) == 1
    assert 260 <= told.confirmed_at()[0] <= 268
    assert told.confirmed[0].first_seen_s - START_S >= 200


def test_a_traveller_who_rests_a_suitcase_beside_a_bench_for_half_a_minute_is_no_vendor() -> None:
    street = with_vendor(Street().add("bench", TABLE)).add("suitcase", (0.36, 0.60, 0.41, 0.68), 200, 230)
    assert watch_street(street, [SQUARE], looks(300)).confirmed == []


def test_a_vendor_at_a_public_bench_is_reported_each_time_and_cleared_each_time() -> None:
    street = Street().add("bench", TABLE)
    for day in range(2):
        with_vendor(street, 300.0 * day, 300.0 * day + 150)
        street.add("umbrella", PARASOL, 300.0 * day, 300.0 * day + 150)
    told = watch_street(street, [SQUARE], looks(620))
    assert len(told.confirmed) == 2
    assert len(told.cleared) == 2


def test_a_person_who_waits_under_an_umbrella_is_no_stall() -> None:
    umbrella = (0.55, 0.36, 0.63, 0.44)
    street = Street().add("person", (0.56, 0.40, 0.62, 0.70), sway=0.05).add("umbrella", umbrella, sway=0.03)
    for i in range(10):
        street.add("person", (0.0, 0.6, 0.06, 0.9), 20.0 * i, 20.0 * i + 12, to_box=(0.94, 0.6, 1.0, 0.9))
    assert watch_street(street, [SQUARE], looks(240)).confirmed == []


def test_a_stall_hidden_by_a_bus_keeps_its_time() -> None:
    street = with_vendor(stall()).add("bus", (0.25, 0.2, 0.85, 0.9), 20, 50)
    told = watch_street(street, [SQUARE], looks(150))
    assert len(told.confirmed) == 1
    assert told.confirmed_at()[0] <= 66


def test_a_stream_gap_of_a_minute_does_not_end_the_attendance() -> None:
    at = [t_s for t_s in looks(200) if not 30 <= t_s < 90]
    told = watch_street(with_vendor(stall()), [zone("street_vending", dwell_s=120)], at)
    assert len(told.confirmed) == 1
    assert told.confirmed_at()[0] <= 126


def test_a_vendor_before_the_stall_attends_it() -> None:
    street = stall().add("person", (0.44, 0.45, 0.50, 0.76), sway=0.2)
    assert len(watch_street(street, [SQUARE], looks(120)).confirmed) == 1


def test_a_vendor_behind_the_table_attends_it() -> None:
    """Only the upper half is to be seen."""
    street = stall().add("person", (0.44, 0.36, 0.50, 0.56), sway=0.2)
    assert len(watch_street(street, [SQUARE], looks(120)).confirmed) == 1


def test_a_stall_on_the_shops_own_ground_is_none() -> None:
    shop = zone("street_vending", polygon=((0.02, 0.75), (0.98, 0.75), (0.98, 0.98), (0.02, 0.98)))
    assert watch_street(with_vendor(stall()), [shop], looks(150)).confirmed == []


@pytest.mark.parametrize("label", ["stall", "cart", "parasol"])
def test_a_trained_models_own_classes_slot_in(label: str) -> None:
    street = with_vendor(Street().add(label, TABLE if label != "parasol" else PARASOL))
    assert len(watch_street(street, [SQUARE], looks(120)).confirmed) == 1


def test_the_box_is_told_where_the_stall_is_not_only_its_first_thing() -> None:
    street = with_vendor(stall().add("umbrella", PARASOL))
    event = watch_street(street, [SQUARE], looks(120)).confirmed[0]
    assert event.box[0] == pytest.approx(PARASOL[0], abs=0.01)
    assert event.box[1] == pytest.approx(PARASOL[1], abs=0.01)
