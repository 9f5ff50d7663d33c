"""A detector: pictures in, boxes in their own pixels out."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

import numpy as np

from models.decoders import Decoder, make_decoder
from models.detections import Detections
from models.entry import ModelEntry
from models.errors import RuntimeMismatchError
from models.preprocess import Image, InputTensor
from models.runtime import Session

__all__ = ["Detections", "Detector"]

MAX_BATCH = 16
"""The most pictures in one run of a model that takes any number: bounds the memory."""


class Detector:
    """An opened model. `detect` may be called from several threads at once; each call has buffers of its own."""

    def __init__(self, entry: ModelEntry, session: Session, decoder: Decoder) -> None:
        """Use `Detector.open`, which checks that the three belong together."""
        self.entry = entry
        self.provider = session.provider
        """The execution provider that really runs, by ONNX Runtime's name."""
        self.session = session
        self._decoder = decoder
        self._slots = session.batch or MAX_BATCH
        self._idle: deque[InputTensor] = deque()

    @classmethod
    def open(
        cls,
        entry: ModelEntry,
        weights: Path,
        *,
        providers: Sequence[str] | Literal["auto"] = "auto",
        threads: int = 1,
    ) -> Self:
        """Load `weights`, run them once, and check that they are what `entry` says.

        Raises RuntimeMismatchError for a file that does not load, or whose input or output is another one.
        """
        session = Session.open(weights, providers, threads)
        _check_input(entry, session, weights)
        detector = cls(entry, session, make_decoder(entry))
        detector._check_output(weights)
        return detector

    @property
    def class_names(self) -> tuple[str, ...]:
        """The label of every class id."""
        return self.entry.class_names

    @property
    def input_hw(self) -> tuple[int, int]:
        """Height and width of the model's input in pixels: a picture of this shape is not scaled at all."""
        return self.entry.input_hw

    def detect(self, images: Sequence[Image], min_score: float = 0.1) -> list[Detections]:
        """Detect in pictures (each height x width x 3, uint8, BGR, any size); one answer for each, in order.

        Raises ValueError for what is no picture, RuntimeMismatchError when the model fails.
        """
        tensor = self._borrow()
        try:
            found: list[Detections] = []
            for first in range(0, len(images), self._slots):
                found += self._detect_batch(tensor, images[first : first + self._slots], min_score)
            return found
        finally:
            self._idle.append(tensor)

    def _detect_batch(self, tensor: InputTensor, images: Sequence[Image], min_score: float) -> list[Detections]:
        letterboxes = [tensor.put(slot, image) for slot, image in enumerate(images)]
        # A model with a batch of its own always gets all of it; what lies in the slots left over is not read.
        outputs = self.session.run(tensor.values if self.session.batch else tensor.values[: len(images)])
        found = []
        for output, letterbox in zip(outputs, letterboxes, strict=False):
            try:
                boxes, scores, class_ids = self._decoder.decode(output, min_score)
            except ValueError as error:
                raise _mismatch(self.entry, f"its output makes no sense: {error}", f"输出无法解析：{error}") from error
            found.append(Detections(letterbox.to_image(boxes), scores, class_ids))
        return found

    def _borrow(self) -> InputTensor:
        try:
            return self._idle.pop()
        except IndexError:
            return InputTensor(self.entry.input, self.entry.letterbox, self._slots, self.session.dtype)

    def _check_output(self, weights: Path) -> None:
        """Run once on nothing: open sizes become known, and the first look is as fast as the next."""
        shape = (self.session.batch or 1, 3, *self.input_hw)
        output = self.session.run(np.zeros(shape, self.session.dtype))
        if not self._decoder.fits(output.shape):
            found = " x ".join(str(size) for size in output.shape)
            expected = self._decoder.expected()
            raise _mismatch(
                self.entry,
                f"{weights} gives an output of {found}, but decoder {self.entry.decoder} with "
                f"{len(self.class_names)} class names reads {expected}. Correct decoder, class_names or input",
                f"{weights} 的输出为 {found}，而解码器 {self.entry.decoder}（{len(self.class_names)} 个类别）"
                f"需要 {expected}。请修改 decoder、class_names 或 input",
            )


def _check_input(entry: ModelEntry, session: Session, weights: Path) -> None:
    expected = (None, 3, *entry.input_hw)
    shape = session.input.shape
    fits = len(shape) == 4 and all(
        want is None or has is None or want == has for want, has in zip(expected, shape, strict=True)
    )
    if not fits:
        raise _mismatch(
            entry,
            f"the input of {weights} is {session.input}, but the entry says 3 x {entry.input.height} x "
            f"{entry.input.width}. Correct input.width and input.height, or export the model for that size",
            f"{weights} 的输入为 {session.input}，而目录条目为 3 x {entry.input.height} x {entry.input.width}。"
            f"请修改 input.width 与 input.height，或重新导出模型",
        )


def _mismatch(entry: ModelEntry, en: str, zh: str) -> RuntimeMismatchError:
    where = f"models.{entry.name} in {entry.described_in}"
    return RuntimeMismatchError(f"{where}: {en}.", f"{where}：{zh}。")
