"""Whether two looks at a place show the same thing: whatever light, noise and compression do, and nothing else."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.looking.patches import Plane, patch_at
from rules.appearance import PATCH_BYTES, Likeness, blend, compare
from rules.observation import Box
from tests.street import texture

Planes = tuple[Plane, Plane, Plane]
WIDTH_PX, HEIGHT_PX = 640, 360
PLACE: Box = (0.3, 0.3, 0.5, 0.6)  # 128 x 108 pixels
RED, BLUE, GREY = (100.0, 160.0), (160.0, 105.0), (128.0, 128.0)
SEEDS = range(1, 13)


def picture(seed: int, colour: tuple[float, float] = GREY, *, shift_px: tuple[int, int] = (0, 0)) -> Planes:
    """A car (a texture) in PLACE on a road, moved by some pixels."""
    luma = texture(0, WIDTH_PX, HEIGHT_PX, 12.0, 95.0, 4).copy()
    u, v = (np.full((HEIGHT_PX, WIDTH_PX), 128, np.float32) for _ in range(2))
    x1, y1 = round(PLACE[0] * WIDTH_PX) + shift_px[0], round(PLACE[1] * HEIGHT_PX) + shift_px[1]
    cut = np.s_[y1 : y1 + 108, x1 : x1 + 128]
    luma[cut] = texture(seed, 128, 108)
    u[cut], v[cut] = colour
    return planes(luma, u[::2, ::2], v[::2, ::2])


def planes(*values: NDArray[Any]) -> Planes:
    y, u, v = (np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in values)
    return y, u, v


def lit(source: Planes, gain: float, offset: float = 0.0) -> Planes:
    luma, u, v = (plane.astype(np.float32) for plane in source)
    return planes(gain * luma + offset, 128 + gain * (u - 128), 128 + gain * (v - 128))


def noisy(source: Planes, sigma: float) -> Planes:
    rng = np.random.default_rng(5)
    luma, u, v = (plane + rng.normal(0, sigma, plane.shape).astype(np.float32) for plane in source)
    return planes(luma, u, v)


def as_jpeg(source: Planes, quality: int) -> Planes:
    """Each plane compressed for itself."""
    luma, u, v = (
        np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
        for plane in source
        for packed in (cv2.imencode(".jpg", plane, [cv2.IMWRITE_JPEG_QUALITY, quality])[1],)
    )
    return luma, u, v


def likeness(first: Planes, second: Planes) -> Likeness:
    alike = compare(patch_at(first, PLACE), patch_at(second, PLACE))
    assert alike is not None
    return alike


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("gain", "offset"), [(0.5, 0.0), (0.4, 12.0), (1.25, 0.0), (0.8, 40.0), (1.2, -20.0)])
def test_brighter_and_darker_is_the_same(seed: int, gain: float, offset: float) -> None:
    assert likeness(picture(seed), lit(picture(seed), gain, offset)).same


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("colour", [RED, BLUE])
def test_a_coloured_car_in_half_the_light_is_the_same(seed: int, colour: tuple[float, float]) -> None:
    assert likeness(picture(seed, colour), lit(picture(seed, colour), 0.5)).same


@pytest.mark.parametrize("seed", SEEDS)
def test_a_noisy_night_is_the_same(seed: int) -> None:
    assert likeness(picture(seed), noisy(lit(picture(seed), 0.4), 6.0)).same


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("quality", [15, 40, 80])
def test_compression_is_the_same(seed: int, quality: int) -> None:
    assert likeness(picture(seed), as_jpeg(picture(seed), quality)).same


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shift_px", [(2, 0), (0, 2), (-2, 2), (5, -3)])
def test_some_pixels_aside_is_the_same(seed: int, shift_px: tuple[int, int]) -> None:
    assert likeness(picture(seed), picture(seed, shift_px=shift_px)).same


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_at_once_is_not_another(seed: int) -> None:
    worst = as_jpeg(noisy(lit(picture(seed, shift_px=(2, 1)), 0.5, 5), 4.0), 30)
    assert not likeness(picture(seed), worst).another


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("other", [31, 32, 33, 34, 35])
def test_another_car_is_another(seed: int, other: int) -> None:
    alike = likeness(picture(seed), picture(other))
    assert alike.another
    assert not alike.same


@pytest.mark.parametrize("seed", SEEDS)
def test_the_empty_road_is_another(seed: int) -> None:
    road = picture(seed, shift_px=(200, 0))
    assert likeness(picture(seed), road).another


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_model_in_another_colour_is_another(seed: int) -> None:
    assert likeness(picture(seed, RED), picture(seed, BLUE)).another
    assert likeness(picture(seed, GREY), picture(seed, RED)).another


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.2, 0.4])
def test_somebody_before_a_part_of_it_does_not_make_it_another(seed: int, share: float) -> None:
    partly = tuple(plane.copy() for plane in picture(seed))
    for plane, scale in zip(partly, (1, 2, 2), strict=True):
        x1, y1 = 192 // scale, 108 // scale
        plane[y1 : y1 + 108 // scale, x1 : x1 + round(share * 128 / scale)] = 60 if scale == 1 else 120
    assert not likeness(picture(seed), partly).another  # type: ignore[arg-type]


def covered(source: Planes, share: float, colour: tuple[float, float] = RED) -> Planes:
    """Somebody in red stands before the left `share` of the place."""
    y, u, v = (plane.copy() for plane in source)
    y[108:216, 192 : 192 + round(share * 128)] = texture(99, 128, 108)[:, : round(share * 128)]
    for plane, value in ((u, colour[0]), (v, colour[1])):
        plane[54:108, 96 : 96 + round(share * 64)] = value
    return y, u, v


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.3, 0.4, 0.5, 0.6, 0.7])
def test_what_is_left_of_a_hidden_car_is_still_the_same(seed: int, share: float) -> None:
    now = covered(lit(picture(seed), 0.7), share)
    alike = compare(patch_at(picture(seed), PLACE), patch_at(now, PLACE), ((-0.2, -0.5, share, 1.3),))
    assert alike is not None
    assert alike.same


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("share", [0.3, 0.4, 0.5])
def test_what_is_left_of_another_hidden_car_is_another(seed: int, share: float) -> None:
    now = covered(picture(seed + 30), share)
    alike = compare(patch_at(picture(seed), PLACE), patch_at(now, PLACE), ((-0.2, -0.5, share, 1.3),))
    assert alike is not None
    assert alike.another


def test_a_car_that_is_hidden_as_good_as_wholly_says_nothing() -> None:
    reference = patch_at(picture(1), PLACE)
    assert compare(reference, patch_at(covered(picture(1), 0.9), PLACE), ((0.0, 0.0, 0.9, 1.0),)) is None


def test_a_flat_patch_says_nothing() -> None:
    grey = planes(
        np.full((HEIGHT_PX, WIDTH_PX), 90, np.float32), *(np.full((180, 320), 128, np.float32) for _ in range(2))
    )
    assert compare(patch_at(grey, PLACE), patch_at(picture(1), PLACE)) is None
    assert compare(patch_at(noisy(grey, 2.0), PLACE), patch_at(picture(1), PLACE)) is None


def test_what_turns_black_is_not_the_same() -> None:
    assert not likeness(picture(1), lit(picture(1), 0.0)).same


def test_no_patch_says_nothing() -> None:
    patch = patch_at(picture(1), PLACE)
    assert compare(b"", patch) is None
    assert compare(patch, b"") is None
    assert compare(patch[:-1], patch) is None


def test_a_patch_has_its_size_and_is_most_like_itself() -> None:
    patch = patch_at(picture(1), PLACE)
    assert len(patch) == PATCH_BYTES == 648
    alike = compare(patch, patch)
    assert alike is not None
    assert alike.half == pytest.approx(1, abs=0.01)


def test_a_reference_follows_the_light_slowly() -> None:
    day, night = patch_at(picture(1), PLACE), patch_at(lit(picture(1), 0.3), PLACE)
    reference = day
    for _ in range(60):
        reference = blend(reference, night)
    follow = np.abs(np.frombuffer(reference, np.uint8).astype(int) - np.frombuffer(night, np.uint8))
    once = np.abs(np.frombuffer(blend(day, night), np.uint8).astype(int) - np.frombuffer(day, np.uint8))
    assert follow.max() <= 5
    assert once.max() <= 0.11 * 255


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((0.995, 0.3, 1.1, 0.6), id="a sliver at the edge"),
        pytest.param((1.2, 0.3, 1.4, 0.6), id="outside"),
        pytest.param((0.5, 0.5, 0.505, 0.505), id="far away"),
        pytest.param((0.5, 0.5, 0.4, 0.4), id="inside out"),
    ],
)
def test_a_place_too_small_to_be_seen_has_no_patch(box: Box) -> None:
    assert patch_at(picture(1), box) == b""


def test_a_box_reaching_past_the_picture_has_the_patch_of_what_is_seen() -> None:
    assert len(patch_at(picture(1), (0.9, 0.8, 1.2, 1.3))) == PATCH_BYTES
