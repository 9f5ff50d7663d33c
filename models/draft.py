"""A catalogue entry for a model of one's own, as far as the file itself tells: a start, to be checked by a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml

from models.cache import sha256_of
from models.decoders.base import OutputError
from models.decoders.yolox import cell_count
from models.entry import DecoderKind
from models.errors import RuntimeMismatchError
from models.plausibility import check_values, names_in, not_a_detector, other_task
from models.runtime import Session

_OPEN_SIDE = 640
"""Input height and width where the model leaves them open: what Ultralytics models are trained on."""

_TO_FILL_IN = """\
    # Please fill in; the catalogue is refused without them.
    licence:      # e.g. Apache-2.0: what the model's author grants
    attribution:  # who made it, trained on what, where it is published
"""


def draft_entry(path: Path, name: str) -> str:
    """Read the ONNX file at `path` and write an entry called `name` for it, as a whole catalogue file.

    Input size, decoder and class count are read off the model; class names too where the exporter wrote them down
    (Ultralytics does). Colour order, range and letterbox follow from the decoder's family. Raises RuntimeMismatchError
    for a file that does not load, whose output no decoder reads, or that is made for another task than detection.
    """
    session = Session.open(path, ["cpu"])
    height, width = _input_hw(session)
    answer = session.run(np.zeros((session.batch or 1, 3, height, width), session.dtype))
    shape = answer.shape
    decoder, classes = _family(shape, (height, width), path)
    names = names_in(session.metadata)
    extra = classes - len(names) if classes is not None and names else 0
    task = other_task(session.metadata, session.outputs, max(extra, 0))
    if task:
        raise not_a_detector(path, task)
    if extra:
        raise RuntimeMismatchError(
            f"{path}: gives {classes} numbers for each box where it names {len(names)} classes: no plain detector. "
            f"Export a detection model.",
            f"{path}：每个框给出 {classes} 个数值，却只有 {len(names)} 个类别名，不是普通检测模型，请重新导出。",
        )
    try:
        check_values(decoder, answer[0])
    except OutputError as error:
        raise RuntimeMismatchError(
            f"{path}: its output makes no sense: {error}.", f"{path}：输出无法使用：{error.zh}。"
        ) from error
    is_yolox = decoder is DecoderKind.YOLOX
    fields: dict[str, Any] = {
        "summary": f"{path.name}, drafted from the file; check every line.",
        "source": {"file": str(path.resolve())},
        "sha256": sha256_of(path),
        "input": {
            "width": width,
            "height": height,
            "colour": "bgr" if is_yolox else "rgb",
            "range": "0-255" if is_yolox else "0-1",
        },
        "letterbox": {"anchor": "top_left" if is_yolox else "center", "pad": 114},
        "decoder": decoder.value,
        "class_names": list(names) or _class_names(classes),
    }
    text = yaml.safe_dump({"models": {name: fields}}, sort_keys=False, allow_unicode=True, width=110)
    return text + _TO_FILL_IN


def _input_hw(session: Session) -> tuple[int, int]:
    shape = session.input.shape
    height, width = shape[2:] if len(shape) == 4 else (None, None)
    return height or _OPEN_SIDE, width or _OPEN_SIDE


def _family(shape: tuple[int, ...], input_hw: tuple[int, int], path: Path) -> tuple[DecoderKind, int | None]:
    """Tell the decoder from the output's shape; and the number of classes, None where the shape does not say."""
    if len(shape) == 3:
        _, rows, columns = shape
        if rows == cell_count(input_hw) and columns > 5:
            return DecoderKind.YOLOX, columns - 5
        if columns == 6:
            return DecoderKind.END_TO_END, None
        if 4 < rows < columns:
            return DecoderKind.ULTRALYTICS, rows - 4
    found = " x ".join(str(size) for size in shape)
    raise RuntimeMismatchError(
        f"{path}: its first output is {found}, which none of the decoders (yolox, ultralytics, end_to_end) reads. "
        f"Export the model as a plain detector.",
        f"{path}：首个输出为 {found}，现有解码器（yolox、ultralytics、end_to_end）均无法解析，请导出为普通检测模型。",
    )


def _class_names(classes: int | None) -> list[str] | str:
    """Give names to fill in where the file has none."""
    return "coco80" if classes in (80, None) else [f"class{index}" for index in range(classes or 0)]
