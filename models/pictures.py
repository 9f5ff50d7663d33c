"""Picture files, and boxes drawn on a picture so that a person sees what a detector found."""

from __future__ import annotations

import colorsys
from pathlib import Path

import cv2
import numpy as np

from models.detections import Detections
from models.errors import ModelError
from models.preprocess import Image


def read_picture(path: Path) -> Image:
    """Read a picture file as height x width x 3, BGR. Raises ModelError for what is no picture."""
    # Through memory, because OpenCV cannot open every path (Chinese names on Windows).
    data = np.frombuffer(path.read_bytes() if path.is_file() else b"", np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        raise ModelError(f"{path}: no picture that can be read.", f"{path}：无法读取图片。")
    return image.astype(np.uint8, copy=False)


def write_picture(path: Path, image: Image) -> None:
    """Write a picture file in the format that its ending names. Raises ModelError where it cannot."""
    try:
        _, encoded = cv2.imencode(path.suffix or ".jpg", image)
        path.write_bytes(encoded.tobytes())
    except cv2.error as error:
        raise ModelError(
            f"{path}: no such picture format; name it .jpg or .png.", f"{path}：不支持的图片格式，请用 .jpg 或 .png。"
        ) from error
    except OSError as error:
        raise ModelError(
            f"{path}: cannot be written ({error.strerror}).", f"{path}：无法写入（{error.strerror}）。"
        ) from error


def draw_numbered(image: Image, found: Detections) -> Image:
    """Return a copy of `image` (BGR) with every box and its number from 1; one colour for each class.

    Numbers instead of names, because OpenCV's own font has no Chinese.
    """
    drawn = image.copy()
    thickness = max(1, round(max(image.shape[:2]) / 640))
    for number, (box, class_id) in enumerate(zip(found.boxes_xyxy, found.class_ids, strict=True), start=1):
        x1, y1, x2, y2 = (round(float(value)) for value in box)
        red, green, blue = colorsys.hsv_to_rgb(int(class_id) * 0.618 % 1.0, 0.9, 1.0)  # golden ratio: far apart
        colour = (blue * 255, green * 255, red * 255)
        cv2.rectangle(drawn, (x1, y1), (x2, y2), colour, thickness)
        place = (max(x1, 0), max(y1 - 3, 12 * thickness))
        cv2.putText(drawn, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, 0.5 * thickness, colour, thickness)
    return drawn
