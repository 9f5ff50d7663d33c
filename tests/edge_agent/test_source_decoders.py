"""A few decoders serve all cameras, and nothing of one camera shows in another's picture."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import av
import pytest

from edge_agent.source.decoder import KeyframeDecoders
from edge_agent.source.parameter_sets import parameter_sets
from edge_agent.source.pixels import plane
from edge_agent.source.stream_info import StreamInfo, VideoPacket
from tests.edge_agent.media import number_in, write_clip

Keyframes = tuple[StreamInfo, list[VideoPacket]]


def keyframes_of(path: Path) -> Keyframes:
    with av.open(str(path), "r") as container:
        stream = container.streams.video[0]
        info = StreamInfo.of(stream)
        return info, [packet for packet in container.demux(stream) if packet.size and packet.is_keyframe]


def number(decoders: KeyframeDecoders, info: StreamInfo, packet: VideoPacket) -> int:
    picture = decoders.decode(info, packet)
    assert picture is not None
    return number_in(plane(picture, 0))


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
@pytest.mark.parametrize("b_frames", [0, 3])
def test_keyframes_are_decoded_one_by_one_in_any_order(tmp_path: Path, codec: str, suffix: str, b_frames: int) -> None:
    info, packets = keyframes_of(write_clip(tmp_path / f"clip{suffix}", codec=codec, b_frames=b_frames))
    decoders = KeyframeDecoders()
    assert [number(decoders, info, packets[index]) for index in (2, 0, 1, 1)] == [40, 0, 20, 20]


@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
def test_cameras_of_different_make_share_nothing(tmp_path: Path, suffix: str) -> None:
    """Sizes, codecs and parameter sets differ; each picture is its own camera's."""
    cameras = [
        keyframes_of(write_clip(tmp_path / f"one{suffix}", first=100)),
        keyframes_of(write_clip(tmp_path / f"two{suffix}", first=200, size=(640, 360))),
        keyframes_of(write_clip(tmp_path / f"three{suffix}", first=300, codec="h265")),
        keyframes_of(write_clip(tmp_path / f"four{suffix}", first=400, b_frames=3)),
    ]
    decoders = KeyframeDecoders(idle=2)
    for index in (0, 1, 2):
        numbers = [number(decoders, info, packets[index]) for info, packets in cameras]
        assert numbers == [100 + 20 * index, 200 + 20 * index, 300 + 20 * index, 400 + 20 * index]


def test_two_cameras_that_announce_the_same_and_send_something_else_share_nothing(tmp_path: Path) -> None:
    """Parameter sets in the packets overrule those announced; a shared decoder would carry them over."""
    info, small = keyframes_of(write_clip(tmp_path / "small.ts", first=100))
    _other, large = keyframes_of(write_clip(tmp_path / "large.ts", first=200, size=(640, 360)))
    decoders = KeyframeDecoders()
    for _ in range(3):
        assert number(decoders, info, small[1]) == 120
        assert number(decoders, info, large[1]) == 220


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_parameter_sets_are_found_in_packets_with_start_codes(tmp_path: Path, codec: str) -> None:
    info, packets = keyframes_of(write_clip(tmp_path / "clip.ts", codec=codec))
    sets = parameter_sets(info, packets[0])
    assert sets
    assert sets == parameter_sets(info, packets[1])
    assert len(sets) < 200 or codec == "h265"


def test_many_threads_decode_at_once_with_a_bounded_number_of_idle_decoders(tmp_path: Path) -> None:
    info, packets = keyframes_of(write_clip(tmp_path / "clip.mp4"))
    decoders = KeyframeDecoders(idle=2)
    seen: list[int] = []

    def work() -> None:
        seen.extend(number(decoders, info, packets[index % 3]) for index in range(30))

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [0] * 60 + [20] * 60 + [40] * 60
    assert decoders.idle_count <= 2


def test_after_a_broken_keyframe_the_next_one_is_decoded(tmp_path: Path) -> None:
    info, packets = keyframes_of(write_clip(tmp_path / "clip.mp4"))
    broken: VideoPacket = av.Packet(bytes(packets[0])[:40])  # type: ignore[assignment]
    decoders = KeyframeDecoders()
    try:
        picture = decoders.decode(info, broken)
    except av.FFmpegError:
        picture = None
    assert picture is None or picture.is_corrupt
    assert number(decoders, info, packets[1]) == 20
