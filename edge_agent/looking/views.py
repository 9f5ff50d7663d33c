"""Which parts of a picture the detector gets: views, at native resolution where that is affordable.

A detector has a small input. The whole picture shrunk into it loses what is far away, so it gets the region around
each zone instead, and of a large region its tiles in turn; and what stands there without having been made out gets a
closer look. Which of them has its turn at a look is decided in edge_agent.looking.turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.geometry import around
from rules.observation import Box
from rules.zone import Zone

_ABOVE, _BESIDE, _BELOW = 0.15, 0.05, 0.04
"""How far a region reaches beyond its zone, as fractions of the picture: things stand on the ground and rise above."""

_TILE_SCALE = 1.25  # a tile is at most this many times the detector's input: little is lost by shrinking it so
_TILE_FROM = 1.6  # a region is tiled when it is larger than so many inputs
_OVERLAP_PX = 128  # an object at a tile's edge is whole in the next one; less where the input is very small
_MARGIN = 0.5  # of its size that a wider view shows beyond a thing on the sides that nothing cuts
_CLOSER = 1.7  # a closer look shows the place with its surroundings


Sides = tuple[bool, bool, bool, bool]
"""Of a box: left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class View:
    """A part of the picture in pixels. `is_part`: it cuts through what belongs to the same zone."""

    x1: int
    y1: int
    x2: int
    y2: int
    is_part: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.x2 - self.x1, self.y2 - self.y1


class ViewPlan:
    """The views of one camera: `regions` around its zones, `tiles` of those that are large, closer ones of places."""

    def __init__(self, zones: Iterable[Zone], width_px: int, height_px: int, input_px: int) -> None:
        self._width, self._height, self._input = width_px, height_px, input_px
        self.regions = [self._pixels(region) for region in merged([region_of(zone) for zone in zones])]
        self.tiles = [tile for region in self.regions for tile in self._tiles_of(region)]

    def box_of(self, view: View) -> Box:
        """Give a view's part of the picture, normalised xyxy."""
        return view.x1 / self._width, view.y1 / self._height, view.x2 / self._width, view.y2 / self._height

    def is_in(self, place: Box, view: View) -> bool:
        """Say whether the middle of a place (normalised xyxy) lies in a view."""
        x, y = (place[0] + place[2]) / 2 * self._width, (place[1] + place[3]) / 2 * self._height
        return view.x1 <= x <= view.x2 and view.y1 <= y <= view.y2

    def _pixels(self, box: Box) -> View:
        # Even numbers, because chroma has half the resolution.
        x1, y1 = int(box[0] * self._width) // 2 * 2, int(box[1] * self._height) // 2 * 2
        x2, y2 = int(box[2] * self._width) // 2 * 2, int(box[3] * self._height) // 2 * 2
        return View(x1, y1, max(x2, x1 + 2), max(y2, y1 + 2))

    def _tiles_of(self, region: View) -> list[View]:
        return tiles_of(region, self._input) if max(region.size) > _TILE_FROM * self._input else []

    def closer(self, box: Box) -> View | None:
        """Give a closer view of a place (normalised xyxy); None when it is large enough in its region."""
        width, height = (box[2] - box[0]) * self._width, (box[3] - box[1]) * self._height
        half = max(_CLOSER * max(width, height), self._input / 2) / 2
        if 2 * half > _TILE_SCALE * self._input:
            return None
        x, y = (box[0] + box[2]) / 2 * self._width, (box[1] + box[3]) / 2 * self._height
        view = self._even(x - half, y - half, x + half, y + half)
        return view if min(view.size) > 0 else None

    @property
    def whole(self) -> View:
        """The whole picture."""
        return self._even(0, 0, self._width, self._height)

    def wider(self, boxes: Sequence[Box], cuts: Sequence[Sides]) -> View:
        """Give a view of things in `boxes` (pixels) that reaches as far again on the sides where they are cut."""
        x1, y1, x2, y2 = around(boxes)
        cut = [any(sides) for sides in zip(*cuts, strict=True)]
        across, down = max(x2 - x1, self._input / 4), max(y2 - y1, self._input / 4)
        left, top, right, bottom = (1.0 if side else _MARGIN for side in cut)
        return self._even(x1 - left * across, y1 - top * down, x2 + right * across, y2 + bottom * down)

    def _even(self, x1: float, y1: float, x2: float, y2: float) -> View:
        """Make a part of even pixels inside the picture."""
        left, top = max(0, int(x1)) // 2 * 2, max(0, int(y1)) // 2 * 2
        right, bottom = min(self._width, int(x2)) // 2 * 2, min(self._height, int(y2)) // 2 * 2
        return View(left, top, right, bottom, is_part=True)


def tiles_of(region: View, input_px: int) -> list[View]:
    """Cut a region into overlapping tiles that a detector with an input of `input_px` sees at about native size."""
    side = int(_TILE_SCALE * input_px) // 2 * 2
    return [
        View(x, y, min(x + side, region.x2), min(y + side, region.y2), is_part=True)
        for y in _starts(region.y1, region.y2, side)
        for x in _starts(region.x1, region.x2, side)
    ]


def region_of(zone: Zone) -> Box:
    """Give the part of the picture in which things that stand in a zone can be (normalised xyxy)."""
    x1, y1, x2, y2 = zone.shape.bounds
    return max(0.0, x1 - _BESIDE), max(0.0, y1 - _ABOVE), min(1.0, x2 + _BESIDE), min(1.0, y2 + _BELOW)


def merged(regions: list[Box]) -> list[Box]:
    """Join regions where one view of both is not larger than the two views."""
    for index, first in enumerate(regions):
        for other in regions[index + 1 :]:
            both = (
                min(first[0], other[0]),
                min(first[1], other[1]),
                max(first[2], other[2]),
                max(first[3], other[3]),
            )
            if _area(both) <= _area(first) + _area(other):
                return merged([both, *(r for r in regions if r is not first and r is not other)])
    return regions


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _starts(low: int, high: int, side: int) -> list[int]:
    """Give evenly spread starts of tiles of `side` that cover low..high with the wanted overlap."""
    length = high - low
    if length <= side:
        return [low]
    overlap = min(_OVERLAP_PX, side // 3)
    count = -(-(length - overlap) // (side - overlap))
    return [(low + round(i * (length - side) / (count - 1))) // 2 * 2 for i in range(count)]
