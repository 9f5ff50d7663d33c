"""The ground under things: in the picture, or in metres where a camera is calibrated."""

from __future__ import annotations

from typing import Protocol

from shapely.geometry.base import BaseGeometry

from rules.geometry import ground_contact, inside_share
from rules.observation import Box


class Ground(Protocol):
    """What the rules ask about the ground (calibration.ground_plane answers it in metres)."""

    def inside_share(self, box: Box, label: str, shape: BaseGeometry) -> float:
        """Give how much of the ground under a `label` in `box` lies in `shape`, a zone in the picture, 0..1."""

    def width_m(self, box: Box) -> float | None:
        """Give how wide something is that stands on the lower edge of its box, metres; None when that is not known."""


class PictureGround:
    """The ground of a camera that is not calibrated: the band under the object's box."""

    def inside_share(self, box: Box, label: str, shape: BaseGeometry) -> float:
        """Give how much of the bottom quarter of `box` lies in `shape`, 0..1."""
        return inside_share(ground_contact(box), shape)

    def width_m(self, box: Box) -> float | None:
        """Nothing is known in metres."""
        return None
