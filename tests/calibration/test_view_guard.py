"""A camera that was turned is noticed at once; buses, rain, night and a flash are not taken for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from calibration.view_guard import HEIGHT_PX, WIDTH_PX, Luma, ViewGuard, ViewState, small
from tests.street import texture

OK, DOUBTFUL, MOVED, BLIND = ViewState.OK, ViewState.DOUBTFUL, ViewState.MOVED, ViewState.BLIND


@cache
def street(seed: int = 3) -> Luma:
    """A textured view of 1280 x 720, as houses, kerbs and lamps give one."""
    return np.clip(texture(seed, 1280, 720, 30.0, 110.0, 4), 0, 255).astype(np.uint8)


def turned(picture: Luma, right_px: float = 0, down_px: float = 0, degrees: float = 0, zoom: float = 1.0) -> Luma:
    turn = np.asarray(cv2.getRotationMatrix2D((640, 360), degrees, zoom), np.float64)
    turn[:, 2] += np.array([right_px, down_px])
    return np.asarray(cv2.warpAffine(picture, turn, (1280, 720), borderMode=cv2.BORDER_REFLECT), np.uint8)


def lit(picture: Luma, gain: float, offset: float = 0.0, noise: float = 0.0) -> Luma:
    grain = np.random.default_rng(4).normal(0, noise, picture.shape) if noise else 0.0
    return np.asarray(np.clip(gain * picture + offset + grain, 0, 255), np.uint8)


def bus_before(picture: Luma, share: float, left: float = 0.0) -> Luma:
    covered = picture.copy()
    x1 = round(1280 * left)
    width = min(1280 - x1, round(1280 * share))
    covered[:, x1 : x1 + width] = np.clip(texture(77, width, 720, 25.0, 150.0, 2), 0, 255).astype(np.uint8)
    return covered


def guard_of(picture: Luma) -> ViewGuard:
    guard = ViewGuard()
    assert guard.check(small(picture)).state is OK
    return guard


def states(guard: ViewGuard, *pictures: Luma) -> list[ViewState]:
    return [guard.check(small(picture)).state for picture in pictures]


TURNS = [
    pytest.param(lambda p: turned(p, 24), id="2 % to the side"),
    pytest.param(lambda p: turned(p, 64), id="5 % to the side"),
    pytest.param(lambda p: turned(p, 400), id="a third to the side"),
    pytest.param(lambda p: turned(p, 0, 30), id="4 % down"),
    pytest.param(lambda p: turned(p, -40, 25, 3), id="knocked"),
    pytest.param(lambda p: turned(p, degrees=12), id="rolled"),
    pytest.param(lambda p: turned(p, zoom=1.4), id="zoomed"),
    pytest.param(lambda p: street(8), id="another street"),
]


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_camera_is_noticed_within_two_looks(turn: Callable[[Luma], Luma]) -> None:
    assert states(guard_of(street()), turn(street()), turn(street())) == [DOUBTFUL, MOVED]


@pytest.mark.parametrize("turn", TURNS[:5])
def test_a_turned_camera_is_noticed_in_other_light(turn: Callable[[Luma], Luma]) -> None:
    evening = lit(turn(street()), 0.5, 0, 3.0)
    assert states(guard_of(street()), evening, evening)[-1] is MOVED


def test_a_turned_camera_is_noticed_behind_a_bus() -> None:
    pictures = [bus_before(turned(street(), 60), 0.35, left) for left in (0.1, 0.3)]
    assert states(guard_of(street()), *pictures)[-1] is MOVED


UNTURNED = [
    pytest.param(lambda p: turned(p, 8, 4), id="trembles in the wind"),
    pytest.param(lambda p: bus_before(p, 0.4, 0.3), id="a bus over two fifths"),
    pytest.param(lambda p: bus_before(p, 0.5, 0.5), id="a truck over one half"),
    pytest.param(lambda p: lit(p, 0.5), id="half the light"),
    pytest.param(lambda p: lit(p, 0.25, 0, 4.0), id="night with noise"),
    pytest.param(lambda p: lit(p, 1.3, 20), id="glaring sun"),
    pytest.param(lambda p: lit(bus_before(p, 0.4), 0.5, 0, 3.0), id="a bus in the evening"),
    pytest.param(lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), 4), np.uint8), id="rain on the glass"),
    pytest.param(lambda p: lit(p, 0.15, 170), id="fog"),
]


@pytest.mark.parametrize("change", UNTURNED)
def test_what_is_no_turn_does_not_suspend_the_zones(change: Callable[[Luma], Luma]) -> None:
    assert states(guard_of(street()), *[change(street())] * 5) == [OK] * 5


def test_a_bus_that_fills_the_picture_is_doubtful_for_a_look_and_forgotten() -> None:
    assert states(guard_of(street()), bus_before(street(), 0.95), street()) == [DOUBTFUL, OK]


def test_a_camera_that_swings_back_is_trusted_again() -> None:
    away = turned(street(), 200)
    assert states(guard_of(street()), away, away, away, street(), street()) == [DOUBTFUL, MOVED, MOVED, OK, OK]


def test_a_camera_that_swings_half_the_way_back_is_not() -> None:
    guard = guard_of(street())
    assert states(guard, *[turned(street(), 200)] * 3, *[turned(street(), 40)] * 3)[-3:] == [MOVED] * 3


def test_a_turned_camera_is_never_taken_for_the_light() -> None:
    """The reference follows the light; it must not follow a turn of a few pixels, however long it lasts."""
    guard = guard_of(street())
    assert states(guard, *[turned(street(), 24)] * 200)[-1] is MOVED


def test_the_reference_follows_the_dusk() -> None:
    guard = guard_of(street())
    night = lit(street(), 0.2, 0, 2.0)
    evening = [lit(street(), 1.0 - 0.8 * i / 100) for i in range(100)]
    assert set(states(guard, *evening, *[night] * 20)) == {OK}
    assert guard.reference is not None
    assert float(guard.reference.mean()) < 0.6 * float(street().mean())


def test_an_accepted_view_is_the_new_one() -> None:
    guard, new = guard_of(street()), turned(street(), 300)
    states(guard, new, new)
    guard.accept()
    assert states(guard, new, new, street(), street()) == [OK, OK, DOUBTFUL, MOVED]


def test_a_restart_remembers_the_view() -> None:
    kept = guard_of(street()).reference
    assert states(ViewGuard(kept), street()) == [OK]
    assert states(ViewGuard(kept), turned(street(), 200), turned(street(), 200)) == [DOUBTFUL, MOVED]


def test_a_view_that_began_in_the_dark_is_learnt_at_dawn() -> None:
    dark = lit(street(), 0.03)
    assert states(ViewGuard(), dark, dark, street(), street()) == [BLIND, BLIND, OK, OK]
    guard = ViewGuard()
    states(guard, dark, street())
    assert states(guard, turned(street(), 200), turned(street(), 200)) == [DOUBTFUL, MOVED]


def test_a_covered_lens_is_no_turn() -> None:
    covered = np.full((720, 1280), 70, np.uint8)
    assert states(guard_of(street()), *[covered] * 5, street()) == [DOUBTFUL] * 5 + [OK]


def test_a_turned_camera_stays_turned_while_its_lens_is_covered() -> None:
    away, covered = turned(street(), 200), np.full((720, 1280), 70, np.uint8)
    assert states(guard_of(street()), away, away, covered, away) == [DOUBTFUL, MOVED, MOVED, MOVED]


@pytest.mark.parametrize("shape", [(720, 1280), (1080, 1920), (480, 640), (181, 321), (90, 160)])
def test_pictures_of_any_size_are_compared_at_one_size(shape: tuple[int, int]) -> None:
    picture = cv2.resize(street(), shape[::-1])
    assert small(np.asarray(picture, np.uint8)).shape == (HEIGHT_PX, WIDTH_PX)


def test_the_agreement_says_how_much_still_fits() -> None:
    guard = guard_of(street())
    assert guard.check(small(street())).agreement == pytest.approx(1.0)
    assert 0.4 < guard.check(small(bus_before(street(), 0.4))).agreement < 0.8
