"""From a model's raw output to boxes, one file for each family of models."""

from __future__ import annotations

from models.decoders.base import Decoder, RawBoxes
from models.decoders.end_to_end import EndToEndDecoder
from models.decoders.ultralytics import UltralyticsDecoder
from models.decoders.yolox import YoloxDecoder
from models.entry import DecoderKind, EntryFields

__all__ = ["Decoder", "RawBoxes", "make_decoder"]


def make_decoder(entry: EntryFields, input_hw: tuple[int, int]) -> Decoder:
    """Make the decoder that an entry asks for, for an input of this height and width in pixels."""
    classes = len(entry.class_names)
    match entry.decoder:
        case DecoderKind.YOLOX:
            return YoloxDecoder(input_hw, classes, entry.nms_iou)
        case DecoderKind.ULTRALYTICS:
            return UltralyticsDecoder(classes, entry.nms_iou)
        case DecoderKind.END_TO_END:
            return EndToEndDecoder(classes)
