"""A contact sheet per clip: what the box saw, so that a person sees why it said what it said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.pipeline import LookResult
from edge_agent.source import Frame
from rules.event import EventPhase
from rules.observation import Box
from rules.zone import Zone

Image = NDArray[np.uint8]

_TILE_PX = (480, 270)
_COLUMNS = 4
_MOST_TILES = 24
_ZONE, _SEEN, _CONFIRMED = (60, 200, 255), (120, 220, 120), (60, 60, 230)


class ContactSheet:
    """Collects small annotated pictures of one clip: one every so often, and one at each event."""

    def __init__(self, zones: Sequence[Zone], every_s: float = 10.0) -> None:
        self._zones = zones
        self._every_s = every_s
        self._due_s = 0.0
        self._tiles: list[tuple[bool, Image]] = []

    def add(self, frame: Frame, result: LookResult) -> None:
        """Take a look onto the sheet when it is due or when something happened."""
        spoken = [e for e in result.events if e.phase in (EventPhase.CONFIRMED, EventPhase.CLEARED)]
        if frame.taken_at_s < self._due_s and not spoken:
            return
        self._due_s = max(self._due_s, frame.taken_at_s + self._every_s)
        image: Image = np.asarray(cv2.resize(frame.bgr(), _TILE_PX, interpolation=cv2.INTER_AREA), np.uint8)
        for zone in self._zones:
            points = (np.array(zone.polygon) * _TILE_PX).astype(np.int32)
            cv2.polylines(image, [points], isClosed=True, color=_ZONE, thickness=1, lineType=cv2.LINE_AA)
        for detection in result.observation.detections:
            _draw(image, detection.box, f"{detection.label} {detection.score:.2f}", _SEEN, 1)
        for event in spoken:
            _draw(image, event.box, event.phase.value, _CONFIRMED, 2)
        caption = f"{frame.taken_at_s:6.1f} s  view {result.observation.view.value} {result.view.agreement:.2f}"
        cv2.rectangle(image, (0, 0), (_TILE_PX[0], 16), (30, 30, 30), -1)
        cv2.putText(image, caption, (4, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (240, 240, 240), 1, cv2.LINE_AA)
        self._tiles.append((bool(spoken), image))

    def save(self, path: Path) -> None:
        """Write the sheet as JPEG; with too many tiles, those without an event are thinned out."""
        tiles = self._tiles
        while len(tiles) > _MOST_TILES and any(not spoken for spoken, _ in tiles):
            quiet = [i for i, (spoken, _) in enumerate(tiles) if not spoken]
            drop = set(quiet[1::2]) or set(quiet)
            tiles = [tile for i, tile in enumerate(tiles) if i not in drop]
        if not tiles:
            return
        images = [image for _, image in tiles]
        images += [np.zeros_like(images[0])] * (-len(images) % _COLUMNS)
        rows = [np.hstack(images[i : i + _COLUMNS]) for i in range(0, len(images), _COLUMNS)]
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 82])


def _draw(image: Image, box: Box, text: str, colour: tuple[int, int, int], thickness: int) -> None:
    width, height = _TILE_PX
    x1, y1, x2, y2 = (int(v) for v in (box[0] * width, box[1] * height, box[2] * width, box[3] * height))
    cv2.rectangle(image, (x1, y1), (x2, y2), colour, thickness, cv2.LINE_AA)
    cv2.putText(image, text, (x1 + 1, max(24, y1 - 2)), cv2.FONT_HERSHEY_SIMPLEX, 0.33, colour, 1, cv2.LINE_AA)
