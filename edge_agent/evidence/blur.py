"""Making people unrecognisable, head and body, without a hard-edged patch that draws the eye."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from edge_agent.evidence.snapshot import Frame
from rules.observation import Box

CELLS_ACROSS = 7
"""How many cells of colour are left across a person: a face keeps about two."""
COARSE_CELLS = 32
"""How many are left across a picture in which people cannot be found: whoever fills a fifth of it keeps about six."""


def blur_people(frame: Frame, people: Iterable[Box]) -> Frame:
    """Give a copy of `frame` with everybody in `people` (normalised xyxy) blurred beyond recognition."""
    result = frame.copy()
    for person in people:
        _blur_one(result, person)
    return result


def blur_all_but(frame: Frame, kept: Box) -> Frame:
    """Give a copy of `frame` of which only `kept` (normalised xyxy) can be made out: people may be anywhere else."""
    height_px, width_px = frame.shape[:2]
    cells = cv2.resize(frame, (COARSE_CELLS, COARSE_CELLS * height_px // width_px + 1), interpolation=cv2.INTER_AREA)
    result = np.asarray(cv2.resize(cells, (width_px, height_px), interpolation=cv2.INTER_CUBIC), np.uint8)
    x1, y1 = max(0, int(kept[0] * width_px)), max(0, int(kept[1] * height_px))
    x2, y2 = min(width_px, int(np.ceil(kept[2] * width_px))), min(height_px, int(np.ceil(kept[3] * height_px)))
    result[y1:y2, x1:x2] = frame[y1:y2, x1:x2]
    return result


def _blur_one(frame: Frame, person: Box) -> None:
    height_px, width_px = frame.shape[:2]
    x1, y1, x2, y2 = person
    across, along = (x2 - x1) * width_px, (y2 - y1) * height_px
    # Detectors cut hair and elbows off: a margin all round, most of it above the head.
    left, right = x1 * width_px - 0.15 * across, x2 * width_px + 0.15 * across
    top, bottom = y1 * height_px - 0.10 * along, y2 * height_px + 0.04 * along
    l_px, t_px = max(0, int(left)), max(0, int(top))
    r_px, b_px = min(width_px, int(np.ceil(right))), min(height_px, int(np.ceil(bottom)))
    if r_px - l_px < 2 or b_px - t_px < 2:
        return
    region = frame[t_px:b_px, l_px:r_px]
    size = (r_px - l_px, b_px - t_px)
    cell_px = max(4.0, across / CELLS_ACROSS)
    # Averaging into few cells destroys what it averages; a Gaussian alone can be undone in part.
    cells = cv2.resize(
        region, (max(1, round(size[0] / cell_px)), max(1, round(size[1] / cell_px))), interpolation=cv2.INTER_AREA
    )
    smooth = cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC)
    alpha = _soft_mask(size, feather_px=max(1, round(0.08 * min(size))))[..., None]
    frame[t_px:b_px, l_px:r_px] = (alpha * smooth + (1 - alpha) * region).astype(np.uint8)


def _soft_mask(size: tuple[int, int], feather_px: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Give a mask (height, width) that is 1 inside and fades to 0 over `feather_px` at the edges."""
    width, height = size
    x = np.minimum(np.arange(width) + 1, width - np.arange(width)) / (feather_px + 1)
    y = np.minimum(np.arange(height) + 1, height - np.arange(height)) / (feather_px + 1)
    return np.clip(np.minimum(x[None, :], y[:, None]), 0, 1).astype(np.float32)
