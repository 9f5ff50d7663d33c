"""How much of what one way of running a detector finds another way finds too: COCO's figures, by pycocotools.

The reference is taken for the truth where it is sure of itself, so the figures say what a change loses and not how
good the detector is.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.detections import Detections

SURE = 0.3
"""Score from which the reference is believed: about where a stay opens."""

_KEPT = 0.2
"""Score from which something counts as found again: about where a stay carries on."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """`mean_ap`: COCO's mAP (IoU 0.50 to 0.95); `recall`: share found again at an IoU of 0.5; of `things` in all."""

    mean_ap: float
    recall: float
    things: int


def agreement(reference: Sequence[Detections], found: Sequence[Detections], class_ids: Sequence[int]) -> Agreement:
    """Compare what was found in the same pictures, over some classes. Raises ValueError where nothing was to find."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth = _rows(reference, class_ids, SURE)
    if not truth:
        raise ValueError("the reference is sure of nothing in these pictures")
    images = [{"id": number} for number in range(len(reference))]
    categories = [{"id": class_id} for class_id in class_ids]
    numbered = [row | {"id": number, "iscrowd": 0} for number, row in enumerate(truth, start=1)]
    with contextlib.redirect_stdout(io.StringIO()):  # it prints as it goes
        known = COCO()
        known.dataset = {"images": images, "annotations": numbered, "categories": categories}
        known.createIndex()
        mean_ap = _evaluated(COCOeval, known, _rows(found, class_ids, 0.0)).stats[0]
        kept = _evaluated(COCOeval, known, _rows(found, class_ids, _KEPT))
    return Agreement(round(float(mean_ap), 4), round(_recall(kept, len(truth)), 4), len(truth))


def _evaluated(evaluation: Any, known: Any, rows: list[dict[str, Any]]) -> Any:
    if not rows:  # pycocotools cannot load nothing
        rows = [{"image_id": 0, "category_id": known.dataset["categories"][0]["id"], "bbox": [0, 0, 0, 0], "score": 0}]
    judged = evaluation(known, known.loadRes(rows), "bbox")
    judged.evaluate()
    judged.accumulate()
    judged.summarize()
    return judged


def _recall(judged: Any, things: int) -> float:
    """Count the things that were matched at an IoU of 0.5, over all classes and sizes."""
    all_sizes = [one for one in judged.evalImgs if one and one["aRng"] == judged.params.areaRng[0]]
    return sum(int(np.count_nonzero(one["gtMatches"][0])) for one in all_sizes) / things


def _rows(found: Sequence[Detections], class_ids: Sequence[int], least: float) -> list[dict[str, Any]]:
    return [
        {
            "image_id": number,
            "category_id": int(class_id),
            "bbox": [float(x1), float(y1), float(x2 - x1), float(y2 - y1)],
            "area": float((x2 - x1) * (y2 - y1)),
            "score": float(score),
        }
        for number, one in enumerate(found)
        for (x1, y1, x2, y2), score, class_id in zip(one.boxes_xyxy, one.scores, one.class_ids, strict=True)
        if score >= least and int(class_id) in class_ids
    ]
