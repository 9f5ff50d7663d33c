"""What the detector found in views, brought together: each thing once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge_agent.looking.views import Sides, View
from models.detector import Detections
from models.nms import nms_per_class
from rules.classes import group_of
from rules.geometry import covered_share
from rules.observation import Box

_CUT_PX = 3
_SAME_IOU = 0.55
_SAME_THING = 0.75  # share of what was cut that must lie in the whole thing


@dataclass(frozen=True, slots=True)
class Find:
    """Something found, in pixels of the whole picture.

    `cut` says on which sides (xyxy) the view's edge cuts it; `in_part` that the view is a part of a region, so that
    another one has it whole.
    """

    label: str
    score: float
    box: Box
    cut: Sides
    in_part: bool

    @property
    def cuts_ground(self) -> bool:
        """Whether its ground is not all in the view: it goes on beside or below."""
        left, _, right, bottom = self.cut
        return left or right or bottom


def finds_in(view: View, found: Detections, class_names: Sequence[str], picture_wh: tuple[int, int]) -> list[Find]:
    """Bring what was found in a view into the picture's coordinates."""
    finds = []
    for box, score, class_id in zip(found.boxes_xyxy, found.scores, found.class_ids, strict=True):
        x1, y1, x2, y2 = (float(v) for v in box)
        whole = (x1 + view.x1, y1 + view.y1, x2 + view.x1, y2 + view.y1)
        finds.append(
            Find(class_names[class_id], float(score), whole, _cut_sides(whole, view, picture_wh), view.is_part)
        )
    return finds


def _cut_sides(box: Box, view: View, picture_wh: tuple[int, int]) -> Sides:
    """Say where a view's edge, other than the picture's own, cuts through a box."""
    width, height = picture_wh
    return (
        box[0] <= view.x1 + _CUT_PX and view.x1 > 0,
        box[1] <= view.y1 + _CUT_PX and view.y1 > 0,
        box[2] >= view.x2 - _CUT_PX and view.x2 < width,
        box[3] >= view.y2 - _CUT_PX and view.y2 < height,
    )


def is_same(find: Find, cut: Find) -> bool:
    """Say whether a find, in a wider view, is the thing of which `cut` is what a view's edge has left."""
    return group_of(find.label) == group_of(cut.label) and covered_share(cut.box, find.box) >= _SAME_THING


def once(finds: Sequence[Find]) -> list[Find]:
    """Leave out what a part's edge cuts, and of the boxes that one thing has per class keep the best (NMS)."""
    finds = [find for find in finds if not (find.in_part and any(find.cut))]
    if not finds:
        return []
    names = sorted({find.label for find in finds})
    ids = np.array([names.index(find.label) for find in finds], np.int64)
    boxes, scores = np.array([f.box for f in finds], np.float32), np.array([f.score for f in finds], np.float32)
    return [finds[int(i)] for i in nms_per_class(boxes, scores, ids, _SAME_IOU)]
