"""Whether a model is what its entry says it is: a detector, of these classes, that gives boxes in pixels.

Ultralytics writes task and class names into its exports; other files tell by what they give.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from models.decoders.base import Output, OutputError, check_scores
from models.decoders.end_to_end import check_class_ids
from models.entry import DecoderKind, EntryFields, ModelEntry
from models.errors import RuntimeMismatchError
from models.runtime import Session, TensorInfo

_TASKS_ZH = {"segment": "分割", "pose": "姿态", "obb": "旋转框", "classify": "分类"}
_MASKS = 32
_LEAST_ROWS = 10
_FRACTION = 1.5


def names_in(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the class names that the exporter wrote into the file (`{0: 'person', 1: 'car'}`), () if it did not."""
    try:
        written = ast.literal_eval(metadata.get("names", ""))
        return tuple(str(written[index]) for index in range(len(written)))
    except (SyntaxError, ValueError, TypeError, KeyError, MemoryError, RecursionError):
        return ()


def other_task(metadata: Mapping[str, str], outputs: Sequence[TensorInfo], extra: int = 0) -> str:
    """Name the task that a model is made for, in Ultralytics' words, when it is not detection; else "".

    `extra` is how many numbers each box has besides place and named classes, 0 where that is not known.
    """
    task = metadata.get("task", "").strip().lower()
    if task and task != "detect":
        return task
    if len(outputs) == 2 and len(outputs[1].shape) == 4:
        return "segment"  # its second output are the mask prototypes
    if extra == _MASKS:
        return "segment"
    if extra == 1:
        return "obb"
    return "pose" if extra >= 6 and extra % 3 == 0 else ""


def check_task(session: Session, weights: Path) -> None:
    """Raise RuntimeMismatchError for a model that says of itself that it is no detector."""
    task = other_task(session.metadata, session.outputs)
    if task:
        raise not_a_detector(weights, task)


def check_class_count(entry: ModelEntry, session: Session, weights: Path) -> None:
    """Raise RuntimeMismatchError for a model that was trained on another number of classes than its entry names.

    Its output has the shape that the entry asks for: what is not a class then belongs to another task.
    """
    names = names_in(session.metadata)
    extra = len(entry.class_names) - len(names) if names else 0
    task = other_task({}, (), extra) if entry.decoder is not DecoderKind.END_TO_END else ""
    if task:
        raise not_a_detector(weights, task)
    if extra:
        known = _shortened(names)
        raise RuntimeMismatchError(
            f"{weights}: the file says that it knows {len(names)} classes ({known}), but models.{entry.name} in "
            f"{entry.described_in} gives {len(entry.class_names)} class_names. Correct class_names.",
            f"{weights}：文件注明有 {len(names)} 个类别（{known}），而 {entry.described_in} 中的 "
            f"models.{entry.name} 列出 {len(entry.class_names)} 个，请修改 class_names。",
        )


def not_a_detector(path: Path, task: str) -> RuntimeMismatchError:
    """Say that a model is made for another task."""
    return RuntimeMismatchError(
        f"{path}: this is a model for another task ({task}), no plain detector. "
        "Export a detection model (task=detect).",
        f"{path}：这是{_TASKS_ZH.get(task, task)}模型，不是普通检测模型。请导出检测模型（task=detect）。",
    )


def order_doubt(entry: EntryFields, metadata: Mapping[str, str]) -> tuple[str, str] | None:
    """Return what is odd, in English and Chinese, when the file has the entry's class names in another order."""
    names = names_in(metadata)
    if not names or names == entry.class_names or set(names) != set(entry.class_names):
        return None
    return (
        f"class_names stand in another order than in the model's file, which says: {_shortened(names)}",
        f"class_names 的顺序与模型文件不同，文件中为：{_shortened(names)}",
    )


def check_values(decoder: DecoderKind, output: Output) -> None:
    """Raise OutputError when the answer to an empty picture cannot come from a detector of this family."""
    if decoder is DecoderKind.YOLOX:
        boxes, scores = None, output[:, 4:]
    elif decoder is DecoderKind.ULTRALYTICS:
        boxes, scores = output[:4].T, output[4:]
    else:
        boxes, scores = output[:, :4], output[:, 4]
    check_scores(scores.ravel())
    if decoder is DecoderKind.END_TO_END:
        check_class_ids(output)
    if scores.size and float(scores.min()) < -0.01:
        raise OutputError(
            "it gives scores below 0: raw logits, or a model for another task",
            "置信度小于 0：可能是原始 logits，或不是检测模型",
        )
    if boxes is None:
        return
    told = boxes[np.any(boxes != 0, axis=1)]
    if len(told) >= _LEAST_ROWS and float(np.abs(told).max()) <= _FRACTION:
        raise OutputError(
            "its boxes are fractions of the picture, not pixels of the input", "检测框是画面比例，而不是输入像素"
        )


def _shortened(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
