"""The still pictures of a violation: wide ones and the close-up, each as untouched original and as rendered copy."""

from __future__ import annotations

from collections.abc import Iterable

from edge_agent.evidence.fonts import Fonts, system_fonts
from edge_agent.evidence.render import cut_out, render_close_up, render_wide
from edge_agent.evidence.scene import Scene
from edge_agent.evidence.snapshot import Frame, Snapshot, encode_jpeg, jpeg_evidence
from edge_agent.outbox.outgoing import Evidence
from protocol.messages import EvidenceRole, Rendition
from rules.observation import Box

CLOSE_UP_MARGIN = 0.35
"""How much of the surroundings a close-up shows on each side, in sizes of the object."""
CLOSE_UP_LEAST = 0.08
"""A close-up is at least this share of the picture wide and high: a far bicycle needs something around it."""


def confirmed_stills(
    scene: Scene, first_seen: Snapshot | None, confirmed: Snapshot, fonts: Fonts | None = None
) -> tuple[Evidence, ...]:
    """Make the pictures of a confirmed violation: first seen (where it was kept), confirmed, and the close-up.

    `first_seen.people` and `confirmed.people` are blurred in rendered copies when the configuration says so; originals
    are made only where it keeps them.
    """
    fonts = fonts or system_fonts()
    pictures: list[Evidence] = []
    if first_seen is not None:
        pictures += _wide(scene, EvidenceRole.FIRST_SEEN, first_seen, fonts)
    pictures += _wide(scene, EvidenceRole.CONFIRMED, confirmed, fonts)
    pictures += _close_up(scene, confirmed, fonts)
    return _once_each(pictures)


def cleared_stills(scene: Scene, after: Snapshot, fonts: Fonts | None = None) -> tuple[Evidence, ...]:
    """Make the picture of the place after it was cleared."""
    return _once_each(_wide(scene, EvidenceRole.AFTER, after, fonts or system_fonts()))


def close_up_of(box: Box) -> Box:
    """Give what a close-up of `box` shows: the box with a margin, not too small, inside the picture."""
    spans: list[tuple[float, float]] = []
    for low, high in ((box[0], box[2]), (box[1], box[3])):
        half = max((high - low) * (0.5 + CLOSE_UP_MARGIN), CLOSE_UP_LEAST / 2)
        middle = (low + high) / 2
        spans.append((max(0.0, middle - half), min(1.0, middle + half)))
    (x1, x2), (y1, y2) = spans
    return x1, y1, x2, y2


def _wide(scene: Scene, role: EvidenceRole, picture: Snapshot, fonts: Fonts) -> list[Evidence]:
    original = _original(scene, role, picture, picture.frame, picture.jpeg)
    rendered = render_wide(scene, role, picture, _name_kept(scene, original), fonts)
    return _kept(scene, original, rendered)


def _close_up(scene: Scene, picture: Snapshot, fonts: Fonts) -> list[Evidence]:
    crop = close_up_of(scene.event.box)
    original = _original(scene, EvidenceRole.CLOSE_UP, picture, cut_out(picture.frame, crop))
    rendered = render_close_up(scene, picture, crop, _name_kept(scene, original), fonts)
    return _kept(scene, original, rendered)


def _original(scene: Scene, role: EvidenceRole, picture: Snapshot, frame: Frame, jpeg: bytes | None = None) -> Evidence:
    content = jpeg or encode_jpeg(frame, scene.box.evidence.jpeg_quality)
    return jpeg_evidence(content, frame, picture.taken_at, role, Rendition.ORIGINAL)


def _name_kept(scene: Scene, original: Evidence) -> str:
    """Give the original's name for the caption; none where nobody could look it up."""
    return original.ref.sha256 if scene.box.evidence.keep_original else ""


def _kept(scene: Scene, original: Evidence, rendered: Frame) -> list[Evidence]:
    content = encode_jpeg(rendered, scene.box.evidence.jpeg_quality)
    copy = jpeg_evidence(content, rendered, original.ref.taken_at, original.ref.role, Rendition.RENDERED)
    return [original, copy] if scene.box.evidence.keep_original else [copy]


def _once_each(pictures: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """List a file once, under its first role: a close-up of something huge is the wide picture itself."""
    once: dict[str, Evidence] = {}
    for one in pictures:
        once.setdefault(one.ref.sha256, one)
    return tuple(once.values())
