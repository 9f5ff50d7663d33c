"""A picture is converted only as far as it is needed, and looks the same whichever part is asked for."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from edge_agent.source import Frame
from protocol.messages import TimeSource
from tests.edge_agent.media import numbered_picture

LAYOUTS = ["yuv420p", "yuvj420p", "nv12", "yuv422p", "yuvj422p", "yuv444p", "yuv420p10le", "bgr24", "gray"]


def frame_of(layout: str, width: int = 402, height: int = 218) -> Frame:
    rgb = numbered_picture(5, width, height)
    video_frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=layout)
    return Frame(1.0, TimeSource.FILE, 0.0, video_frame, width, height, 0.0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_crop_shows_the_same_as_the_whole_picture(layout: str) -> None:
    frame = frame_of(layout)
    for x1, y1, x2, y2 in ((0, 0, 402, 218), (100, 40, 300, 200), (51, 33, 154, 120), (401, 217, 402, 218)):
        crop = frame.bgr_crop(x1, y1, x2, y2)
        assert crop.shape == (y2 - y1, x2 - x1, 3)
        # Colour is interpolated at the edges of what is converted, so single pixels there may differ.
        difference = np.abs(crop.astype(int) - frame.bgr()[y1:y2, x1:x2])
        assert difference.mean() < 4.0


@pytest.mark.parametrize("layout", ["yuv420p", "nv12", "yuvj422p"])
@pytest.mark.parametrize("size", [(160, 120), (60, 90), (400, 300)])
def test_a_scaled_crop_shows_the_same_as_a_crop_that_is_scaled(layout: str, size: tuple[int, int]) -> None:
    frame = frame_of(layout)
    scaled = frame.bgr_crop(100, 40, 300, 200, size)
    expected = cv2.resize(frame.bgr()[40:200, 100:300], size, interpolation=cv2.INTER_AREA)
    assert scaled.shape == (size[1], size[0], 3)
    assert np.abs(scaled.astype(int) - expected).mean() < 4.0


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("width", [384, 402, 90])
def test_brightness_has_no_padding_in_it(layout: str, width: int) -> None:
    frame = frame_of(layout, width)
    luma = frame.luma()
    expected = frame.video_frame.reformat(format="gray").to_ndarray()
    assert luma.shape == (218, width)
    if "j" in layout or layout in ("gray", "bgr24"):
        assert np.abs(luma.astype(float) - expected).mean() < 16  # 10..245 against 0..255
    else:
        assert np.corrcoef(luma.ravel(), expected.ravel())[0, 1] > 0.999


def test_brightness_is_looked_at_where_the_decoder_put_it() -> None:
    frame = frame_of("yuv420p")
    assert np.shares_memory(frame.luma(), frame.luma())
    assert all(
        np.shares_memory(once, again) for once, again in zip(frame.yuv_planes(), frame.yuv_planes(), strict=True)
    )


@pytest.mark.parametrize(("layout", "shape"), [("yuv420p", (109, 201)), ("nv12", (109, 201)), ("yuv422p", (218, 201))])
def test_the_colour_planes_are_there_for_appearance(layout: str, shape: tuple[int, int]) -> None:
    y, u, v = frame_of(layout).yuv_planes()
    assert y.shape == (218, 402)
    assert u.shape == v.shape == shape
    red_square = (slice(100 * shape[0] // 218, 140 * shape[0] // 218), slice(22, 42))
    assert v[red_square].mean() > 180 > u[red_square].mean()


def test_the_whole_picture_is_converted_once() -> None:
    frame = frame_of("yuv420p")
    assert frame.bgr() is frame.bgr()
    assert frame.bgr().shape == (218, 402, 3)


@pytest.mark.parametrize("crop", [(-1, 0, 10, 10), (0, 0, 403, 10), (10, 10, 10, 20), (30, 5, 20, 9)])
def test_a_crop_outside_the_picture_is_refused_with_its_numbers(crop: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"402x218"):
        frame_of("yuv420p").bgr_crop(*crop)
