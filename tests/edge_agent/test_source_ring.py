"""The last seconds of a camera, as it sent them: bounded, always decodable, and cut into clips that play."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from edge_agent.source import PacketRing
from edge_agent.source.remux import Clip
from edge_agent.source.ring import KeptPacket
from edge_agent.source.stream_info import StreamInfo
from protocol.messages import TimeSource
from tests.edge_agent.media import packets_in, pictures_in, write_clip

FPS, GOP = 10, 20


def packets_of(path: Path, start_at_s: float) -> Iterator[tuple[StreamInfo, KeptPacket, bool]]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        info = StreamInfo.of(stream)
        first: float | None = None
        for packet in container.demux(stream):
            if packet.size:
                ticks = packet.pts if packet.pts is not None else packet.dts
                at_s = float((ticks or 0) * info.time_base)
                first = at_s if first is None else first
                shown_s = at_s - first
                kept = KeptPacket(packet, start_at_s + shown_s, TimeSource.FILE, shown_s, packet.size, shown_s)
                yield info, kept, packet.is_keyframe


def fill(ring: PacketRing, path: Path, start_at_s: float = 1000.0) -> None:
    for info, kept, is_keyframe in packets_of(path, start_at_s):
        ring.add(info, kept, is_keyframe)


def pictures_of(clip: Clip | None) -> list[int]:
    assert clip is not None
    return pictures_in(clip.data)


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("suffix", [".mp4", ".ts", ".mkv"])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_a_clip_around_a_moment_plays_and_begins_with_the_keyframe_before(
    tmp_path: Path, codec: str, suffix: str, b_frames: int
) -> None:
    """From a transport stream as from a camera (start codes) and from an MP4 (lengths)."""
    ring = PacketRing()
    fill(ring, write_clip(tmp_path / f"clip{suffix}", codec=codec, seconds=10, fps=FPS, gop=GOP, b_frames=b_frames))
    clip = ring.clip(1005.0, 1007.0)
    assert clip is not None
    assert clip.media_type == "video/mp4"
    assert clip.from_s == pytest.approx(1004.0, abs=0.01)
    assert 1006.99 <= clip.to_s <= 1007.0 + b_frames / FPS + 0.01, "with the picture that the last one is decoded from"
    pictures = pictures_of(clip)
    assert pictures[0] == 40
    assert pictures[-1] in range(68, 71 + b_frames)
    assert pictures == list(range(40, pictures[-1] + 1))


def test_a_picture_that_is_dated_late_is_not_cut_out_of_the_middle(tmp_path: Path) -> None:
    """A packet that waited in the network is dated by its arrival until the camera says the time."""
    ring = PacketRing()
    for number, (info, kept, is_keyframe) in enumerate(
        packets_of(write_clip(tmp_path / "clip.mp4", seconds=4, fps=FPS, gop=GOP), 1000.0)
    ):
        late_s = 0.5 if number == 19 else 0.0
        ring.add(info, kept._replace(taken_at_s=kept.taken_at_s + late_s), is_keyframe)
    assert pictures_of(ring.clip(1000.0, 1002.0)) == list(range(21))


def test_a_clip_can_be_played_before_it_has_all_arrived(tmp_path: Path) -> None:
    ring = PacketRing()
    fill(ring, write_clip(tmp_path / "clip.mp4", seconds=10, fps=FPS, gop=GOP))
    clip = ring.clip(1000.0, 1010.0)
    assert clip is not None
    assert clip.data.index(b"moov") < clip.data.index(b"mdat")


def test_a_clip_is_a_copy_of_what_the_camera_sent(tmp_path: Path) -> None:
    """Nothing is encoded again: every packet is in the clip to the byte, and the ring can give it a second time."""
    path = write_clip(tmp_path / "clip.mp4", seconds=4, fps=FPS, gop=GOP)
    ring = PacketRing()
    fill(ring, path)
    clip = ring.clip(1000.0, 1010.0)
    assert clip is not None
    assert packets_in(clip.data) == packets_in(path)
    assert ring.clip(1000.0, 1010.0) == clip


def test_the_last_seconds_are_kept_and_the_rest_forgotten_by_whole_groups(tmp_path: Path) -> None:
    ring = PacketRing(keep_s=5.0)
    fill(ring, write_clip(tmp_path / "clip.mp4", seconds=20, fps=FPS, gop=GOP))
    clip = ring.clip(0.0, 2000.0)
    assert clip is not None
    assert 5.0 <= clip.to_s - clip.from_s <= 5.0 + 2 * GOP / FPS
    assert pictures_of(clip)[0] % GOP == 0


def test_a_ring_never_holds_more_bytes_than_it_may(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", seconds=20, fps=FPS, gop=GOP)
    limit = path.stat().st_size // 4
    ring = PacketRing(keep_s=3600.0, keep_bytes=limit)
    largest = 0
    for info, kept, is_keyframe in packets_of(path, 1000.0):
        ring.add(info, kept, is_keyframe)
        largest = max(largest, ring.size_bytes)
    assert largest <= limit
    assert pictures_of(ring.clip(0.0, 2000.0))[-1] == 20 * FPS - 1


def test_a_single_group_too_large_for_the_ring_keeps_its_beginning(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", seconds=10, fps=FPS, gop=100)
    ring = PacketRing(keep_bytes=path.stat().st_size // 2)
    fill(ring, path)
    pictures = pictures_of(ring.clip(0.0, 2000.0))
    assert pictures == list(range(len(pictures)))
    assert 0 < len(pictures) < 100


def test_what_comes_before_the_first_keyframe_is_not_kept(tmp_path: Path) -> None:
    ring = PacketRing()
    for index, (info, kept, is_keyframe) in enumerate(packets_of(write_clip(tmp_path / "clip.mp4"), 1000.0)):
        if index >= 5:
            ring.add(info, kept, is_keyframe)
    assert pictures_of(ring.clip(0.0, 2000.0))[0] == 20


def test_a_clip_across_a_reconnection_has_the_later_part(tmp_path: Path) -> None:
    ring = PacketRing()
    fill(ring, write_clip(tmp_path / "before.mp4", seconds=4, fps=FPS, gop=GOP), 1000.0)
    ring.end_connection()
    fill(ring, write_clip(tmp_path / "after.mp4", codec="h265", seconds=4, fps=FPS, gop=GOP), 1006.0)
    assert pictures_of(ring.clip(1001.0, 1009.0)) == list(range(31))
    assert pictures_of(ring.clip(1001.0, 1003.0))[0] == 0


def test_nothing_is_cut_from_where_nothing_is_kept(tmp_path: Path) -> None:
    ring = PacketRing()
    assert ring.clip(0.0, 2000.0) is None
    assert ring.newest() is None
    fill(ring, write_clip(tmp_path / "clip.mp4", seconds=4))
    assert ring.clip(900.0, 950.0) is None
    assert ring.clip(1100.0, 1200.0) is None


def test_a_clock_that_is_set_back_starts_the_ring_anew(tmp_path: Path) -> None:
    ring = PacketRing()
    path = write_clip(tmp_path / "clip.mp4", seconds=4, fps=FPS, gop=GOP)
    fill(ring, path, 5000.0)
    fill(ring, path, 1000.0)
    assert ring.clip(5000.0, 5010.0) is None
    assert pictures_of(ring.clip(1000.0, 1010.0)) == list(range(4 * FPS))


def test_a_codec_that_fits_in_no_mp4_is_cut_as_quicktime(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "old.avi", codec="msmpeg4", seconds=2)
    ring = PacketRing()
    fill(ring, path)
    clip = ring.clip(0.0, 2000.0)
    assert clip is not None
    assert clip.media_type == "video/quicktime"
    assert pictures_of(clip) == list(range(20))
