"""The gate: what counts as a change of the street, and what is only light, noise or the same again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.looking.gate import Gate, Luma, differ, part_of

RNG = np.random.default_rng(3)


def street(noise: float = 1.5) -> Luma:
    """A textured street, with fresh noise of a sensor on it."""
    return noisy(np.random.default_rng(8).uniform(60, 180, (30, 40)).repeat(3, 0).repeat(3, 1), noise)


def noisy(values: NDArray[np.floating[Any]], noise: float) -> Luma:
    return np.clip(values + RNG.normal(0, noise, values.shape), 0, 255).astype(np.uint8)


def with_car(picture: Luma, width: int = 8, height: int = 5) -> Luma:
    parked = picture.copy()
    parked[40 : 40 + height, 50 : 50 + width] = 25
    return parked


@pytest.mark.parametrize("noise", [0.0, 1.5, 4.0])
def test_a_still_street_is_the_same_whatever_the_noise(noise: float) -> None:
    assert not any(differ(street(noise), street(noise)) for _ in range(20))


@pytest.mark.parametrize(("gain", "offset"), [(0.8, 0), (1.25, 0), (1.0, 30), (1.0, -30)])
def test_light_that_changes_everywhere_alike_is_no_change(gain: float, offset: float) -> None:
    before = street()
    assert not differ(before, noisy(before * gain + offset, 1.0))


def test_a_small_car_far_away_that_comes_or_goes_is_a_change() -> None:
    assert differ(street(), with_car(street()))
    assert differ(with_car(street()), street())


def test_what_comes_slowly_adds_up() -> None:
    gate, empty = Gate(), street(0.5)
    gate.looked("kerb", empty, 0.0)
    shares = np.linspace(0.0, 1.0, 21)
    blended = [noisy(empty + share * (with_car(empty).astype(float) - empty), 0.5) for share in shares]
    assert not gate.changed("kerb", blended[0])
    assert gate.changed("kerb", blended[-1])


def test_what_the_detector_never_saw_has_changed() -> None:
    gate = Gate()
    assert gate.changed("kerb", street())
    gate.looked("kerb", street(), 5.0)
    assert not gate.changed("kerb", street())
    assert gate.looked_at_s("kerb") == 5.0
    assert gate.looked_at_s("elsewhere") == -np.inf


def test_a_picture_of_another_size_has_changed() -> None:
    gate = Gate()
    gate.looked("kerb", street(), 0.0)
    assert gate.changed("kerb", street()[:-2])


def test_a_part_at_the_edge_has_at_least_one_pixel() -> None:
    assert part_of(street(), (0.999, 0.999, 1.0, 1.0)).size >= 1
    assert part_of(street(), (0.0, 0.0, 1.0, 1.0)).shape == street().shape
