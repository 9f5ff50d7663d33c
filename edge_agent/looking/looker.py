"""One look: a decoded picture becomes an observation that the rules can judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_agent.gate import Luma
from edge_agent.looking.patches import Plane, patch_at
from edge_agent.looking.turns import Turns
from edge_agent.looking.views import View, ViewPlan
from models.detector import Detections, Detector
from models.nms import nms_per_class
from rules.classes import MOTOR_VEHICLE, PERSON, default_classes, group_of
from rules.observation import Box, Detection, Observation
from rules.observation import View as PictureView
from rules.zone import Zone

LEAST_SCORE = 0.1
"""What scores lower is not even recorded."""

_IN_FRONT = frozenset({PERSON, MOTOR_VEHICLE})
"""What hides other things, and so is told to the rules whatever the zones look for."""

_CUT_PX = 3
_SAME_IOU = 0.55


class Picture(Protocol):
    """What a look needs of a decoded frame (edge_agent.source gives it)."""

    @property
    def taken_at_s(self) -> float:
        """When it was taken, Unix seconds."""

    @property
    def width_px(self) -> int:
        """Width in pixels."""

    @property
    def height_px(self) -> int:
        """Height in pixels."""

    def yuv_planes(self) -> tuple[Plane, Plane, Plane]:
        """Y, U and V planes; U and V may have less resolution."""

    def bgr_crop(self, x1: int, y1: int, x2: int, y2: int) -> NDArray[np.uint8]:
        """A part of the picture, height x width x 3, BGR."""


class Memory(Protocol):
    """What the eyes must know of what stands there (rules.watch has it). Boxes are normalised xyxy."""

    def places(self) -> dict[str, Box]:
        """The places of open stays, whose appearance every look must bring."""

    def unlike(self, places: dict[str, bytes]) -> list[Box]:
        """Those of the places that do not look as they did, by their appearance now."""

    def unsettled(self) -> list[Box]:
        """The places of which too little is certain for the detector to pause."""

    def doubtful(self) -> list[Box]:
        """The places that deserve a closer look."""


class Looker:
    """The eyes on one camera. The detector is shared by all cameras of the box."""

    def __init__(self, camera: str, zones: Sequence[Zone], detector: Detector) -> None:
        self._camera = camera
        self._zones = tuple(zones)
        self._detector = detector
        self._groups = frozenset(group_of(label) for label in wanted_labels(zones))
        self._plan: tuple[int, int, ViewPlan, Turns] | None = None

    def look(self, picture: Picture, small: Luma, memory: Memory) -> Observation:
        """Look at a picture: detect where it is owed, and take the appearance of what is found and of known places.

        `small` is the brightness of the whole picture, shrunk.
        """
        plan, turns = self._views(picture)
        planes = picture.yuv_planes()
        places = {stay: patch_at(planes, box) for stay, box in memory.places().items()}
        views = turns.next(small, picture.taken_at_s, memory.unlike(places), memory.unsettled(), memory.doubtful())
        found = self._detector.detect([picture.bgr_crop(v.x1, v.y1, v.x2, v.y2) for v in views], LEAST_SCORE)
        turns.looked(views, small, picture.taken_at_s)
        return Observation(
            camera=self._camera,
            t_s=picture.taken_at_s,
            view=PictureView.OK,
            detections=tuple(self._describe(planes, d) for d in self._joined(picture, views, found)),
            places=places,
            aspect=picture.width_px / picture.height_px,
            looked=tuple(plan.box_of(view) for view in views),
        ).rounded()

    def _views(self, picture: Picture) -> tuple[ViewPlan, Turns]:
        """Plan anew whenever the camera's picture changes its size."""
        if self._plan is None or self._plan[:2] != (picture.width_px, picture.height_px):
            plan = ViewPlan(self._zones, picture.width_px, picture.height_px, max(self._detector.input_hw))
            self._plan = picture.width_px, picture.height_px, plan, Turns(plan)
        return self._plan[2:]

    def _describe(self, planes: tuple[Plane, Plane, Plane], found: Detection) -> Detection:
        if group_of(found.label) not in self._groups:
            return found
        return Detection(found.label, found.score, found.box, patch_at(planes, found.box))

    def _joined(self, picture: Picture, views: Sequence[View], found: Sequence[Detections]) -> list[Detection]:
        """Bring what all views found into the picture's coordinates, each object once per class."""
        boxes, scores, labels = [], [], []
        for view, detections in zip(views, found, strict=True):
            for box, score, class_id in zip(
                detections.boxes_xyxy, detections.scores, detections.class_ids, strict=True
            ):
                label = self._detector.class_names[class_id]
                x1, y1, x2, y2 = (float(v) for v in box)
                whole = (x1 + view.x1, y1 + view.y1, x2 + view.x1, y2 + view.y1)
                told = group_of(label) in self._groups | _IN_FRONT
                if told and not _is_cut(whole, view, picture):
                    boxes.append(whole)
                    scores.append(float(score))
                    labels.append(label)
        kept = _once(boxes, scores, labels)
        width, height = picture.width_px, picture.height_px
        return [
            Detection(labels[i], scores[i], (b[0] / width, b[1] / height, b[2] / width, b[3] / height))
            for i in kept
            for b in (boxes[i],)
        ]


def wanted_labels(zones: Iterable[Zone]) -> set[str]:
    """Give the classes that any of the zones looks for."""
    return {label for zone in zones for label in (zone.classes or default_classes(zone.kind))}


def _is_cut(box: Box, view: View, picture: Picture) -> bool:
    """Say whether a partial view's inner edge cuts through the object: another view has it whole."""
    return view.is_part and (
        (box[0] <= view.x1 + _CUT_PX and view.x1 > 0)
        or (box[1] <= view.y1 + _CUT_PX and view.y1 > 0)
        or (box[2] >= view.x2 - _CUT_PX and view.x2 < picture.width_px)
        or (box[3] >= view.y2 - _CUT_PX and view.y2 < picture.height_px)
    )


def _once(boxes: list[Box], scores: list[float], labels: list[str]) -> list[int]:
    """Per-class non-maximum suppression over the views: indices of what to keep, best score first."""
    if not boxes:
        return []
    names = sorted(set(labels))
    ids = np.array([names.index(label) for label in labels], np.int64)
    kept = nms_per_class(np.array(boxes, np.float32), np.array(scores, np.float32), ids, _SAME_IOU)
    return [int(i) for i in kept]
