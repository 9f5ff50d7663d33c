"""The benchmarks' clips: 1080p25 H.264, 4 Mbit/s, a keyframe every 2 s, made once from the demo's clip and cached.

`busy` is the demo's street, people walking all the time; `quiet` is the same street with nobody on it. Both have the
noise of a sensor on every picture: without it, pictures that repeat would cost a decoder hardly anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from rules.zone import Zone
from scripts.demonstration.clip import cached_clip, fetch_clip

WIDTH_PX, HEIGHT_PX, FPS, GOP_S, BIT_RATE = 1920, 1080, 25, 2, 4_000_000

_VERSION = 1  # in the name: a clip that is made in another way is another clip
_SOURCE_FPS = 10
_ROWS = slice(100, 532)  # 16:9 of the demo's clip, 768x576
_NOISE = 2.5  # grey levels
_BACKGROUND_EVERY = 20  # pictures: the median of these has nobody in it

Pixels = NDArray[np.uint8]

ZONES = (
    Zone.model_validate(
        {
            "id": "pavement",
            "kind": "illegal_parking",
            "polygon": [[0.25, 0.35], [0.85, 0.30], [0.90, 0.85], [0.20, 0.85]],
            "classes": ["car", "truck", "bus"],
        }
    ),
)
"""Where the demo's people walk: every look has something to judge."""


def bench_clip(kind: str) -> Path:
    """Give the clip `busy` or `quiet`, made when it is not cached. Raises DemoError without a network."""
    path = cached_clip().with_name(f"bench-{kind}-{_VERSION}.mp4")
    if not path.exists():
        source = fetch_clip()
        part = path.with_suffix(f".{os.getpid()}.part.mp4")
        _encode(_pictures(source) if kind == "busy" else _still(source), part)
        part.replace(path)
    return path


def _pictures(source: Path) -> Iterator[Pixels]:
    """Give the demo's pictures, cropped to 16:9 and enlarged, 25 a second."""
    shown = 0
    with av.open(str(source)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            large = _enlarged(frame.to_ndarray(format="bgr24"))
            while shown / FPS < (index + 1) / _SOURCE_FPS:
                shown += 1
                yield large


def _still(source: Path) -> Iterator[Pixels]:
    """Give the empty street, as long as the demo's clip is."""
    with av.open(str(source)) as container:
        frames = list(container.decode(video=0))
        chosen = [np.asarray(frame.to_ndarray(format="bgr24"), np.uint8) for frame in frames[::_BACKGROUND_EVERY]]
    empty = _enlarged(np.median(np.stack(chosen), axis=0).astype(np.uint8))
    for _ in range(len(frames) * FPS // _SOURCE_FPS):
        yield empty


def _enlarged(bgr: Any) -> Pixels:
    large = cv2.resize(bgr[_ROWS], (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(large, cv2.COLOR_BGR2YUV_I420), np.uint8)


def _encode(pictures: Iterator[Pixels], path: Path) -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, _NOISE, (HEIGHT_PX + 100, WIDTH_PX + 100)).astype(np.int16)
    kbit, gop = BIT_RATE // 1000, FPS * GOP_S
    rate = f"nal-hrd=cbr:vbv-maxrate={kbit}:vbv-bufsize={kbit}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        stream.bit_rate = BIT_RATE
        stream.options = {
            "preset": "veryfast",
            "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0:rc-lookahead=10:{rate}",
        }
        for number, yuv in enumerate(pictures):
            noisy = yuv.copy()
            y, x = rng.integers(0, 100, 2)
            luma = yuv[:HEIGHT_PX] + noise[y : y + HEIGHT_PX, x : x + WIDTH_PX]
            noisy[:HEIGHT_PX] = np.clip(luma, 0, 255)
            frame = av.VideoFrame.from_ndarray(noisy, format="yuv420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
