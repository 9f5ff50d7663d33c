"""Draw the zone and the place of an object over an untouched picture, as SVG."""

from __future__ import annotations

from collections.abc import Iterable

from protocol.messages import BoxXyxy, Point, Violation


def _ring(points: Iterable[Point], width_px: int, height_px: int) -> str:
    corners = " L".join(f"{x * width_px:.1f} {y * height_px:.1f}" for x, y in points)
    return f"M{corners} Z"


def _corners(box: BoxXyxy, width_px: int, height_px: int) -> str:
    """Mark the four corners of a box and leave its sides open, so that the object stays visible."""
    x1, y1, x2, y2 = box[0] * width_px, box[1] * height_px, box[2] * width_px, box[3] * height_px
    arm = max(6.0, 0.22 * min(x2 - x1, y2 - y1))
    return " ".join(
        f"M{x:.1f} {y + dy:.1f} L{x:.1f} {y:.1f} L{x + dx:.1f} {y:.1f}"
        for x, y, dx, dy in ((x1, y1, arm, arm), (x2, y1, -arm, arm), (x2, y2, -arm, -arm), (x1, y2, arm, -arm))
    )


def overlay_svg(violation: Violation, width_px: int, height_px: int) -> str:
    """Give what goes inside an `<svg viewBox="0 0 width height">` of the picture's size.

    The zone is filled except for its exclusions, which are dashed; the object's place has its corners marked.
    It contains nothing but numbers from the violation, so it is safe to put into a page as it is.
    """
    zone = _ring(violation.zone.polygon, width_px, height_px)
    holes = [_ring(ring, width_px, height_px) for ring in violation.zone.exclude]
    parts = [f'<path class="zone-fill" fill-rule="evenodd" d="{" ".join([zone, *holes])}"/>']
    parts.append(f'<path class="zone-line" d="{zone}"/>')
    parts += [f'<path class="zone-hole" d="{hole}"/>' for hole in holes]
    corners = _corners(violation.box, width_px, height_px)
    parts += [f'<path class="box-shade" d="{corners}"/>', f'<path class="box-line" d="{corners}"/>']
    return "".join(parts)
