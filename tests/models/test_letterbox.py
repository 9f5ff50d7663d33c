from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.entry import Anchor
from models.letterbox import STRIDE, Letterbox, least_input_hw

_side = st.integers(1, 4000)
_input_side = st.integers(1, 40).map(lambda n: 32 * n)
_fraction = st.floats(-0.5, 1.5)
_box = st.tuples(_fraction, _fraction, _fraction, _fraction)


@given(_side, _side, _input_side, _input_side, st.sampled_from(Anchor), st.lists(_box, min_size=1, max_size=5))
def test_boxes_come_back_to_where_they_were(
    height: int, width: int, input_h: int, input_w: int, anchor: Anchor, fractions: list[tuple[float, ...]]
) -> None:
    box = Letterbox.fit((height, width), (input_h, input_w), anchor)
    boxes = (np.array(fractions) * (width, height, width, height)).astype(np.float32)
    there_and_back = box.to_image(box.to_input(boxes))
    assert there_and_back.dtype == np.float32
    # float32 holds 24 bits; the offset and the factor each cost some of them.
    np.testing.assert_allclose(there_and_back, boxes, atol=4e-6 * max(height, width, 1280 * height, 1280 * width))


@given(_side, _side, _input_side, _input_side, st.sampled_from(Anchor))
def test_the_picture_lies_whole_on_the_input_and_touches_two_sides(
    height: int, width: int, input_h: int, input_w: int, anchor: Anchor
) -> None:
    box = Letterbox.fit((height, width), (input_h, input_w), anchor)
    placed_h, placed_w = box.placed_hw
    assert placed_h == input_h or placed_w == input_w
    assert 0 <= box.top <= input_h - placed_h
    assert 0 <= box.left <= input_w - placed_w
    whole = box.to_input(np.array([[0, 0, width, height]], np.float32))[0]
    expected = (box.left, box.top, box.left + placed_w, box.top + placed_h)
    np.testing.assert_allclose(whole, expected, rtol=1e-5)


def test_a_wide_street_picture_lies_at_the_top_left_as_yolox_was_trained() -> None:
    box = Letterbox.fit((1080, 1920), (416, 416), Anchor.TOP_LEFT)
    assert (box.placed_hw, box.top, box.left) == ((234, 416), 0, 0)


def test_a_wide_street_picture_lies_in_the_middle_as_ultralytics_trains() -> None:
    box = Letterbox.fit((1080, 1920), (640, 640), Anchor.CENTER)
    assert (box.placed_hw, box.top, box.left) == ((360, 640), 140, 0)


@given(_side, _side, _input_side, _input_side, st.sampled_from(Anchor))
def test_on_the_least_input_a_picture_lies_at_the_scale_of_the_largest(
    height: int, width: int, input_h: int, input_w: int, anchor: Anchor
) -> None:
    least = least_input_hw((height, width), (input_h, input_w))
    on_least, on_largest = (Letterbox.fit((height, width), size, anchor) for size in (least, (input_h, input_w)))
    assert all(side % STRIDE == 0 and side <= largest for side, largest in zip(least, (input_h, input_w), strict=True))
    assert on_least.placed_hw == on_largest.placed_hw
    assert all(side - placed <= STRIDE for side, placed in zip(least, on_least.placed_hw, strict=True))


def test_a_wide_street_picture_leaves_two_fifths_of_the_input_out() -> None:
    assert least_input_hw((1080, 1920), (416, 416)) == (256, 416)
