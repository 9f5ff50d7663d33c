"""The video around the moment of confirmation, as the camera sent it: remuxed from the ring, not encoded again."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from edge_agent.evidence.scene import Scene
from edge_agent.evidence.snapshot import Snapshot
from edge_agent.outbox.outgoing import Evidence
from edge_agent.source.remux import Clip
from protocol.messages import EvidenceRef, EvidenceRole, Rendition

CutClip = Callable[[float, float], Clip | None]
"""Cuts a clip from ... to (Unix seconds) out of what a camera sent lately; None when it has nothing of it."""

_log = logging.getLogger(__name__)


def no_clip(_from_s: float, _to_s: float) -> Clip | None:
    """Cut nothing: a file that is run through has no ring."""
    return None


def confirmed_clip(scene: Scene, now: Snapshot, cut: CutClip) -> tuple[Evidence, ...]:
    """Give the clip that ends where the violation was confirmed; nothing where the site keeps no originals.

    People in it are not made unrecognisable, so it goes by the same policy as untouched pictures. A clip that cannot
    be written costs no violation.
    """
    policy = scene.box.evidence
    if not (policy.keep_original and policy.clip_s):
        return ()
    at_s = now.taken_at.timestamp()
    try:
        clip = cut(at_s - policy.clip_s, at_s)
    except Exception as error:  # whatever a muxer makes of a camera's odd stream
        _log.warning("[%s] no clip of stay %s: %s", scene.camera.id, scene.event.stay, error)
        return ()
    if clip is None:
        return ()
    height_px, width_px = now.frame.shape[:2]
    ref = EvidenceRef(
        role=EvidenceRole.CLIP,
        rendition=Rendition.ORIGINAL,
        sha256=hashlib.sha256(clip.data).hexdigest(),
        bytes=len(clip.data),
        media_type=clip.media_type,
        taken_at=datetime.fromtimestamp(clip.from_s, UTC).astimezone(scene.box.zone_info),
        width_px=width_px,
        height_px=height_px,
    )
    return (Evidence(ref, clip.data),)
