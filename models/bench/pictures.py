"""Pictures as looks give them to a detector: a whole street, or a part of it at about the detector's own scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from models.errors import ModelError
from models.pictures import read_picture
from models.preprocess import Image

_PICTURE_ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
_CLIP_ENDINGS = {".mp4", ".mkv", ".avi", ".ts", ".mov"}
_TILE = 1.25
"""A part's side, in inputs of the detector: what edge_agent.looking calls a tile."""


def street_pictures(sources: Sequence[Path], input_px: int, every_s: float, most: int) -> list[Image]:
    """Read clips and pictures (files, or folders of them): of each picture all of it or a part, in turn.

    Of a clip every `every_s` seconds. At most `most` pictures, spread over all sources. Raises ModelError where there
    is nothing to read.
    """
    files = [file for source in sources for file in _files(source)]
    if not files:
        raise ModelError(
            f"{', '.join(map(str, sources))}: no clip and no picture there; give clips of your own streets.",
            f"{', '.join(map(str, sources))}：没有可用的视频或图片，请提供自己街道的视频。",
        )
    share = -(-most // len(files))
    found: list[Image] = []
    for file in files:
        for number, picture in enumerate(islice(_whole_pictures(file, every_s), share)):
            found.append(_view(picture, number, input_px))
    return found[:most]


def _files(source: Path) -> list[Path]:
    known = _PICTURE_ENDINGS | _CLIP_ENDINGS
    return sorted(f for f in source.iterdir() if f.suffix.lower() in known) if source.is_dir() else [source]


def _whole_pictures(file: Path, every_s: float) -> Iterator[Image]:
    if file.suffix.lower() not in _CLIP_ENDINGS:
        yield read_picture(file)
        return
    capture = cv2.VideoCapture(str(file))
    if not capture.isOpened():
        raise ModelError(f"{file}: no clip that can be read.", f"{file}：无法读取视频。")
    step = max(1, round(every_s * (capture.get(cv2.CAP_PROP_FPS) or 25)))
    number = 0
    while capture.grab():
        if number % step == 0:
            whole, picture = capture.retrieve()
            if whole:
                yield np.asarray(picture, np.uint8)
        number += 1
    capture.release()


def _view(picture: Image, number: int, input_px: int) -> Image:
    """Give the whole of every second picture, and of the others a tile at one of nine places, in turn."""
    if number % 2 == 0:
        return picture
    side = int(_TILE * input_px)
    (height, width), place = picture.shape[:2], number // 2 % 9
    y, x = max(0, height - side) * (place // 3) // 2, max(0, width - side) * (place % 3) // 2
    return picture[y : y + side, x : x + side]
