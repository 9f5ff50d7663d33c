"""A detector: pictures in, boxes in their own pixels out."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.decoders import Decoder, make_decoder
from models.decoders.base import OutputError
from models.decoders.yolox import cell_count
from models.detections import Detections
from models.entry import DecoderKind, ModelEntry
from models.errors import RuntimeMismatchError
from models.letterbox import STRIDE, least_input_hw
from models.open_sizes import with_open_sizes
from models.plausibility import check_class_count, check_task, check_values
from models.preprocess import Image, InputTensor, size_of
from models.providers import SHORT_NAMES, candidates, fastest
from models.runtime import AS_SHIPPED, Session, Tuning

__all__ = ["Detections", "Detector"]

_log = logging.getLogger(__name__)

_TRIES = 8
_TRIED_SHAPE = (720, 1280, 3)
MAX_BATCH = 16
"""The most pictures in one run of a model that takes any number: bounds the memory."""


class Detector:
    """An opened model. `detect` may be called from several threads at once; each call has buffers of its own."""

    def __init__(self, entry: ModelEntry, session: Session) -> None:
        """Use `Detector.open`, which checks that the two belong together."""
        self.entry = entry
        self.provider = session.provider
        """The execution provider that really runs, by ONNX Runtime's name."""
        self.session = session
        self.takes_rectangles = False
        """Whether a picture gets the smallest input on which it lies at the same scale, instead of the largest."""
        self._slots = session.batch or MAX_BATCH
        self._decoders: dict[tuple[int, int], Decoder] = {}
        self._idle: deque[InputTensor] = deque()

    @classmethod
    def open(
        cls,
        entry: ModelEntry,
        weights: Path,
        *,
        providers: Sequence[str] | Literal["auto"] = "auto",
        tuning: Tuning = AS_SHIPPED,
        rectangles: bool = True,
        changed: bytes | None = None,
    ) -> Detector:
        """Load `weights`, run them once, and check that they are what `entry` says.

        `auto` tries the providers that are there and takes the fastest. `rectangles` allows inputs that are smaller
        than the largest, where the model can; `changed` is what to run in place of what is in the file.
        Raises RuntimeMismatchError for a file that does not load, or whose input or output is another one.
        """

        def on(chosen: Sequence[str]) -> Detector:
            detector = cls._open(entry, weights, chosen, tuning, changed)
            return detector._try_rectangles(weights, tuning, changed) if rectangles else detector

        return fastest(candidates(), lambda one: on([one]), cls._cost_s) if providers == "auto" else on(providers)

    @classmethod
    def _open(
        cls, entry: ModelEntry, weights: Path, providers: Sequence[str], tuning: Tuning, changed: bytes | None
    ) -> Detector:
        session = Session.open(weights, providers, tuning, changed=changed)
        check_task(session, weights)
        _check_input(entry, session, weights)
        detector = cls(entry, session)
        detector._check_output(weights)
        return detector

    @property
    def class_names(self) -> tuple[str, ...]:
        """The label of every class id."""
        return self.entry.class_names

    @property
    def input_hw(self) -> tuple[int, int]:
        """Height and width of the model's largest input in pixels: a picture of this shape is not scaled at all."""
        return self.entry.input_hw

    def detect(self, images: Sequence[Image], min_score: float = 0.1) -> list[Detections]:
        """Detect in pictures (each height x width x 3, uint8, BGR, any size); one answer for each, in order.

        Raises ValueError for what is no picture, RuntimeMismatchError when the model fails.
        """
        wanted = [self._input_hw_of(image) for image in images]
        found: dict[int, Detections] = {}
        for input_hw in dict.fromkeys(wanted):
            numbers = [number for number, one in enumerate(wanted) if one == input_hw]
            for first in range(0, len(numbers), self._slots):
                together = numbers[first : first + self._slots]
                answers = self._detect_batch(input_hw, [images[number] for number in together], min_score)
                found.update(zip(together, answers, strict=True))
        return [found[number] for number in range(len(images))]

    def _detect_batch(self, input_hw: tuple[int, int], images: Sequence[Image], min_score: float) -> list[Detections]:
        tensor = self._borrow()
        try:
            tensor.shape_to(input_hw)
            letterboxes = [tensor.put(slot, image) for slot, image in enumerate(images)]
            # A model with a batch of its own always gets all of it; what lies in the slots left over is not read.
            outputs = self.session.run(tensor.values if self.session.batch else tensor.values[: len(images)])
        finally:
            self._idle.append(tensor)
        decoder, found = self._decoder(input_hw), []
        for output, letterbox in zip(outputs, letterboxes, strict=False):
            try:
                boxes, scores, class_ids = decoder.decode(output, min_score)
            except OutputError as error:
                raise _no_sense(self.entry, error) from error
            found.append(Detections(letterbox.to_image(boxes), scores, class_ids))
        return found

    def _borrow(self) -> InputTensor:
        try:
            return self._idle.pop()
        except IndexError:
            return InputTensor(self.entry.input, self.entry.letterbox, self._slots, self.session.dtype)

    def _input_hw_of(self, image: Image) -> tuple[int, int]:
        image_hw = size_of(image)
        return least_input_hw(image_hw, self.input_hw) if self.takes_rectangles else self.input_hw

    def _decoder(self, input_hw: tuple[int, int]) -> Decoder:
        if input_hw not in self._decoders:  # two threads may both make it: one is then thrown away
            self._decoders[input_hw] = make_decoder(self.entry, input_hw)
        return self._decoders[input_hw]

    def _try_rectangles(self, weights: Path, tuning: Tuning, changed: bytes | None) -> Detector:
        """Give a detector of the same model that takes rectangles where it proves to be able to; else this one."""
        if self.provider != SHORT_NAMES["cpu"] or self.entry.decoder is DecoderKind.END_TO_END:
            return self  # a GPU prepares every size anew; and the last decoder cannot tell whether it worked
        try:
            session = self.session
            if not session.open_sizes:
                opened = with_open_sizes(changed or weights.read_bytes())
                session = Session.open(weights, [self.provider], tuning, changed=opened)
            other = Detector(self.entry, session)
            height, width = self.input_hw
            other.takes_rectangles = all(map(other._answers_at, ((STRIDE, width), (height, STRIDE), (height, width))))
        except RuntimeMismatchError:  # its size is built in
            return self
        except ImportError:
            _log.warning(
                "onnx 未安装：每次检测都使用整幅输入，开销更大。onnx is not installed: every look costs a whole input"
            )
            return self
        return other if other.takes_rectangles else self

    def _cost_s(self) -> float:
        """Time a look at a picture of nothing, in seconds: the best of a few, the first ones being slow.

        Waiting or processor time, whichever is more: two cores for half as long are no gain to a box.
        """
        picture = np.zeros(_TRIED_SHAPE, np.uint8)
        costs_s = []
        for _ in range(_TRIES):
            cpu_s, wall_s = time.process_time(), time.perf_counter()
            self.detect([picture])
            costs_s.append(max(time.process_time() - cpu_s, time.perf_counter() - wall_s))
        return min(costs_s)

    def _answers_at(self, input_hw: tuple[int, int]) -> bool:
        shape = self._answer_to_nothing(input_hw).shape
        return self._decoder(input_hw).fits(shape) and cell_count(input_hw) in shape

    def _answer_to_nothing(self, input_hw: tuple[int, int]) -> NDArray[np.float32]:
        """Run once on an empty input of this size."""
        return self.session.run(np.zeros((self.session.batch or 1, 3, *input_hw), self.session.dtype))

    def _check_output(self, weights: Path) -> None:
        """Run once on nothing: open sizes become known, and the first look is as fast as the next."""
        answer = self._answer_to_nothing(self.input_hw)
        shape = answer.shape
        decoder = self._decoder(self.input_hw)
        if not decoder.fits(shape):
            found = " x ".join(str(size) for size in shape)
            expected = decoder.expected()
            raise _mismatch(
                self.entry,
                f"{weights} gives an output of {found}, but decoder {self.entry.decoder} with "
                f"{len(self.class_names)} class names reads {expected}. Correct decoder, class_names or input",
                f"{weights} 的输出为 {found}，而解码器 {self.entry.decoder}（{len(self.class_names)} 个类别）"
                f"需要 {expected}。请修改 decoder、class_names 或 input",
            )
        check_class_count(self.entry, self.session, weights)
        try:
            check_values(self.entry.decoder, answer[0])
        except OutputError as error:
            raise _no_sense(self.entry, error) from error


def _no_sense(entry: ModelEntry, error: OutputError) -> RuntimeMismatchError:
    return _mismatch(entry, f"its output makes no sense: {error}", f"输出无法使用：{error.zh}")


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
