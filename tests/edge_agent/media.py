"""Small real clips for tests: every picture has its number written in it, so that a test knows which one it sees."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

BITS = 12
WIDTH, HEIGHT = 384, 216
_BLOCK = 32  # pixels: blocks of whole macroblocks survive any quantiser
_BRIGHT, _DARK = 200, 60
CODECS = {"h264": "libx264", "h265": "libx265", "msmpeg4": "msmpeg4", "mjpeg": "mjpeg"}


def numbered_picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """Draw a picture (RGB) with its number as bright and dark blocks, over a slope and a square that moves."""
    slope = np.linspace(70, 180, width, dtype=np.uint8)
    picture = np.repeat(np.broadcast_to(slope, (height, width))[:, :, None], 3, axis=2).copy()
    for bit in range(BITS):
        left = bit * _BLOCK
        picture[:_BLOCK, left : left + _BLOCK] = _BRIGHT if number >> bit & 1 else _DARK
    left = 8 * number % (width - 48)
    picture[96:144, left : left + 48] = (220, 40, 30)
    return picture


def number_in(luma: Picture) -> int:
    """Read the number that `numbered_picture` drew; ValueError when the picture is not whole."""
    number = 0
    for bit in range(BITS):
        left = bit * _BLOCK
        brightness = float(luma[8 : _BLOCK - 8, left + 8 : left + _BLOCK - 8].mean())
        if abs(brightness - 128) < 30:
            raise ValueError(f"bit {bit} is neither bright nor dark: {brightness:.0f}")
        number |= int(brightness > 128) << bit
    return number


@dataclass(frozen=True)
class _Recipe:
    codec: str = "h264"
    seconds: float = 6.0
    fps: int = 10
    gop: int = 20
    b_frames: int = 0
    size: tuple[int, int] = (WIDTH, HEIGHT)
    gap: tuple[float, float] | None = None
    creation_time: str = ""
    movflags: str = ""
    first: int = 0
    intra_refresh: bool = False


def write_clip(path: Path, **recipe: Any) -> Path:
    """Encode a clip; the file's suffix says the container, `recipe` the rest (see `_Recipe`).

    `gap` is (at_s, how_long_s): times jump there. `first` is the number in the first picture. With `intra_refresh`
    only the first keyframe is one; later pictures are renewed column by column (h264).
    """
    path.write_bytes(_encoded(path.suffix, _Recipe(**recipe)))
    return path


@lru_cache
def _encoded(suffix: str, recipe: _Recipe) -> bytes:
    """Encode each kind of clip once a run."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"clip{suffix}"
        with av.open(str(path), "w", options={"movflags": recipe.movflags} if recipe.movflags else {}) as container:
            if recipe.creation_time:
                container.metadata["creation_time"] = recipe.creation_time
            _encode(container, recipe)
        return path.read_bytes()


def _encode(container: OutputContainer, recipe: _Recipe) -> None:
    stream = container.add_stream(CODECS[recipe.codec], rate=recipe.fps)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = recipe.size
    stream.pix_fmt = "yuvj420p" if recipe.codec == "mjpeg" else "yuv420p"
    stream.time_base = Fraction(1, recipe.fps)
    stream.codec_context.gop_size, stream.codec_context.max_b_frames = recipe.gop, recipe.b_frames
    stream.codec_context.options = _encoder_options(recipe)
    for index in range(round(recipe.seconds * recipe.fps)):
        picture = numbered_picture(recipe.first + index, *recipe.size)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.time_base = Fraction(1, recipe.fps)
        after_gap = recipe.gap and index >= recipe.gap[0] * recipe.fps
        frame.pts = index + (round(recipe.gap[1] * recipe.fps) if recipe.gap and after_gap else 0)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _encoder_options(recipe: _Recipe) -> dict[str, str]:
    gop = recipe.gop
    if recipe.codec == "h265":
        params = f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes={recipe.b_frames}:log-level=none:pools=1"
        return {"preset": "ultrafast", "x265-params": params}
    if recipe.codec == "h264":
        steady = {"preset": "veryfast", "sc_threshold": "0", "keyint_min": str(gop), "threads": "1"}
        return steady | ({"intra-refresh": "1"} if recipe.intra_refresh else {})
    return {}


def pictures_in(video: bytes | Path) -> list[int]:
    """Decode a whole clip and read the numbers in its pictures."""
    source = io.BytesIO(video) if isinstance(video, bytes) else str(video)
    with av.open(source, "r") as container:
        return [number_in(np.asarray(one.to_ndarray(format="gray"), np.uint8)) for one in container.decode(video=0)]


def packets_in(video: bytes | Path) -> list[bytes]:
    """Give a clip's packets as bytes."""
    source = io.BytesIO(video) if isinstance(video, bytes) else str(video)
    with av.open(source, "r") as container:
        return [bytes(packet) for packet in container.demux(video=0)]


def write_silence(path: Path) -> Path:
    """Write a file with sound and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 8000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def cut(path: Path, share: float) -> Path:
    """Keep only the first part of a file, as when the power failed while it was written."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def damage(path: Path, *, from_share: float, to_share: float, bytes_hit: int, seed: int = 1) -> Path:
    """Overwrite bytes at random places in a part of a file."""
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)
    for _ in range(bytes_hit):
        at = int(len(content) * chance.uniform(from_share, to_share))
        content[min(at, len(content) - 1)] = chance.randrange(256)
    path.write_bytes(content)
    return path


def damage_packets(path: Path, which: Sequence[int]) -> Path:
    """Overwrite the middle of chosen packets (by index in decoding order) of a file, leaving all others whole."""
    content = bytearray(path.read_bytes())
    for index, (at, size) in enumerate(_places(path)):
        if index in which:
            # Past the head, which has lengths and parameter sets; bytes that no coded picture has.
            content[at + size // 3 : at + size] = b"\xa5" * (size - size // 3)
    path.write_bytes(content)
    return path


def keyframe_indexes(path: Path) -> list[int]:
    """Say which packets (by index in decoding order) are keyframes."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        return [index for index, packet in enumerate(packets) if packet.is_keyframe]


def _places(path: Path) -> Iterator[tuple[int, int]]:
    with av.open(str(path)) as container:
        for packet in container.demux(video=0):
            if packet.size and packet.pos is not None:
                yield packet.pos, packet.size
