"""A clip is read as fast as possible: the right pictures at the right times, for the least decoding."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge_agent.source import FileSource, Frame, SourceReport
from protocol.messages import CameraState, TimeSource
from tests.edge_agent.media import damage_packets, keyframe_indexes, number_in, write_clip

FPS = 10
NOON_S = datetime(2026, 6, 1, 12, 0, tzinfo=UTC).timestamp()


def look(path: Path, every_s: float, told: list[SourceReport] | None = None) -> list[Frame]:
    observer = (told if told is not None else []).append
    return list(FileSource(path, start_at_s=NOON_S, observer=observer).frames(every_s))


def moments(frames: list[Frame]) -> list[float]:
    return [round(frame.pts_s, 3) for frame in frames]


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize(
    ("gop", "every_s"),
    [(20, 2.0), (10, 2.0), (7, 2.0), (25, 2.0), (20, 1.0), (60, 1.0), (60, 2.5), (13, 0.5), (20, 0.2), (20, 0.0)],
)
def test_pictures_come_at_the_wanted_rate_and_are_the_right_ones(
    tmp_path: Path, codec: str, b_frames: int, gop: int, every_s: float
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", codec=codec, seconds=6, fps=FPS, gop=gop, b_frames=b_frames)
    frames = look(clip, every_s)
    assert [number_in(frame.luma()) for frame in frames] == [round(frame.pts_s * FPS) for frame in frames]
    assert frames[0].pts_s == 0
    step_s = max(every_s, 1 / FPS)
    gaps = [later - earlier for earlier, later in zip(moments(frames), moments(frames)[1:], strict=False)]
    assert all(0.5 * step_s - 0.001 <= gap <= max(1.25 * step_s, step_s + 0.21) + 0.001 for gap in gaps)
    assert frames[-1].pts_s >= 6 - 1 / FPS - 1.25 * step_s - 0.21


def test_a_clip_with_a_keyframe_for_every_look_is_never_decoded_in_between(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", seconds=8, fps=FPS, gop=20)
    keyframes = keyframe_indexes(clip)
    assert keyframes == [0, 20, 40, 60]
    damage_packets(clip, [index for index in range(80) if index not in keyframes])
    told: list[SourceReport] = []
    frames = look(clip, 2.0, told)
    assert [number_in(frame.luma()) for frame in frames] == keyframes
    assert [one.code for one in told] == ["camera_ok", "camera_ended"]


def test_keyframes_a_little_too_far_apart_are_still_all_that_is_decoded(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", seconds=7.3, fps=FPS, gop=20)
    assert moments(look(clip, 1.7)) == [0.0, 2.0, 4.0, 6.0]


def test_of_a_long_group_of_pictures_only_what_is_needed_is_decoded(tmp_path: Path) -> None:
    """What comes between a look and the next keyframe, or the end, is broken here, and no look needs it."""
    clip = write_clip(tmp_path / "clip.mp4", seconds=10, fps=FPS, gop=50)
    damage_packets(clip, [*range(42, 50), *range(82, 100)])
    told: list[SourceReport] = []
    assert moments(look(clip, 2.0, told)) == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert "video_damaged" not in [one.code for one in told]


def test_an_hour_missing_in_a_recording_stays_missing(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", seconds=8, fps=FPS, gop=20, gap=(4.0, 3600.0))
    frames = look(clip, 2.0)
    assert moments(frames) == [0.0, 2.0, 3604.0, 3606.0]
    assert [number_in(frame.luma()) for frame in frames] == [0, 20, 40, 60]
    assert [frame.taken_at_s for frame in frames] == [NOON_S + at for at in (0.0, 2.0, 3604.0, 3606.0)]


def test_a_gap_between_keyframes_is_crossed_without_a_wrong_picture(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", seconds=8, fps=FPS, gop=20, gap=(4.5, 60.0))
    assert moments(look(clip, 2.0)) == [0.0, 2.0, 4.0, 64.5, 66.0]


@pytest.mark.parametrize("suffix", [".mp4", ".ts", ".mkv", ".avi", ".mov", ".flv"])
def test_times_count_from_the_first_picture_in_any_container(tmp_path: Path, suffix: str) -> None:
    clip = write_clip(tmp_path / f"clip{suffix}", seconds=6, fps=FPS, gop=20)
    frames = look(clip, 2.0)
    assert moments(frames) == [0.0, 2.0, 4.0]
    assert [number_in(frame.luma()) for frame in frames] == [0, 20, 40]


def test_motion_jpeg_where_every_picture_is_a_keyframe(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.avi", codec="mjpeg", seconds=5, fps=FPS)
    assert [number_in(frame.luma()) for frame in look(clip, 2.0)] == [0, 20, 40]


def test_a_stream_whose_keyframes_are_only_named_so_is_decoded_through(tmp_path: Path) -> None:
    """With intra refresh a picture builds up over two seconds; after two vain tries everything is decoded."""
    clip = write_clip(tmp_path / "clip.mp4", seconds=16, fps=FPS, gop=20, intra_refresh=True)
    frames = look(clip, 2.0)
    assert [number_in(frame.luma()) for frame in frames] == [round(frame.pts_s * FPS) for frame in frames]
    assert frames[-1].pts_s > 13
    assert len(frames) >= 5


def test_bare_h264_without_any_times_is_dated_by_its_rate(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.h264", seconds=6, fps=25, gop=50)
    assert [number_in(frame.luma()) for frame in look(clip, 2.0)] == [0, 50, 100]


def test_two_recordings_glued_together_go_on_in_time(tmp_path: Path) -> None:
    """A jump back of the times would otherwise hide the second recording until it had caught up."""
    one, two = (write_clip(tmp_path / name, seconds=6, fps=FPS, gop=20) for name in ("one.ts", "two.ts"))
    glued = tmp_path / "glued.ts"
    glued.write_bytes(one.read_bytes() + two.read_bytes())
    frames = look(glued, 2.0)
    assert [number_in(frame.luma()) for frame in frames] == [0, 20, 40, 0, 20, 40]
    assert moments(frames) == pytest.approx([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], abs=0.2)


def test_the_start_is_what_the_caller_says(tmp_path: Path) -> None:
    frame = look(write_clip(tmp_path / "clip.mp4", seconds=1), 1.0)[0]
    assert (frame.taken_at_s, frame.time_source) == (NOON_S, TimeSource.FILE)


def test_the_start_is_the_creation_time_that_the_recorder_wrote(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", seconds=1, creation_time="2026-06-01T12:00:00Z")
    assert next(FileSource(clip).frames(1.0)).taken_at_s == NOON_S


def test_the_start_is_else_the_last_change_less_the_length(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", seconds=4)
    os.utime(clip, (NOON_S, NOON_S))
    assert next(FileSource(clip).frames(1.0)).taken_at_s == pytest.approx(NOON_S - 4, abs=0.2)


def test_a_file_tells_its_length_for_a_progress_bar_and_that_it_ended(tmp_path: Path) -> None:
    source = FileSource(write_clip(tmp_path / "clip.mp4", seconds=4))
    assert source.duration_s() == pytest.approx(4, abs=0.2)
    states = [source.state]
    states += [source.state for _frame in source.frames(1.0)][:1]
    assert [*states, source.state] == [CameraState.STARTING, CameraState.OK, CameraState.ENDED]
    assert len(list(source.frames(1.0))) == 4, "it can be read again"


def test_a_file_that_is_left_early_is_closed(tmp_path: Path) -> None:
    frames = FileSource(write_clip(tmp_path / "clip.mp4", seconds=4)).frames(1.0)
    next(frames)
    frames.close()  # type: ignore[attr-defined]
    assert list(frames) == []


def test_the_pictures_of_a_file_arrive_in_its_own_time(tmp_path: Path) -> None:
    frames = list(FileSource(write_clip(tmp_path / "clip.mp4", seconds=4), start_at_s=1000.0).frames(1.0))
    assert len(frames) > 2
    assert [frame.arrived_s for frame in frames] == [frame.pts_s for frame in frames]
