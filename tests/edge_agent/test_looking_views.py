"""Which parts of a picture the detector can be given: all that belongs to a zone, large enough to make things out."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edge_agent.looking.views import View, ViewPlan, merged, region_of, tiles_of
from rules.observation import Box
from rules.zone import Zone
from tests.street import zone

quick = settings(derandomize=True, database=None, deadline=None, max_examples=120)

SIZES = [(640, 360), (1280, 720), (1920, 1080), (3840, 2160), (704, 576), (1279, 719)]
fraction = st.floats(0, 1)


@st.composite
def zones(draw: st.DrawFn) -> Zone:
    x1, y1, x2, y2 = draw(fraction), draw(fraction), draw(fraction), draw(fraction)
    assume(abs(x1 - x2) > 0.02 and abs(y1 - y2) > 0.02)
    corners = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    return zone(polygon=corners[: draw(st.sampled_from([3, 4]))])


Plan = tuple[ViewPlan, list[Zone], tuple[int, int], int]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    drawn = draw(st.lists(zones(), min_size=1, max_size=5))
    (width, height), input_px = draw(st.sampled_from(SIZES)), draw(st.sampled_from([320, 416, 640]))
    return ViewPlan(drawn, width, height, input_px), drawn, (width, height), input_px


def is_good(view: View, size: tuple[int, int]) -> bool:
    """Even numbers (chroma has half the resolution), not empty, inside the picture."""
    corners = (view.x1, view.y1, view.x2, view.y2)
    return (
        all(value % 2 == 0 for value in corners)
        and 0 <= view.x1 < view.x2 <= size[0]
        and 0 <= view.y1 < view.y2 <= size[1]
    )


@quick
@given(plans())
def test_every_view_is_even_not_empty_and_inside_the_picture(
    plan: Plan,
) -> None:
    made, _, size, _ = plan
    assert made.regions
    for view in (*made.regions, *made.tiles):
        assert is_good(view, size)


@quick
@given(plans())
def test_every_pixel_of_every_zone_is_in_a_region(plan: Plan) -> None:
    made, drawn, (width, height), _ = plan
    for one in drawn:
        for x, y in one.shape.exterior.coords:
            px, py = min(x * width, width - 2), min(y * height, height - 2)
            assert any(v.x1 <= px <= v.x2 and v.y1 <= py <= v.y2 for v in made.regions)


@quick
@given(plans())
def test_tiles_cover_their_region_and_are_hardly_shrunk(
    plan: Plan,
) -> None:
    made, _, _, input_px = plan
    for region in made.regions:
        tiles = [t for t in made.tiles if region.x1 <= t.x1 and t.x2 <= region.x2 and region.y1 <= t.y1 <= region.y2]
        if max(region.size) <= 1.6 * input_px:
            continue
        for x in range(region.x1, region.x2 - 2, 37):
            for y in range(region.y1, region.y2 - 2, 37):
                assert any(t.x1 <= x < t.x2 and t.y1 <= y < t.y2 for t in tiles)
        assert all(max(tile.size) <= 1.25 * input_px for tile in tiles)
        assert all(tile.is_part for tile in tiles)


@quick
@given(
    width=st.integers(600, 3000).map(lambda v: v // 2 * 2),
    height=st.integers(600, 2000).map(lambda v: v // 2 * 2),
    input_px=st.sampled_from([320, 416, 640]),
    at=st.tuples(fraction, fraction),
)
def test_what_is_smaller_than_the_overlap_is_whole_in_a_tile(
    width: int, height: int, input_px: int, at: tuple[float, float]
) -> None:
    """An object cut by a tile's edge would be boxed in two halves."""
    x, y = at[0] * (width - 120), at[1] * (height - 120)
    tiles = tiles_of(View(0, 0, width, height), input_px)
    assert any(t.x1 <= x and x + 120 <= t.x2 and t.y1 <= y and y + 120 <= t.y2 for t in tiles)


@pytest.mark.parametrize("input_px", [32, 64, 96, 128, 224])
def test_a_small_detector_gets_tiles_too(input_px: int) -> None:
    tiles = tiles_of(View(0, 0, 640, 360), input_px)
    for x in range(0, 638, 13):
        for y in range(0, 358, 13):
            assert any(t.x1 <= x < t.x2 and t.y1 <= y < t.y2 for t in tiles)


@quick
@given(
    corner=st.tuples(fraction, fraction),
    size=st.tuples(st.floats(0.005, 0.5), st.floats(0.005, 0.5)),
    picture=st.sampled_from(SIZES),
)
def test_a_closer_view_holds_the_whole_place(
    corner: tuple[float, float], size: tuple[float, float], picture: tuple[int, int]
) -> None:
    (x, y), (w, h), (width, height) = corner, size, picture
    place: Box = (x, y, min(1.0, x + w), min(1.0, y + h))
    assume(place[2] - place[0] > 0.004 and place[3] - place[1] > 0.004)
    view = ViewPlan([zone()], width, height, 416).closer(place)
    if view is None:
        assert 1.7 * max((place[2] - place[0]) * width, (place[3] - place[1]) * height) > 1.25 * 416
        return
    assert is_good(view, picture)
    assert view.is_part
    assert view.x1 <= place[0] * width + 1
    assert view.y1 <= place[1] * height + 1
    assert view.x2 >= min(place[2] * width, width // 2 * 2) - 2
    assert view.y2 >= min(place[3] * height, height // 2 * 2) - 2


def test_a_region_reaches_above_its_zone_because_things_rise_above_their_ground() -> None:
    x1, y1, x2, y2 = region_of(zone(polygon=((0.3, 0.6), (0.7, 0.6), (0.7, 0.8), (0.3, 0.8))))
    assert y1 < 0.5
    assert y2 < 0.9
    assert x1 < 0.3
    assert x2 > 0.7


def test_a_bay_that_is_excluded_at_the_edge_is_not_looked_at() -> None:
    whole = zone(polygon=((0.1, 0.6), (0.9, 0.6), (0.9, 0.9), (0.1, 0.9)))
    bay = ((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0))
    assert region_of(zone(polygon=whole.polygon, exclude=(bay,)))[2] < 0.6


def test_neighbouring_zones_share_a_view_and_far_ones_do_not() -> None:
    near: list[Box] = [(0.1, 0.5, 0.3, 0.9), (0.28, 0.5, 0.5, 0.9)]
    far: list[Box] = [(0.0, 0.0, 0.2, 0.2), (0.8, 0.8, 1.0, 1.0)]
    assert merged(near) == [(0.1, 0.5, 0.5, 0.9)]
    assert sorted(merged(far)) == sorted(far)


@quick
@given(st.lists(zones(), min_size=1, max_size=6))
def test_joined_regions_still_hold_every_region(drawn: list[Zone]) -> None:
    regions = [region_of(one) for one in drawn]
    joined = merged(regions)
    assert len(joined) <= len(regions)
    for r in regions:
        assert any(j[0] <= r[0] and j[1] <= r[1] and r[2] <= j[2] and r[3] <= j[3] for j in joined)


def test_a_small_zone_needs_no_tiles() -> None:
    assert ViewPlan([zone(polygon=((0.4, 0.6), (0.6, 0.6), (0.6, 0.7), (0.4, 0.7)))], 1280, 720, 416).tiles == []


def test_a_large_zone_of_a_4k_camera_is_tiled() -> None:
    plan = ViewPlan([zone()], 3840, 2160, 416)
    assert len(plan.regions) == 1
    assert len(plan.tiles) > 20
