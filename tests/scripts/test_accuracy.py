"""The measurements behind docs/accuracy.md: what they make of pictures and figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rules.appearance import compare
from scripts.accuracy import doc, pictures
from scripts.accuracy.ablation import VARIANTS
from scripts.accuracy.heights import HEIGHT_PX, WIDTH_PX, Sample, _shrunk
from scripts.accuracy.views import _turned
from scripts.soaking.textures import patch


def picture(width: int = 640, height: int = 360) -> pictures.Image:
    """A picture with a bright square in its middle."""
    image = np.full((height, width, 3), 60, np.uint8)
    image[height // 2 - 40 : height // 2 + 40, width // 2 - 40 : width // 2 + 40] = 220
    return image


@pytest.mark.parametrize(
    "change", [pictures.dark, pictures.dark_amplified, pictures.infrared, pictures.rain, pictures.poor_jpeg]
)
def test_a_picture_made_worse_keeps_its_size_and_what_is_in_it(change: pictures.Change) -> None:
    worse = change(picture())
    assert worse.shape == (360, 640, 3)
    assert worse.dtype == np.uint8
    assert worse[150:210, 290:350].mean() > worse[:60, :60].mean() + 20


def test_a_frame_of_a_picture_has_its_planes() -> None:
    frame = pictures.frame_of(picture(), 12.0)
    assert frame.taken_at_s == 12.0
    assert [plane.shape for plane in frame.yuv_planes()] == [(360, 640), (180, 320), (180, 320)]


def test_an_object_is_shrunk_to_the_wanted_height_and_its_box_goes_with_it() -> None:
    box = (280 / 640, 140 / 360, 360 / 640, 220 / 360)
    image, where = _shrunk(Sample("squares", frozenset({"square"}), picture(), box), 0.5)
    assert image.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert (where[3] - where[1]) * HEIGHT_PX == pytest.approx(40, abs=1)
    x, y = round((where[0] + where[2]) / 2 * WIDTH_PX), round((where[1] + where[3]) / 2 * HEIGHT_PX)
    assert image[y, x].tolist() == [220, 220, 220]


def test_a_pan_by_three_degrees_moves_a_view_of_sixty_by_a_twentieth() -> None:
    turned = _turned(picture(), "pan, degrees", 3.0)
    columns = np.flatnonzero(turned[180, :, 0] > 140)
    moved = abs((columns.min() + columns.max()) / 2 - 320)
    # tan(3 deg) / tan(30 deg) of half the width
    assert moved == pytest.approx(29, abs=2)


def test_the_switched_off_checks_say_what_they_are_named() -> None:
    one, other = patch(1, 1.0, 1.0, 0), patch(2, 1.0, 1.0, 1)
    again = patch(1, 1.0, 1.0, 2)
    same, another = compare(one, again), compare(one, other)
    assert same is not None
    assert another is not None
    assert same.same
    assert another.another
    never_another, never_same, without = (
        VARIANTS[name](one, other) for name in ("it never says: another one", "it never says: the same", "without it")
    )
    assert never_another is not None
    assert not never_another.another
    assert never_same is not None
    assert never_same.another
    assert without is None
    still = VARIANTS["it never says: the same"](one, again)
    assert still is not None
    assert not still.same
    assert not still.another


def test_tables_are_written_between_their_markers_and_the_rest_stays(tmp_path: Path) -> None:
    document = tmp_path / "accuracy.md"
    document.write_text(
        "before\n<!-- figures: baseline --> old <!-- /figures -->\n<!-- figures: views --> kept <!-- /figures -->"
    )
    counts = {"tp": 8, "fp": 7, "fn": 3, "f1": 0.6154, "median_delay_s": 0.0}
    doc.update(document, {"baseline": {"all": counts, "faults": ["dev_01: missed motorcycle"]}})
    text = document.read_text()
    assert "| naive baseline | 8 | 7 | 3 | 0.615 | +0.0 s | dev_01: missed motorcycle |" in text
    assert "old" not in text
    assert "before" in text
    assert "kept" in text
