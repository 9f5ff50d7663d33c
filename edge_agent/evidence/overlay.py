"""Drawing on the picture: the zone, what is excluded from it, and the box around what stands there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from edge_agent.evidence.colours import EXCLUDED, HALO, ZONE, Rgb, ink_on
from edge_agent.evidence.fonts import Font
from edge_agent.evidence.snapshot import Frame
from rules.observation import Box
from rules.zone import Zone

TINT = 0.13
"""How much of the zone's colour lies on its ground: enough to see where it is, too little to hide anything."""
_SHIFT = 4  # OpenCV draws with 1/16 px, so that outlines sit where they were drawn


def line_px(frame: Frame) -> int:
    """Give a line width that is as thick to the eye in every picture size."""
    return max(2, round(int(frame.shape[1]) / 640))


def draw_zone(frame: Frame, zone: Zone) -> None:
    """Tint the zone's ground lightly and outline it; exclusions are outlined in dashes and not tinted."""
    outline = _points(frame, zone.polygon)
    holes = [_points(frame, ring) for ring in zone.exclude]
    mask = np.zeros(frame.shape[:2], np.uint8)
    cv2.fillPoly(mask, [outline], 255, cv2.LINE_AA, _SHIFT)
    for hole in holes:
        cv2.fillPoly(mask, [hole], 0, cv2.LINE_AA, _SHIFT)
    x, y, w, h = cv2.boundingRect(mask)
    ground = frame[y : y + h, x : x + w]
    alpha = (mask[y : y + h, x : x + w].astype(np.float32) / 255 * TINT)[..., None]
    ground[:] = (ground * (1 - alpha) + np.asarray(ZONE[::-1], np.float32) * alpha).astype(np.uint8)
    width = line_px(frame)
    _polyline(frame, outline, ZONE, width)
    for hole in holes:
        draw_dashes(frame, hole / 2**_SHIFT, EXCLUDED, width)


def draw_box(frame: Frame, box: Box, colour: Rgb, *, dashed: bool = False) -> None:
    """Draw a box with strong corners; `dashed` for the place of something that is gone."""
    height, width = frame.shape[:2]
    line = line_px(frame)
    x1, y1 = max(line, round(box[0] * width)), max(line, round(box[1] * height))
    x2, y2 = min(width - 1 - line, round(box[2] * width)), min(height - 1 - line, round(box[3] * height))
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float64)
    if dashed:
        draw_dashes(frame, corners, colour, line)
        return
    _polyline(frame, _fixed(corners), colour, line)
    arm = max(3 * line, min(x2 - x1, y2 - y1) // 5)
    for x, y, along, down in ((x1, y1, 1, 1), (x2, y1, -1, 1), (x2, y2, -1, -1), (x1, y2, 1, -1)):
        for end in ((x + along * arm, y), (x, y + down * arm)):
            cv2.line(frame, (x, y), end, colour[::-1], 2 * line, cv2.LINE_AA)


def draw_dashes(frame: Frame, ring: NDArray[np.float64], colour: Rgb, width: int) -> None:
    """Draw a closed ring (N, 2), in pixels, as dashes on a dark ground."""
    _polyline(frame, _fixed(ring), HALO, width)
    dash = 5.0 * width
    for start, end in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        length = float(np.hypot(*(end - start)))
        for at in np.arange(0, length, 2 * dash):
            a, b = start + (end - start) * at / length, start + (end - start) * min(at + dash, length) / length
            cv2.line(frame, _px(a), _px(b), colour[::-1], width, cv2.LINE_AA, _SHIFT)


def draw_tag(frame: Frame, box: Box, text: str, colour: Rgb, font: Font) -> None:
    """Write a label on the upper edge of a box; inside it, or below, where the picture ends above."""
    left, top, right, bottom = font.getbbox(text)
    pad = max(3, int(bottom - top) // 3)
    tag_w, tag_h = int(right - left) + 2 * pad, int(bottom - top) + 2 * pad
    height, width = frame.shape[:2]
    x = int(min(max(0, box[0] * width - line_px(frame)), max(0, width - tag_w)))
    above = int(box[1] * height) - tag_h - line_px(frame)
    below = int(box[3] * height) + line_px(frame) + 1
    y = above if above >= 0 else min(below, max(0, height - tag_h))
    tag = Image.new("RGB", (tag_w, tag_h), colour)
    ImageDraw.Draw(tag).text((pad - left, pad - top), text, font=font, fill=ink_on(colour))
    part = np.asarray(tag)[: height - y, : width - x, ::-1]
    frame[y : y + part.shape[0], x : x + part.shape[1]] = part


def _polyline(frame: Frame, points: NDArray[np.int32], colour: Rgb, width: int) -> None:
    cv2.polylines(frame, [points], True, HALO[::-1], width + 2, cv2.LINE_AA, _SHIFT)
    cv2.polylines(frame, [points], True, colour[::-1], width, cv2.LINE_AA, _SHIFT)


def _points(frame: Frame, ring: Sequence[tuple[float, float]]) -> NDArray[np.int32]:
    height, width = frame.shape[:2]
    return _fixed(np.asarray(ring, np.float64) * (width - 1, height - 1))


def _fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    fixed: NDArray[np.int32] = np.round(points * 2**_SHIFT).astype(np.int32)
    return fixed


def _px(point: NDArray[np.float64]) -> tuple[int, int]:
    x, y = _fixed(point)
    return int(x), int(y)
