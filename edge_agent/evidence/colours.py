"""The colours of evidence pictures, RGB. Chosen to differ in lightness too, for who does not see red and green."""

from __future__ import annotations

from protocol.kinds import ViolationKind

Rgb = tuple[int, int, int]

KIND: dict[ViolationKind, Rgb] = {
    ViolationKind.ILLEGAL_PARKING: (255, 77, 79),
    ViolationKind.STREET_VENDING: (255, 152, 32),
    ViolationKind.UMBRELLA_STALL: (186, 104, 255),
}
CLEARED: Rgb = (82, 208, 120)
ASKED: Rgb = (96, 165, 250)
ZONE: Rgb = (255, 214, 64)
EXCLUDED: Rgb = (96, 205, 255)
HALO: Rgb = (12, 14, 18)

STRIP: Rgb = (17, 21, 28)
LABEL: Rgb = (139, 150, 166)
VALUE: Rgb = (242, 245, 248)
ON_COLOUR: Rgb = (255, 255, 255)
ON_LIGHT: Rgb = (17, 21, 28)


def ink_on(colour: Rgb) -> Rgb:
    """Give the ink that is legible on `colour` (relative luminance, ITU-R BT.709)."""
    red, green, blue = colour
    return ON_LIGHT if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 150 else ON_COLOUR
