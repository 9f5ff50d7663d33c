"""The demo's film: the real footage, in whose last seconds the van is painted out, and every such picture says so.

In the footage the van stands from start to end, so a street that becomes clear cannot be had from it. What the box
makes of the film, and the centre of what the box says, is real.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from scripts.demonstration.failure import DemoError

LEAVES_AT_S = 64.0
"""From when on the van is painted out: soon after it has stood for the zone's 60 s."""
SAID_ZH = "说明：素材中面包车始终未离开；第 64 秒起由修图移去（画面上有标注），其后的判断与结案均为程序真实所为。"
SAID_EN = (
    "Note: in the footage the van never leaves. From second 64 on it is painted out, and each such picture is marked; "
    "what box and centre make of it is real."
)

_VAN_PX = (644, 34, 730, 106)
"""The van with its shadow in the clip of 768 x 576 pixels, x1 y1 x2 y2."""
_MARK = "DEMO: EDITED PICTURE, VAN PAINTED OUT"
_SURROUNDINGS_PX = 12
_BITS_PER_S = 6_000_000


def write_film(clip: Path, target: Path) -> Path:
    """Write the demo's film made of `clip` to `target` and give it. Raises DemoError."""
    try:
        with av.open(str(clip)) as source, av.open(str(target), "w") as film:
            shown = source.streams.video[0]
            rate = Fraction(shown.average_rate or 10)
            stream = film.add_stream("mpeg4", rate=rate, bit_rate=_BITS_PER_S, pix_fmt="yuv420p")
            stream.width, stream.height = shown.width, shown.height
            for number, frame in enumerate(source.decode(shown)):
                picture = frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
                if number / rate >= LEAVES_AT_S:
                    picture = _without_van(picture)
                film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            film.mux(stream.encode(None))
    except (av.FFmpegError, OSError) as error:
        raise DemoError(f"演示影片无法写入 {target}", f"The demo's film cannot be made of {clip}: {error}") from error
    return target


def _without_van(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x1, y1, x2, y2 = _VAN_PX
    mask = np.zeros(picture.shape[:2], np.uint8)
    mask[y1:y2, x1:x2] = 255
    edge = _SURROUNDINGS_PX
    around = np.s_[max(0, y1 - edge) : y2 + edge, x1 - edge : x2 + edge]
    edited = picture.copy()
    edited[around] = cv2.inpaint(picture[around], mask[around], 5, cv2.INPAINT_TELEA)
    cv2.rectangle(edited, (4, 545), (400, 572), (0, 0, 0), cv2.FILLED)
    cv2.putText(edited, _MARK, (12, 565), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 1, cv2.LINE_AA)
    return edited
