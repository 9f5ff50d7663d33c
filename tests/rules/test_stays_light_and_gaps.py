"""Light changes, bad pictures and lost streams say nothing of what stands in the street."""

from __future__ import annotations

import math

import pytest

from rules.event import EventPhase
from rules.observation import Detection, Observation, View
from rules.watch import Watch
from tests.street import CAR, START_S, UTC, Street, looks, watch_street, zone

KERB = [zone()]


def dusk(t_s: float) -> tuple[float, float]:
    """Down to two fifths within half a minute."""
    return max(0.4, 1.0 - t_s / 50), 0.0


def cloud(t_s: float) -> tuple[float, float]:
    return (0.4, 10.0) if 15 <= t_s < 35 else (1.0, 0.0)


def flicker(t_s: float) -> tuple[float, float]:
    return (0.5, 0.0) if round(t_s / 2) % 2 else (1.1, 8.0)


def lamp(t_s: float) -> tuple[float, float]:
    return 0.8 + 0.3 * math.sin(t_s), 15 * math.sin(1.7 * t_s)


@pytest.mark.parametrize("light", [dusk, cloud, flicker, lamp])
@pytest.mark.parametrize("detector", ["sees it", "misses two of three"])
def test_a_car_stays_the_same_while_the_light_changes(light: object, detector: str) -> None:
    street = Street(light=light)  # type: ignore[arg-type]
    street.add("car", CAR, score=lambda t_s: 0.8 if detector == "sees it" or round(t_s / 2) % 3 == 0 else 0.0)
    told = watch_street(street, KERB, looks(200))
    assert told.confirmed_at() in ([60], [62], [64])
    assert told.confirmed[0].first_seen_s == START_S
    assert told.cleared == []


def test_an_empty_road_stays_empty_while_the_light_changes() -> None:
    assert watch_street(Street(light=flicker), KERB, looks(200)).events == []


@pytest.mark.parametrize("gap_s", [12, 60, 600, 3600])
def test_a_stream_gap_changes_nothing_but_the_proof(gap_s: float) -> None:
    at = [t_s for t_s in looks(gap_s + 200) if not 30 < t_s < 30 + gap_s]
    told = watch_street(Street().add("car", CAR), [zone(dwell_s=100)], at)
    assert len(told.confirmed) == 1
    assert told.confirmed_at()[0] == max(100, 30 + gap_s)
    assert told.confirmed[0].first_seen_s == START_S
    assert told.confirmed[0].counts.longest_gap_s == pytest.approx(gap_s, abs=2)


def test_a_car_that_left_in_a_gap_is_not_reported() -> None:
    at = [t_s for t_s in looks(900) if not 30 < t_s < 700]
    told = watch_street(Street().add("car", CAR, 0, 100), KERB, at)
    assert told.confirmed == []


def test_a_reported_car_that_left_in_a_gap_is_cleared_only_after_its_place_was_seen_empty_for_long_enough() -> None:
    at = [t_s for t_s in looks(900) if not 100 < t_s < 700]
    told = watch_street(Street().add("car", CAR, 0, 300), KERB, at)
    assert told.confirmed_at() == [60]
    assert len(told.cleared) == 1
    assert 715 <= told.cleared_at()[0] <= 732


def test_another_car_after_a_gap_is_another_stay() -> None:
    at = [t_s for t_s in looks(900) if not 30 < t_s < 700]
    told = watch_street(Street().add("car", CAR, 0, 100).add("car", CAR, 650, 900), KERB, at)
    assert [event.first_seen_s - START_S for event in told.confirmed] == [700]


@pytest.mark.parametrize("back_s", [90.0, 3600.0])
def test_a_clock_that_is_set_back_stops_no_stay_and_starts_none_again(back_s: float) -> None:
    watch = Watch("cam", KERB, UTC)
    confirmed = []
    for t_s in looks(100):
        clock_s = START_S + t_s - (back_s if t_s > 30 else 0.0)
        events = watch.observe(Observation("cam", clock_s, detections=(Detection("car", 0.9, CAR),)))
        confirmed += [t_s for event in events if event.phase is EventPhase.CONFIRMED]
    assert confirmed in ([60], [62]), "the look at the jump costs its interval"


def test_unusable_pictures_make_nothing_leave() -> None:
    street = Street(view=lambda t_s: View.UNUSABLE if 20 <= t_s < 200 else View.OK).add("car", CAR)
    told = watch_street(street, [zone(dwell_s=100)], looks(300))
    assert told.confirmed_at() == [200]
    assert told.confirmed[0].counts.unknown == 90


def test_unusable_pictures_do_not_weaken_the_proof() -> None:
    """A weak object, sure in every fourth look, after an hour of black pictures."""
    street = Street(view=lambda t_s: View.UNUSABLE if 60 <= t_s < 3660 else View.OK)
    street.add("car", CAR, score=lambda t_s: 0.5 if round(t_s / 2) % 4 == 0 else 0.2)
    told = watch_street(street, [zone(dwell_s=100)], looks(3800))
    assert told.confirmed_at() == [3660]


def test_a_moved_view_gives_no_events() -> None:
    street = Street(view=lambda t_s: View.MOVED if t_s >= 50 else View.OK).add("car", CAR)
    told = watch_street(street, KERB, looks(600))
    assert [event.phase.value for event in told.events] == ["opened"]


def test_a_reported_car_is_not_cleared_by_a_moved_view() -> None:
    street = Street(view=lambda t_s: View.MOVED if t_s >= 80 else View.OK).add("car", CAR, 0, 90)
    told = watch_street(street, KERB, looks(600))
    assert told.confirmed_at() == [60]
    assert told.cleared == []


def test_a_camera_that_swings_back_goes_on() -> None:
    street = Street(view=lambda t_s: View.MOVED if 20 <= t_s < 80 else View.OK).add("car", CAR)
    told = watch_street(street, KERB, looks(200))
    assert told.confirmed_at() == [80]
    assert told.confirmed[0].first_seen_s == START_S


def test_looks_without_any_appearance_still_serve() -> None:
    """Replayed from a recording without patches, or of objects too small to have one."""
    street = Street(textured=False).add("car", CAR, 0, 100)
    told = watch_street(street, KERB, looks(200))
    assert told.confirmed_at() == [60]
    assert len(told.cleared) == 1
