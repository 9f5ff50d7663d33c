"""The rendered copy of a picture: what an officer decides from."""

from __future__ import annotations

import cv2
import numpy as np

from edge_agent.evidence.blur import blur_all_but, blur_people
from edge_agent.evidence.caption import Caption, caption_of
from edge_agent.evidence.fonts import Fonts
from edge_agent.evidence.overlay import draw_box, draw_tag, draw_zone
from edge_agent.evidence.scene import Scene
from edge_agent.evidence.snapshot import Frame, Snapshot
from edge_agent.evidence.strip import draw_strip, text_px
from protocol.messages import EvidenceRole
from rules.observation import Box

CLOSE_UP_WIDTH_PX = 640
"""A close-up smaller than this is enlarged in its rendered copy, so that it can be read; the caption says so."""


def render_wide(scene: Scene, role: EvidenceRole, picture: Snapshot, original_sha256: str, fonts: Fonts) -> Frame:
    """Draw zone, box and caption on a copy of the whole picture, with people blurred where the box is told to."""
    caption = caption_of(scene, role, picture.taken_at, original_sha256, fonts)
    canvas = without_people(scene, picture)
    draw_zone(canvas, scene.zone)
    after = role is EvidenceRole.AFTER
    draw_box(canvas, scene.event.box, caption.colour, dashed=after)
    draw_tag(canvas, scene.event.box, caption.tag, caption.colour, fonts.get(text_px(canvas.shape[1]), bold=True))
    return _with_strip(canvas, caption, fonts)


def render_close_up(scene: Scene, picture: Snapshot, crop: Box, original_sha256: str, fonts: Fonts) -> Frame:
    """Draw the close-up: the place itself, enlarged in whole steps when it is small, with its caption."""
    cut = cut_out(without_people(scene, picture), crop)
    factor = min(6, -(-CLOSE_UP_WIDTH_PX // cut.shape[1]))
    if factor > 1:
        enlarged = cv2.resize(cut, None, fx=factor, fy=factor, interpolation=cv2.INTER_LANCZOS4)
        cut = np.asarray(enlarged, np.uint8)
    caption = caption_of(scene, EvidenceRole.CLOSE_UP, picture.taken_at, original_sha256, fonts, enlarged=factor)
    return _with_strip(cut, caption, fonts)


def without_people(scene: Scene, picture: Snapshot) -> Frame:
    """Give a copy of the frame, with people blurred where the box is told to.

    Where nobody can tell where people are, all is blurred except for what is reported.
    """
    if not scene.box.evidence.blur_people:
        return picture.frame.copy()
    if picture.people is None:
        return blur_all_but(picture.frame, scene.event.box)
    return blur_people(picture.frame, picture.people)


def cut_out(frame: Frame, crop: Box) -> Frame:
    """Give the part of a frame under `crop` (normalised xyxy), at least one pixel."""
    height, width = frame.shape[:2]
    x1, y1 = min(int(crop[0] * width), width - 1), min(int(crop[1] * height), height - 1)
    x2, y2 = max(x1 + 1, round(crop[2] * width)), max(y1 + 1, round(crop[3] * height))
    return np.ascontiguousarray(frame[y1:y2, x1:x2])


def _with_strip(canvas: Frame, caption: Caption, fonts: Fonts) -> Frame:
    return np.vstack([canvas, draw_strip(caption, canvas.shape[1], fonts)])
