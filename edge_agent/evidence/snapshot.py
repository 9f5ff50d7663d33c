"""A frame on its way to becoming evidence, and JPEG files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.outbox.outgoing import Evidence
from protocol.messages import EvidenceRef, EvidenceRole, Rendition
from rules.observation import Box

Frame = NDArray[np.uint8]
"""A picture: (height, width, 3), BGR, 0..255."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frame, when it was taken (timezone-aware), and where people are in it (normalised xyxy).

    `people` is None when nobody can tell: a rendered copy then shows only what is reported.
    `jpeg` is the frame as it was encoded before, so that an original kept on disk stays the same file.
    """

    frame: Frame
    taken_at: datetime
    people: Sequence[Box] | None = ()
    jpeg: bytes | None = None


def encode_jpeg(frame: Frame, quality: int) -> bytes:
    """Encode a frame as JPEG (quality 0..100)."""
    done, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"a frame of shape {frame.shape} cannot be encoded as JPEG")
    return data.tobytes()


def decode_jpeg(content: bytes) -> Frame:
    """Decode a JPEG. Raises ValueError when it is none."""
    frame = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if frame is None:
        raise ValueError("not a JPEG picture")
    return np.asarray(frame, np.uint8)


def jpeg_evidence(
    content: bytes, frame: Frame, taken_at: datetime, role: EvidenceRole, rendition: Rendition
) -> Evidence:
    """Name a JPEG by its SHA-256 and say what it is; `frame` is the picture in it."""
    height_px, width_px = frame.shape[:2]
    ref = EvidenceRef(
        role=role,
        rendition=rendition,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        media_type="image/jpeg",
        taken_at=taken_at,
        width_px=width_px,
        height_px=height_px,
    )
    return Evidence(ref, content)
