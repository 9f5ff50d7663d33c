"""The zone and the object's place, drawn over an untouched picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from central.console.overlay import overlay_svg
from protocol.messages import Violation, ZonePlace

if TYPE_CHECKING:
    from tests.central.conftest import Box


def numbers_of(svg: str, css_class: str) -> list[float]:
    drawing = ElementTree.fromstring(f"<svg>{svg}</svg>")
    (path,) = (p for p in drawing if p.get("class") == css_class)
    return [float(n) for n in re.findall(r"-?[\d.]+", path.get("d", ""))]


def test_the_outline_lies_where_the_zone_is_in_this_picture(make_box: type[Box]) -> None:
    violation = make_box().report().violation
    svg = overlay_svg(violation, 1280, 720)
    assert numbers_of(svg, "zone-line") == [128, 72, 1152, 72, 1152, 432, 128, 432]


def test_the_corners_mark_the_object(make_box: type[Box]) -> None:
    violation = make_box().report().violation
    numbers = numbers_of(overlay_svg(violation, 1000, 1000), "box-line")
    xs, ys = numbers[0::2], numbers[1::2]
    assert (min(xs), min(ys), max(xs), max(ys)) == (300, 200, 600, 500)


def test_a_legal_bay_is_cut_out_of_the_zone(make_box: type[Box]) -> None:
    violation = make_box().report().violation
    bay = ((0.2, 0.2), (0.4, 0.2), (0.4, 0.4))
    zone = ZonePlace(id="kerb", polygon=violation.zone.polygon, exclude=(bay,))
    with_bay = Violation.model_validate({**violation.model_dump(), "zone": zone.model_dump()})
    svg = overlay_svg(with_bay, 100, 100)
    assert 'fill-rule="evenodd"' in svg
    assert numbers_of(svg, "zone-hole") == [20, 20, 40, 20, 40, 40]
    assert "zone-hole" not in overlay_svg(violation, 100, 100)


def test_names_from_a_box_never_get_into_the_drawing(make_box: type[Box]) -> None:
    violation = make_box().report(zone_name="<script>alert(1)</script>").violation
    assert "script" not in overlay_svg(violation, 100, 100)
