"""One look: a decoded picture becomes an observation that the rules can judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_agent.looking.finds import Find, finds_in, is_same, once
from edge_agent.looking.gate import Luma
from edge_agent.looking.patches import Plane, patch_at
from edge_agent.looking.turns import Turns
from edge_agent.looking.views import View, ViewPlan
from edge_agent.stages import stage
from models.detector import Detector
from rules.classes import MOTOR_VEHICLE, PERSON, default_classes, group_of
from rules.observation import Box, Detection, Observation
from rules.observation import View as PictureView
from rules.zone import Zone

LEAST_SCORE = 0.1
"""What scores lower is not even recorded."""

_IN_FRONT = frozenset({PERSON, MOTOR_VEHICLE})
"""What hides other things, and so is told to the rules whatever the zones look for."""

_ACROSS = 0.5  # of its width must be over a zone's for something to count there


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

    def settled(self) -> bool:
        """Whether nothing is on its way: all that stands was just seen, and is reported or breaks no rule."""

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

    @property
    def at_rest(self) -> bool:
        """Whether the last looks found nothing on its way and nothing changed."""
        return self._plan is not None and self._plan[3].at_rest

    def look(self, picture: Picture, small: Luma, memory: Memory) -> Observation:
        """Look at a picture: detect where it is owed, and take the appearance of what is found and of known places.

        `small` is the brightness of the whole picture, shrunk.
        """
        plan, turns = self._views(picture)
        planes = picture.yuv_planes()
        with stage("gate"):
            places = {stay: patch_at(planes, box) for stay, box in memory.places().items()}
            unlike = memory.unlike(places)
            views = turns.next(
                small, picture.taken_at_s, unlike, memory.unsettled(), memory.doubtful(), settled=memory.settled()
            )
        finds = self._find(picture, views)
        turns.looked(views, small, picture.taken_at_s)
        finds, wider = self._whole(picture, plan, finds)
        return Observation(
            camera=self._camera,
            t_s=picture.taken_at_s,
            view=PictureView.OK,
            detections=self._described(picture, once(finds)),
            places=places,
            aspect=picture.width_px / picture.height_px,
            looked=tuple(plan.box_of(view) for view in (*views, *wider)),
        ).rounded()

    def _views(self, picture: Picture) -> tuple[ViewPlan, Turns]:
        """Plan anew whenever the camera's picture changes its size."""
        if self._plan is None or self._plan[:2] != (picture.width_px, picture.height_px):
            plan = ViewPlan(self._zones, picture.width_px, picture.height_px, max(self._detector.input_hw))
            self._plan = picture.width_px, picture.height_px, plan, Turns(plan)
        return self._plan[2:]

    def _find(self, picture: Picture, views: Sequence[View]) -> list[Find]:
        """Give the detector these views, and keep of what it finds what the rules want to know."""
        with stage("convert"):
            crops = [picture.bgr_crop(v.x1, v.y1, v.x2, v.y2) for v in views]
        with stage("detect"):
            found = self._detector.detect(crops, LEAST_SCORE)
        size = picture.width_px, picture.height_px
        return [
            find
            for view, detections in zip(views, found, strict=True)
            for find in finds_in(view, detections, self._detector.class_names, size)
            if group_of(find.label) in self._groups | _IN_FRONT
        ]

    def _whole(self, picture: Picture, plan: ViewPlan, finds: list[Find]) -> tuple[list[Find], list[View]]:
        """Look again, in a wider view, for what a region's edge has cut and may count; also give the views for it.

        What is not found whole is left out: it would be judged by a false ground.
        """
        cut = [find for find in finds if find.cuts_ground and not find.in_part and self._may_count(picture, find)]
        if not cut:
            return finds, []
        views = [plan.wider([find.box for find in cut], [find.cut for find in cut])]
        more = self._find(picture, views)
        if any(is_same(m, find) and m.cuts_ground for m in more for find in cut):
            views.append(plan.whole)
            more += self._find(picture, views[1:])
        return [find for find in finds if find not in cut] + more, views

    def _may_count(self, picture: Picture, find: Find) -> bool:
        """Say whether something is watched for and stands across a zone."""
        left, _, right, bottom = find.box
        return group_of(find.label) in self._groups and any(
            min(right, x2 * picture.width_px) - max(left, x1 * picture.width_px) >= _ACROSS * (right - left)
            and bottom >= y1 * picture.height_px
            for x1, y1, x2, _ in (zone.shape.bounds for zone in self._zones)
        )

    def _described(self, picture: Picture, finds: Iterable[Find]) -> tuple[Detection, ...]:
        """Make detections of finds, with the look of those that the zones watch for."""
        width, height = picture.width_px, picture.height_px
        planes = picture.yuv_planes()
        described = []
        for find in finds:
            x1, y1, x2, y2 = find.box
            box = (x1 / width, y1 / height, x2 / width, y2 / height)
            patch = patch_at(planes, box) if group_of(find.label) in self._groups else b""
            described.append(Detection(find.label, find.score, box, patch))
        return tuple(described)


def wanted_labels(zones: Iterable[Zone]) -> set[str]:
    """Give the classes that any of the zones looks for."""
    return {label for zone in zones for label in (zone.classes or default_classes(zone.kind))}
