"""Pictures onto the model's input tensor, without a copy that is not needed."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.entry import Colour, InputSpec, LetterboxSpec, PixelRange
from models.letterbox import Letterbox

Image = NDArray[np.uint8]
"""A picture: height x width x 3, BGR as OpenCV has it. A view into a larger one will do."""


def size_of(image: Image) -> tuple[int, int]:
    """Give a picture's height and width in pixels. Raises ValueError for what is no picture."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        raise ValueError(f"a picture must be height x width x 3 of uint8, not {image.shape} of {image.dtype}")
    return image.shape[0], image.shape[1]


class InputTensor:
    """An input tensor (slots x 3 x height x width) that is filled again and again, at any size up to its first.

    The padding is written only when a picture of another shape comes into a slot: a look at the same zone of the
    same camera converts no more than the pixels that changed. Belongs to one thread at a time.
    """

    def __init__(self, spec: InputSpec, letterbox: LetterboxSpec, slots: int, dtype: np.dtype[Any]) -> None:
        self._memory = np.zeros(slots * 3 * spec.height * spec.width, dtype)
        self._slots = slots
        self._letterbox = letterbox
        self._channels = _Channels(spec, dtype)
        self._scratch = np.empty(spec.height * spec.width * 3, np.uint8)
        self._input_hw = (0, 0)
        self.shape_to((spec.height, spec.width))

    def shape_to(self, input_hw: tuple[int, int]) -> None:
        """Be a tensor of this height and width from now on; what was put in is lost where the size is another one."""
        if input_hw == self._input_hw:
            return
        height, width = self._input_hw = input_hw
        shape = (self._slots, 3, height, width)
        self.values = self._memory[: self._slots * 3 * height * width].reshape(shape)
        self._placed: list[Letterbox | None] = [None] * self._slots

    def put(self, slot: int, image: Image) -> Letterbox:
        """Fit `image` into a slot and say where it lies. Raises ValueError for what is no picture."""
        image_hw = size_of(image)
        box = self._placed[slot]
        if box is None or box.image_hw != image_hw:
            box = Letterbox.fit(image_hw, self._input_hw, self._letterbox.anchor)
            self._channels.fill(self.values[slot], self._letterbox.pad)
            self._placed[slot] = box
        height, width = box.placed_hw
        scaled = image
        if image_hw != box.placed_hw:
            scaled = self._scratch[: height * width * 3].reshape(height, width, 3)
            cv2.resize(image, (width, height), dst=scaled, interpolation=cv2.INTER_LINEAR)
        region = self.values[slot, :, box.top : box.top + height, box.left : box.left + width]
        self._channels.write(region, scaled)
        return box


class _Channels:
    """The arithmetic of one input: channel order, range, mean and std folded into one factor and one shift each."""

    def __init__(self, spec: InputSpec, dtype: np.dtype[Any]) -> None:
        unit = 1 / 255 if spec.range is PixelRange.UNIT else 1.0
        self._order = (2, 1, 0) if spec.colour is Colour.RGB else (0, 1, 2)
        self._factor = np.array([unit / std for std in spec.std], dtype)
        self._shift = np.array([-mean / std for mean, std in zip(spec.mean, spec.std, strict=True)], dtype)
        self._scales = bool(np.any(self._factor != 1))
        self._shifts = bool(np.any(self._shift != 0))

    def fill(self, target: NDArray[Any], value: int) -> None:
        """Fill `target` (3 x h x w) with one grey."""
        target[:] = (value * self._factor + self._shift)[:, None, None]

    def write(self, target: NDArray[Any], image: Image) -> None:
        """Write `image` (h x w x 3, BGR) into `target` (3 x h x w)."""
        planes = cv2.split(image)
        for channel, plane in enumerate(self._order):
            if self._scales:
                np.multiply(planes[plane], self._factor[channel], out=target[channel])
            else:
                np.copyto(target[channel], planes[plane], casting="unsafe")
            if self._shifts:
                target[channel] += self._shift[channel]
