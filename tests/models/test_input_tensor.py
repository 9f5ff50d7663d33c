from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.entry import InputSpec, LetterboxSpec
from models.preprocess import InputTensor

_FLOAT = np.dtype(np.float32)


def _tensor(anchor: str = "top_left", slots: int = 1, **changes: Any) -> InputTensor:
    fields: dict[str, Any] = {"width": 64, "height": 64, "colour": "bgr", "range": "0-255"}
    letterbox = LetterboxSpec.model_validate({"anchor": anchor, "pad": 114})
    return InputTensor(InputSpec.model_validate(fields | changes), letterbox, slots, _FLOAT)


def _noise(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def _by_the_book(image: NDArray[np.uint8], mean: list[float], std: list[float]) -> NDArray[np.float64]:
    """RGB, 0-1, mean and std, letterboxed in the middle: written out step by step, slowly."""
    scale = min(64 / image.shape[0], 64 / image.shape[1])
    height, width = round(image.shape[0] * scale), round(image.shape[1] * scale)
    canvas = np.full((64, 64, 3), 114, np.uint8)
    top, left = (64 - height) // 2, (64 - width) // 2
    canvas[top : top + height, left : left + width] = cv2.resize(image, (width, height))
    values = (canvas[:, :, ::-1] / 255.0 - mean) / std
    result: NDArray[np.float64] = values.transpose(2, 0, 1)
    return result


def test_a_model_with_mean_and_std_sees_what_the_book_says() -> None:
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    tensor = _tensor("center", colour="rgb", range="0-1", mean=mean, std=std)
    image = _noise(90, 160)
    tensor.put(0, image)
    np.testing.assert_allclose(tensor.values[0], _by_the_book(image, mean, std), atol=1e-5)


def test_a_picture_of_the_inputs_own_size_arrives_untouched() -> None:
    tensor, image = _tensor(), _noise(64, 64)
    tensor.put(0, image)
    np.testing.assert_array_equal(tensor.values[0], image.transpose(2, 0, 1))


def test_nothing_of_the_last_picture_shines_through_the_next_of_another_shape() -> None:
    used, fresh = _tensor(), _tensor()
    used.put(0, _noise(64, 64))
    for tensor in (used, fresh):
        tensor.put(0, _noise(20, 64, seed=1))
    np.testing.assert_array_equal(used.values, fresh.values)
    assert (used.values[0, :, 20:] == 114).all()


def test_a_crop_is_a_view_into_the_frame_and_needs_no_copy() -> None:
    frame = _noise(200, 300)
    of_view, of_copy = _tensor(), _tensor()
    of_view.put(0, frame[50:150, 20:280])
    of_copy.put(0, frame[50:150, 20:280].copy())
    np.testing.assert_array_equal(of_view.values, of_copy.values)


def test_a_picture_one_pixel_high_is_still_a_picture() -> None:
    box = _tensor().put(0, _noise(1, 4000))
    assert box.placed_hw == (1, 64)


@pytest.mark.parametrize(
    "not_a_picture",
    [np.zeros((64, 64), np.uint8), np.zeros((64, 64, 3), np.float32), np.zeros((0, 64, 3), np.uint8)],
    ids=["grey", "floats", "empty"],
)
def test_what_is_no_picture_is_refused_with_what_it_is(not_a_picture: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match=r"must be height x width x 3 of uint8, not \(\d+, \d+"):
        _tensor().put(0, not_a_picture)


def test_a_tensor_made_smaller_holds_only_the_next_picture() -> None:
    used = _tensor()
    used.put(0, _noise(64, 64))
    used.shape_to((32, 64))
    used.put(0, _noise(20, 64, seed=1))
    assert used.values.shape == (1, 3, 32, 64)
    assert used.values.flags.c_contiguous
    assert (used.values[0, :, 20:] == 114).all()
    np.testing.assert_array_equal(used.values[0, :, :20], _noise(20, 64, seed=1).transpose(2, 0, 1))
