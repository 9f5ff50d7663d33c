"""The picture of a camera as it is now, as evidence files: people made unrecognisable, the original by policy."""

from __future__ import annotations

import numpy as np

from edge_agent.config.box import BoxConfig, CameraConfig
from edge_agent.evidence.blur import blur_all_but, blur_people
from edge_agent.evidence.caption import caption_of_camera
from edge_agent.evidence.fonts import Fonts, system_fonts
from edge_agent.evidence.overlay import draw_zone
from edge_agent.evidence.snapshot import Frame, Snapshot, encode_jpeg, jpeg_evidence
from edge_agent.evidence.strip import draw_strip
from edge_agent.outbox.outgoing import Evidence
from protocol.messages import EvidenceRole, Rendition


def asked_still(
    box: BoxConfig, camera: CameraConfig, picture: Snapshot, *, zones_fit: bool = True, fonts: Fonts | None = None
) -> tuple[Evidence, ...]:
    """Make the rendered copy, and after it the untouched original where the box keeps originals.

    `picture.people` are blurred when the configuration says so. Zones are drawn while they fit the view.
    """
    fonts, policy = fonts or system_fonts(), box.evidence
    content = encode_jpeg(picture.frame, policy.jpeg_quality)
    original = jpeg_evidence(content, picture.frame, picture.taken_at, EvidenceRole.ASKED, Rendition.ORIGINAL)
    canvas = _without_people(picture) if policy.blur_people else picture.frame.copy()
    for zone in camera.zones if zones_fit else ():
        draw_zone(canvas, zone)
    kept_name = original.ref.sha256 if policy.keep_original else ""
    caption = caption_of_camera(box, camera, picture.taken_at, kept_name, fonts)
    rendered = np.vstack([canvas, draw_strip(caption, canvas.shape[1], fonts)])
    content = encode_jpeg(rendered, policy.jpeg_quality)
    copy = jpeg_evidence(content, rendered, picture.taken_at, EvidenceRole.ASKED, Rendition.RENDERED)
    return (copy, original) if policy.keep_original else (copy,)


def _without_people(picture: Snapshot) -> Frame:
    return (
        blur_all_but(picture.frame, (0, 0, 0, 0))
        if picture.people is None
        else blur_people(picture.frame, picture.people)
    )
