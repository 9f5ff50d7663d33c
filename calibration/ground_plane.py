"""From the picture to the street: a plane homography, fitted to points whose place on the ground is known.

A flat street seen by a fixed camera without lens distortion maps to its picture by a 3x3 homography; four points
determine it, more make it better (Hartley and Zisserman 2004, "Multiple View Geometry", chapter 4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, transform
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]
Point = tuple[float, float]

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG)."""

_LEAST_POINTS = 4
_LARGEST_ERROR_M = 1.0
_SIDE_FROM_M = 3.0  # a vehicle whose lower edge is longer on the ground is seen from its side
_DEPTH_M = {"side": 1.8, "end": 4.5}
_SMALL_DEPTH_M = {"bicycle": 0.7, "motorcycle": 0.8, "e_bike": 0.8, "tricycle": 1.2, "person": 0.4}


class CalibrationError(ValueError):
    """The points do not determine the ground; the text says why and what to do."""


class GroundPlane:
    """The ground of one camera.

    `picture` are points as fractions of the picture, `ground` the same points in metres (east, north) from any origin.
    Raises CalibrationError for fewer than four points, points on a line, or points that contradict each other.
    """

    def __init__(self, picture: Sequence[Point], ground: Sequence[Point]) -> None:
        if len(picture) != len(ground) or len(picture) < _LEAST_POINTS:
            raise CalibrationError(f"at least {_LEAST_POINTS} points are needed, {len(picture)} were given: add more")
        matrix, _ = cv2.findHomography(np.array(picture, np.float64), np.array(ground, np.float64))
        if matrix is None or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-12:
            raise CalibrationError("the points lie on one line: choose points that span the street")
        self._matrix = np.asarray(matrix, np.float64)
        self.error_m = float(np.hypot(*(self.to_ground(picture) - np.array(ground)).T).max())
        """The largest distance between a given point and where the fit puts it, metres."""
        if self.error_m > _LARGEST_ERROR_M:
            raise CalibrationError(
                f"the points contradict each other by up to {self.error_m:.1f} m: check for swapped or mistyped ones"
            )

    def to_ground(self, points: Sequence[Point] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Map points of the picture (N, 2) to metres (N, 2)."""
        homogeneous = np.column_stack([np.asarray(points, np.float64), np.ones(len(points))]) @ self._matrix.T
        return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:])

    def inside_share(self, box: Box, label: str, shape: BaseGeometry) -> float:
        """Give how much of the footprint of a `label` in `box` (normalised xyxy) lies in `shape` (picture), 0..1."""
        footprint = self.footprint(box, label)
        return float(footprint.intersection(self._on_ground(shape)).area / footprint.area) if footprint.area else 0.0

    def footprint(self, box: Box, label: str) -> Polygon:
        """Give the ground that an object covers, in metres: from the lower edge of its box away from the camera.

        How deep it is follows from its class, and for a vehicle from whether its side or its end is seen.
        """
        x1, _, x2, y2 = box
        left, right, beyond = self.to_ground([(x1, y2), (x2, y2), ((x1 + x2) / 2, y2 - 0.01)])
        along = right - left
        length_m = float(np.hypot(*along))
        if length_m == 0:
            return Polygon()
        away = np.array([-along[1], along[0]]) / length_m
        if away @ (beyond - (left + right) / 2) < 0:
            away = -away
        depth_m = _SMALL_DEPTH_M.get(label) or _DEPTH_M["side" if length_m >= _SIDE_FROM_M else "end"]
        return Polygon([left, right, right + depth_m * away, left + depth_m * away])

    def width_m(self, box: Box) -> float | None:
        """Give how wide an object is that stands on the lower edge of its box, metres."""
        left, right = self.to_ground([(box[0], box[3]), (box[2], box[3])])
        return float(np.hypot(*(right - left)))

    @lru_cache(maxsize=64)  # noqa: B019  one per zone, and a camera has few
    def _on_ground(self, shape: BaseGeometry) -> BaseGeometry:
        return transform(shape, self.to_ground)


def metres_from(origin: Point, places: Sequence[Point]) -> list[Point]:
    """Give places (latitude, longitude; WGS 84 degrees) as metres east and north of `origin`.

    Equirectangular projection, good to a centimetre over the few hundred metres that a camera sees.
    """
    scale = math.pi / 180 * EARTH_RADIUS_M
    return [
        ((longitude - origin[1]) * scale * math.cos(math.radians(origin[0])), (latitude - origin[0]) * scale)
        for latitude, longitude in places
    ]
