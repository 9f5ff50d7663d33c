"""Laying a caption out as a strip under the picture: never over it, where it could hide evidence."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from edge_agent.evidence.caption import Caption
from edge_agent.evidence.colours import LABEL, STRIP, VALUE, ink_on
from edge_agent.evidence.fonts import Font, Fonts
from edge_agent.evidence.snapshot import Frame

Piece = tuple[float, str, bool]
"""x, text, and whether it is a value (else a label)."""


def text_px(width_px: int) -> int:
    """Give the text size that is legible when a picture of this width fills a screen."""
    return int(min(max(width_px * 0.0145, 13), 34))


def draw_strip(caption: Caption, width_px: int, fonts: Fonts) -> Frame:
    """Draw the strip, as wide as the picture and as high as its words need. BGR."""
    size = text_px(width_px)
    regular, bold, chip_font = fonts.get(size), fonts.get(round(size * 1.35), bold=True), fonts.get(size, bold=True)
    margin, gap, line = round(size * 1.1), round(size * 0.5), round(size * 1.6)
    inner = width_px - 2 * margin
    lines = _flow(caption.fields, regular, inner, gap=round(size * 1.8), after_label=round(size * 0.5))

    chip_w = round(chip_font.getlength(caption.chip)) + 2 * gap
    time_w = round(bold.getlength(caption.time))
    title_x = margin + chip_w + 2 * gap
    title_lines = _wrap(caption.title, bold, max(inner - chip_w - 2 * gap, 4 * size))
    title_w = max(bold.getlength(one) for one in title_lines)
    time_beside = len(title_lines) == 1 and title_x + title_w + 2 * gap + time_w <= width_px - margin
    head_line = round(size * 2.0)
    head_lines = len(title_lines) + (0 if time_beside else 1)
    height = gap + head_lines * head_line + len(lines) * line + gap

    image = Image.new("RGB", (width_px, height), STRIP)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, max(4, size // 3), height), fill=caption.colour)
    middle = gap + head_line / 2
    chip_h = round(size * 1.6)
    draw.rounded_rectangle(
        (margin, middle - chip_h / 2, margin + chip_w, middle + chip_h / 2), radius=size // 3, fill=caption.colour
    )
    draw.text((margin + gap, middle), caption.chip, font=chip_font, fill=ink_on(caption.colour), anchor="lm")
    for number, text in enumerate(title_lines):
        draw.text((title_x, middle + number * head_line), text, font=bold, fill=VALUE, anchor="lm")
    if time_beside:
        draw.text((width_px - margin, middle), caption.time, font=bold, fill=VALUE, anchor="rm")
    else:
        draw.text((margin, middle + len(title_lines) * head_line), caption.time, font=bold, fill=VALUE, anchor="lm")
    for number, pieces in enumerate(lines):
        y = gap + head_lines * head_line + (number + 0.5) * line
        for x, text, is_value in pieces:
            draw.text((margin + x, y), text, font=regular, fill=VALUE if is_value else LABEL, anchor="lm")
    return np.ascontiguousarray(np.asarray(image)[..., ::-1])


def _flow(
    fields: tuple[tuple[str, str], ...], font: Font, width: int, *, gap: int, after_label: int
) -> list[list[Piece]]:
    """Set label and value pairs one after another, breaking between pairs, and inside a value only when it must."""
    lines: list[list[Piece]] = [[]]
    x = 0.0
    for label, value in fields:
        label_w = font.getlength(label) + after_label
        if x and x + label_w + font.getlength(value) > width:
            lines.append([])
            x = 0.0
        lines[-1].append((x, label, False))
        for number, text in enumerate(_wrap(value, font, max(width - x - label_w, width / 3))):
            if number:
                lines.append([])
            lines[-1].append((x + label_w, text, True))
        x += label_w + font.getlength(lines[-1][-1][1]) + gap
    return [line for line in lines if line]


def _wrap(text: str, font: Font, width: float) -> list[str]:
    """Break a text into lines of at most `width`, at spaces where there are some (Chinese has none)."""
    lines: list[str] = []
    rest = text
    while rest and font.getlength(rest) > width:
        end = max(1, next(n for n in range(1, len(rest) + 1) if font.getlength(rest[:n]) > width) - 1)
        space = rest.rfind(" ", 0, end + 1)
        end = space if space > end // 2 else end
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, rest] if rest or not lines else lines
