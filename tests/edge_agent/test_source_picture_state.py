"""Pictures that look like an empty street and are none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.source import PictureState, PictureWatch, picture_state, small_luma
from tests.edge_agent.media import numbered_picture

Picture = NDArray[np.uint8]


def street(number: int = 0, noise: int = 2) -> Picture:
    picture = numbered_picture(3, 640, 360)[:, :, 1].astype(int)
    grain = np.random.default_rng(number).integers(-noise, noise + 1, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def dark_street_with_a_lamp() -> Picture:
    picture = np.random.default_rng(1).integers(14, 24, (360, 640)).astype(np.uint8)
    picture[100:160, 200:260] = 180
    return picture


@pytest.mark.parametrize("picture", [street(), street(noise=0), dark_street_with_a_lamp()])
def test_a_street_by_day_and_by_night_is_ok(picture: Picture) -> None:
    judgement = picture_state(None, small_luma(picture))
    assert judgement.state is PictureState.OK
    assert judgement.reason_en == judgement.reason_zh == ""


@pytest.mark.parametrize("level", [0, 16, 30])
def test_a_dark_picture_is_black_and_says_what_to_check(level: int) -> None:
    judgement = picture_state(None, np.full((20, 40), level, np.uint8))
    assert judgement.state is PictureState.BLACK
    assert "lens cap" in judgement.reason_en
    assert "镜头盖" in judgement.reason_zh


def test_a_covered_or_blinded_lens_shows_nothing() -> None:
    assert picture_state(None, np.full((20, 40), 235, np.uint8)).state is PictureState.BLACK


def test_the_same_picture_twice_is_frozen_and_one_with_new_noise_is_not() -> None:
    now = small_luma(street(1))
    assert picture_state(now, now.copy()).state is PictureState.FROZEN
    assert picture_state(small_luma(street(2)), now).state is PictureState.OK


def test_a_camera_that_changed_its_resolution_is_not_frozen() -> None:
    assert picture_state(small_luma(street())[:10], small_luma(street())).state is PictureState.OK


def test_frozen_is_said_only_after_several_equal_pictures_and_taken_back_at_the_first_that_differs() -> None:
    watch = PictureWatch(frozen_after=3)
    states = [watch.judge(street(number)).state for number in (1, 2, 2, 2, 2, 2, 3)]
    ok, frozen = PictureState.OK, PictureState.FROZEN
    assert states == [ok, ok, ok, ok, frozen, frozen, ok]


def test_a_still_street_that_changes_only_between_the_compared_pixels_is_not_frozen() -> None:
    watch = PictureWatch(frozen_after=2)
    picture = street(noise=0)
    states = []
    for brightness in range(8):
        picture[3, 5] = brightness
        states.append(watch.judge(picture).state)
    assert set(states) == {PictureState.OK}


def test_a_small_luma_is_a_copy_of_a_few_thousand_pixels() -> None:
    full = np.zeros((1080, 1920), np.uint8)
    small = small_luma(full)
    assert small.size == 67 * 120 or small.size == 68 * 120
    assert not np.shares_memory(small, full)
