"""A zone: a polygon that an engineer has drawn on one camera's picture, and what may not stand there."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union
from shapely.validation import explain_validity

from protocol.bounds import MAX_RING_POINTS, Name, check_zone_points
from protocol.kinds import ViolationKind
from rules.classes import check_classes, default_classes
from rules.faults import FaultError
from rules.numbers import Numbers, numbers_for
from rules.schedule import Schedule

Coordinate = Annotated[float, Field(ge=0.0, le=1.0)]
Ring = Annotated[tuple[tuple[Coordinate, Coordinate], ...], Field(max_length=MAX_RING_POINTS)]


def _polygon(ring: Ring) -> Polygon:
    """Build a polygon from a ring. Raises ValueError that says where it is wrong."""
    if len(ring) < 3:
        raise FaultError(
            f"a zone needs at least three points, this one has {len(ring)}: draw it again",
            f"区域至少需要三个点，这里只有 {len(ring)} 个，请重新划定",
        )
    polygon = Polygon(ring)
    if not polygon.is_valid:
        reason, _, place = explain_validity(polygon).partition("[")
        x, y = (float(v) for v in place.rstrip("]").split()) if place else (ring[0][0], ring[0][1])
        what = "edges cross" if "intersection" in reason.lower() else reason.strip().lower()
        raise FaultError(
            f"{what} at ({x:.2f}, {y:.2f}): move the points so that the outline does not cross itself",
            f"边界在 ({x:.2f}, {y:.2f}) 处自相交或有误，请移动各点，使边界不相交",
        )
    if polygon.area < 1e-5:
        raise FaultError("the polygon has no area: its points lie on one line", "多边形没有面积，各点在同一直线上")
    return polygon


class Zone(BaseModel):
    """One zone of one camera. Coordinates are fractions of the picture, x right, y down.

    `numbers` overrides the defaults of the zone's kind; `per_class` overrides them for one class, so
    that a truck may get ten minutes where a car gets three.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    name: Name = ""
    kind: ViolationKind
    polygon: Ring
    exclude: tuple[Ring, ...] = ()
    classes: tuple[str, ...] = ()
    dwell_s: float | None = Field(default=None, gt=0, description="shorthand for numbers.dwell_s")
    numbers: dict[str, float] = Field(default_factory=dict)
    per_class: dict[str, dict[str, float]] = Field(default_factory=dict)
    when: Schedule = Schedule()

    @field_validator("polygon")
    @classmethod
    def _check_polygon(cls, ring: Ring) -> Ring:
        _polygon(ring)
        return ring

    @field_validator("exclude")
    @classmethod
    def _check_exclude(cls, rings: tuple[Ring, ...]) -> tuple[Ring, ...]:
        for ring in rings:
            _polygon(ring)
        return rings

    @field_validator("classes")
    @classmethod
    def _check_classes(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        check_classes(classes)
        return classes

    @model_validator(mode="after")
    def _check_points(self) -> Self:
        check_zone_points(self.polygon, self.exclude)
        return self

    @model_validator(mode="after")
    def _check_ground(self) -> Self:
        if self.shape.area < 1e-5:
            raise FaultError(
                "the exclusions leave nothing of the zone: make them smaller, or leave the zone out",
                "扣除的部分覆盖了整个区域，请缩小扣除部分，或去掉该区域",
            )
        return self

    @model_validator(mode="after")
    def _check_numbers(self) -> Self:
        for label in (None, *self.per_class):
            self.numbers_of(label)
        check_classes(tuple(self.per_class))
        return self

    def numbers_of(self, label: str | None = None) -> Numbers:
        """Give the numbers for objects of class `label`: kind's defaults, then the zone's, then the class's."""
        own: dict[str, Any] = dict(self.numbers)
        if self.dwell_s is not None:
            own["dwell_s"] = self.dwell_s
        return numbers_for(self.kind, own, self.per_class.get(label or "", {}))

    def watches(self, label: str) -> bool:
        """Say whether objects of class `label` count in this zone."""
        return label in (self.classes or default_classes(self.kind))

    @cached_property
    def shape(self) -> BaseGeometry:
        """The forbidden ground: the polygon without its exclusions."""
        return _polygon(self.polygon).difference(unary_union([_polygon(ring) for ring in self.exclude]))
