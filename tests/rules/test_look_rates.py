"""Sparse looks lose nothing: the same violations at 12 looks a second, one in 2 s and one in 4 s."""

from __future__ import annotations

import pytest

from tests.street import BUS_IN_FRONT, CAR, START_S, Street, looks, watch_street, zone

RATES = [pytest.param(1 / 12, id="12 a second"), pytest.param(2.0, id="one in 2 s"), pytest.param(4.0, id="one in 4 s")]


@pytest.mark.parametrize("every_s", RATES)
def test_an_occluded_car_a_swap_and_a_passing_van_are_judged_alike_at_every_rate(every_s: float) -> None:
    street = Street().add("car", CAR, 4, 100).add("bus", BUS_IN_FRONT, 12, 20)
    street.add("car", (0.05, 0.45, 0.25, 0.65), 0, 16).add("car", (0.05, 0.45, 0.25, 0.65), 20, 110)
    street.add("van", (0.0, 0.7, 0.2, 0.95), 26, 30, to_box=(0.8, 0.7, 1.0, 0.95))
    told = watch_street(street, [zone(dwell_s=24)], looks(54, every_s))
    found = sorted((event.label, event.first_seen_s - START_S, event.at_s - START_S) for event in told.confirmed)
    assert [label for label, *_ in found] == ["car", "car"]
    for (_, since_s, at_s), came_s in zip(found, (4, 20), strict=True):
        assert came_s <= since_s <= came_s + every_s
        assert since_s + 24 <= at_s <= since_s + 24 + every_s + 1e-3


@pytest.mark.parametrize("every_s", RATES)
def test_a_vendor_is_judged_alike_at_every_rate(every_s: float) -> None:
    street = Street().add("dining table", (0.42, 0.55, 0.54, 0.68))
    street.add("person", (0.56, 0.40, 0.62, 0.70), 0, 20, sway=0.3).add(
        "person", (0.56, 0.40, 0.62, 0.70), 30, sway=0.3
    )
    street.add("dining table", (0.1, 0.55, 0.2, 0.68))
    told = watch_street(street, [zone("street_vending", dwell_s=40)], looks(60, every_s))
    assert len(told.confirmed) == 1
    assert 40 <= told.confirmed_at()[0] <= 50


@pytest.mark.parametrize("every_s", RATES)
def test_passers_by_attend_nothing_at_any_rate(every_s: float) -> None:
    street = Street().add("dining table", (0.42, 0.55, 0.54, 0.68))
    for i in range(10):
        street.add("person", (-0.05, 0.4, 0.01, 0.7), 7.0 * i, 7.0 * i + 7, to_box=(1.0, 0.4, 1.06, 0.7))
    told = watch_street(street, [zone("street_vending", dwell_s=30)], looks(60, every_s))
    assert told.confirmed == []


@pytest.mark.parametrize("every_s", RATES)
def test_a_weak_object_is_found_at_every_rate(every_s: float) -> None:
    street = Street().add("car", CAR, 0, 90, score=lambda t_s: 0.5 if round(t_s / 4) % 2 == 0 else 0.2)
    told = watch_street(street, [zone(dwell_s=40)], looks(60, every_s))
    assert len(told.confirmed) == 1
    assert told.confirmed_at()[0] <= 48


def test_an_uneven_rhythm_of_looks_serves_as_well() -> None:
    at, t_s, step = [], 0.0, 0
    while t_s < 120:
        at.append(t_s)
        t_s += (0.3, 5.0, 1.1, 8.0, 2.0)[step % 5]
        step += 1
    told = watch_street(Street().add("car", CAR), [zone()], at)
    assert len(told.confirmed) == 1
    assert 60 <= told.confirmed_at()[0] <= 68
