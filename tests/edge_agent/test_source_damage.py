"""Broken video: what can be decoded is looked at, what cannot is told, and nothing is raised half-way."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from edge_agent.source import FileSource, SourceError, SourceReport
from edge_agent.source.steady_size import SteadySize
from tests.edge_agent.media import cut, damage, damage_packets, number_in, write_clip, write_silence


def look(path: Path, every_s: float = 1.0) -> tuple[list[float], list[SourceReport]]:
    told: list[SourceReport] = []
    frames = FileSource(path, start_at_s=0.0, observer=told.append).frames(every_s)
    return [round(frame.pts_s, 2) for frame in frames], told


def test_a_file_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"street\.mp4: No such file or directory; .*check the path.*检查路径"):
        next(FileSource(tmp_path / "street.mp4").frames(1.0))


def test_a_folder_is_no_clip(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="check the path"):
        next(FileSource(tmp_path).frames(1.0))


@pytest.mark.parametrize("content", [b"", b"dear diary, " * 100, bytes(5000)])
def test_a_file_that_is_no_video_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"notes\.mp4: .*no video that can be read"):
        next(FileSource(path).frames(1.0))


def test_a_file_with_sound_only_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no video in it"):
        next(FileSource(write_silence(tmp_path / "sound.mp4")).frames(1.0))


def test_a_file_with_a_codec_that_nobody_knows_is_told_so(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", seconds=2)
    clip.write_bytes(clip.read_bytes().replace(b"avc1", b"zzz1").replace(b"avcC", b"zzzC"))
    with pytest.raises(SourceError, match=r"unknown codec; choose an H\.264 or H\.265 stream"):
        next(FileSource(clip).frames(1.0))


def test_an_mp4_cut_off_before_its_index_cannot_be_opened_and_the_error_says_why(tmp_path: Path) -> None:
    clip = cut(write_clip(tmp_path / "clip.mp4", seconds=6), 0.7)
    with pytest.raises(SourceError, match="an MP4 gets its index when recording ends"):
        next(FileSource(clip).frames(1.0))


@pytest.mark.parametrize("suffix", [".ts", ".mkv", ".avi"])
def test_a_recording_cut_off_is_looked_at_up_to_the_cut(tmp_path: Path, suffix: str) -> None:
    clip = cut(write_clip(tmp_path / f"clip{suffix}", seconds=10, gop=10), 0.55)
    moments, _told = look(clip)
    assert 4 <= len(moments) <= 7
    assert moments == [float(second) for second in range(len(moments))]


def test_an_mp4_with_its_index_first_says_that_it_was_cut(tmp_path: Path) -> None:
    clip = cut(write_clip(tmp_path / "clip.mp4", seconds=10, gop=10, movflags="faststart"), 0.55)
    moments, told = look(clip)
    assert 4 <= len(moments) <= 7
    assert "it says 10.0 s" in told[-1].text_en
    assert "文件头标明 10.0 秒" in told[-1].text_zh


def test_a_broken_keyframe_is_passed_over_and_told_with_its_moment(tmp_path: Path) -> None:
    clip = damage_packets(write_clip(tmp_path / "clip.mp4", seconds=8, gop=20), [40])
    told: list[SourceReport] = []
    frames = list(FileSource(clip, start_at_s=0.0, observer=told.append).frames(2.0))
    assert [number_in(frame.luma()) for frame in frames] == [0, 20, 60]
    damaged = [one for one in told if one.code == "video_damaged"]
    assert "4.0 s" in damaged[0].text_en
    assert "4.0 秒" in damaged[0].text_zh


@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(seed=44, bytes_hit=64, every_s=0.0)  # damage to a transport stream's table of contents adds a stream to it
@given(seed=st.integers(0, 10_000), bytes_hit=st.integers(1, 400), every_s=st.sampled_from([0.0, 0.5, 1.0, 2.0]))
def test_whatever_is_broken_inside_a_file_nothing_is_raised(
    tmp_path: Path, suffix: str, seed: int, bytes_hit: int, every_s: float
) -> None:
    """Only the middle is hit: the container's own index at either end is what opening depends on."""
    clip = write_clip(tmp_path / f"clip{suffix}", seconds=4, gop=10)
    damage(clip, from_share=0.1, to_share=0.8, bytes_hit=bytes_hit, seed=seed)
    moments, told = look(clip, every_s)
    assert moments == sorted(moments)
    assert told[-1].code in ("camera_ended", "video_damaged")


def test_a_camera_that_changed_its_resolution_is_followed_and_garbage_of_another_size_is_not(tmp_path: Path) -> None:
    before, after = (
        write_clip(tmp_path / f"{size[0]}.ts", seconds=6, size=size, gop=10) for size in ((384, 216), (640, 360))
    )
    both = tmp_path / "both.ts"
    both.write_bytes(before.read_bytes() + after.read_bytes())
    widths = [frame.width_px for frame in FileSource(both, start_at_s=0.0).frames(1.0)]
    assert widths == [384] * 6 + [640] * 5
    size = SteadySize(384, 216)
    seen = [(384, 216), (16, 160), (384, 216), (640, 360), (16, 16), (640, 360), (640, 360), (384, 216)]
    accepted = [size.accepts(av.VideoFrame(*one)) for one in seen]
    assert accepted == [True, False, True, False, False, False, True, False]


def test_a_broken_stretch_is_told_once_and_not_a_hundred_times(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", seconds=10, gop=10)
    damage(clip, from_share=0.1, to_share=0.8, bytes_hit=3000)
    _moments, told = look(clip, 0.0)
    assert len([one for one in told if one.code == "video_damaged"]) <= 2
