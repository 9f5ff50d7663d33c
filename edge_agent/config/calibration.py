"""A camera's calibration in the configuration: points of the street whose place is known.

calibration:
  points:
    - {at: [0.21, 0.93], metres: [0, 0]}            # east, north of any origin
    - {at: [0.80, 0.91], metres: [6.2, 0]}
or, from a map (WGS 84 degrees):
    - {at: [0.21, 0.93], latitude: 39.98310, longitude: 116.35402}
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from calibration.ground_plane import CalibrationError, GroundPlane, Point, metres_from
from rules.faults import FaultError

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


class CalibrationPoint(BaseModel):
    """A point of the picture (fractions, x right, y down) and where it is: in metres, or on the map."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    at: tuple[Fraction, Fraction]
    metres: tuple[float, float] | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        on_map = self.latitude is not None and self.longitude is not None
        if (self.metres is None) == (not on_map):
            raise FaultError(
                "give either `metres: [east, north]` or both `latitude` and `longitude`",
                "请给出 `metres: [东, 北]`，或同时给出 `latitude` 和 `longitude`",
            )
        return self


class CalibrationConfig(BaseModel):
    """At least four points on the ground, all in metres or all on the map; they must fit a flat street."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    points: tuple[CalibrationPoint, ...]

    @model_validator(mode="after")
    def _check_plane(self) -> Self:
        if len({point.metres is None for point in self.points}) > 1:
            raise FaultError(
                "points are partly in metres and partly on the map: use one of the two",
                "有的点用米，有的点用经纬度，请统一",
            )
        try:
            GroundPlane(*self.pairs)
        except CalibrationError as error:
            raise FaultError(str(error), f"标定点不足、共线或互相矛盾，请核对：{error}") from error
        return self

    @cached_property
    def pairs(self) -> tuple[list[Point], list[Point]]:
        """The points in the picture, and the same in metres."""
        return [point.at for point in self.points], self._metres()

    def _metres(self) -> list[Point]:
        on_map = [(p.latitude, p.longitude) for p in self.points if p.latitude is not None and p.longitude is not None]
        return metres_from(on_map[0], on_map) if on_map else [p.metres for p in self.points if p.metres is not None]
