"""A camera by HTTP, or a file that plays the camera: decoded on demand, never given up, quick to stop."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from edge_agent.source import Frame, LiveSource, SourceReport, stop_all
from edge_agent.source.decoder import KeyframeDecoders
from protocol.messages import CameraState, TimeSource
from tests.edge_agent.media import damage, number_in, pictures_in, write_clip

Eventually = Callable[[Callable[[], object], str], None]
FPS = 10
HEADER = b"HTTP/1.0 200 OK\r\nContent-Type: video/mp2t\r\n\r\n"


@dataclass
class Watching:
    """A source with all that it told and gave."""

    source: LiveSource
    told: list[SourceReport]
    frames: list[Frame] = field(default_factory=list)

    def looked(self) -> bool:
        frame = self.source.take()
        if frame is not None:
            self.frames.append(frame)
        return frame is not None

    def looks_until(self, over: bool) -> bool:
        self.looked()
        return over

    def heard(self, code: str) -> Callable[[], bool]:
        return lambda: code in [one.code for one in self.told]


Watch = Callable[..., Watching]


@pytest.fixture
def watch() -> Iterator[Watch]:
    started: list[LiveSource] = []

    def start(url: str | Path, look_every_s: float = 0.5, *, loop: bool = False) -> Watching:
        told: list[SourceReport] = []
        source = LiveSource(
            str(url),
            look_every_s=look_every_s,
            silence_s=1.0,
            longest_retry_s=0.2,
            loop=loop,
            observer=told.append,
            decoders=KeyframeDecoders(),
        )
        source.start()
        started.append(source)
        return Watching(source, told)

    yield start
    for source in started:
        source.stop()


class HttpCamera:
    """Answers every request with the same bytes; then it hangs or closes, as told. It may also never answer."""

    def __init__(self, content: bytes, *, hangs: bool, answers: bool = True) -> None:
        self._content, self._hangs, self._answers = content, hangs, answers
        self._over = Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.visits = 0
        Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://watcher:s3cret@127.0.0.1:{self._socket.getsockname()[1]}/live.ts"

    def close(self) -> None:
        self._over.set()
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _address = self._socket.accept()
                self.visits += 1
                Thread(target=self._answer, args=(visitor,), daemon=True).start()

    def _answer(self, visitor: socket.socket) -> None:
        with visitor, contextlib.suppress(OSError):
            if self._answers:
                visitor.recv(4096)
                visitor.sendall(HEADER + self._content)
            if self._hangs:
                self._over.wait()


@pytest.fixture
def http_camera() -> Iterator[Callable[..., HttpCamera]]:
    cameras: list[HttpCamera] = []

    def start(content: bytes, *, hangs: bool, answers: bool = True) -> HttpCamera:
        cameras.append(HttpCamera(content, hangs=hangs, answers=answers))
        return cameras[-1]

    yield start
    for camera in cameras:
        camera.close()


def test_a_file_plays_the_camera_at_the_speed_of_life(tmp_path: Path, watch: Watch, eventually: Eventually) -> None:
    seen = watch(write_clip(tmp_path / "clip.mp4", seconds=2, fps=FPS, gop=5))
    began_at_s = time.time()
    eventually(lambda: seen.looks_until(seen.source.state is CameraState.ENDED), "the file is over")
    ended_at_s = time.time()
    assert ended_at_s - began_at_s >= 1.5
    numbers = [number_in(frame.luma()) for frame in seen.frames]
    assert numbers == sorted({number - number % 5 for number in numbers})
    arrived_s = [frame.arrived_s - seen.frames[0].arrived_s for frame in seen.frames]
    assert arrived_s == pytest.approx([frame.pts_s - seen.frames[0].pts_s for frame in seen.frames])
    assert time.monotonic() - 30 < seen.frames[0].arrived_s <= time.monotonic()
    for frame in seen.frames:
        assert frame.time_source is TimeSource.FILE
        assert began_at_s - 5 <= frame.taken_at_s <= ended_at_s
    assert [one.code for one in seen.told] == ["camera_starting", "camera_ok", "camera_ended"]


def test_a_file_in_a_loop_never_ends_and_time_goes_on(tmp_path: Path, watch: Watch, eventually: Eventually) -> None:
    seen = watch(write_clip(tmp_path / "clip.mp4", seconds=1, fps=FPS, gop=5), loop=True)
    for _ in range(5):
        eventually(seen.looked, "another picture")
    moments = [frame.taken_at_s for frame in seen.frames]
    assert moments == sorted(moments)
    assert len({round(moment, 3) for moment in moments}) == 5
    assert seen.source.state is CameraState.OK


def test_nothing_is_decoded_until_a_look_is_owed(tmp_path: Path, eventually: Eventually) -> None:
    decoders = KeyframeDecoders()
    source = LiveSource(
        str(write_clip(tmp_path / "clip.mp4", seconds=2, fps=FPS, gop=5)), look_every_s=0.5, decoders=decoders
    )
    source.start()
    eventually(lambda: source.state is CameraState.ENDED, "the file is over")
    assert decoders.idle_count == 0
    shown = source.newest()
    assert shown is not None
    assert number_in(shown.luma()) == 15, "a person sees it without taking it from the looks"
    frame = source.take()
    assert frame is not None
    assert number_in(frame.luma()) == 15, "the newest keyframe, and none of those before it"
    assert decoders.idle_count == 1
    assert source.take() is None


@pytest.mark.parametrize(
    "recipe", [{"gop": 60}, {"gop": 60, "b_frames": 2}, {"gop": 10, "intra_refresh": True}], ids=str
)
def test_a_person_sees_the_newest_picture_where_keyframes_are_seldom(
    tmp_path: Path, watch: Watch, eventually: Eventually, recipe: dict[str, Any]
) -> None:
    seen = watch(write_clip(tmp_path / "clip.mp4", seconds=4, fps=FPS, **recipe), 0.5)
    eventually(lambda: seen.looks_until(seen.source.state is CameraState.ENDED), "the file is over")
    shown = seen.source.newest()
    assert shown is not None
    assert number_in(shown.luma()) == 39
    assert shown.pts_s == pytest.approx(3.9)


def test_a_person_sees_no_picture_of_a_camera_that_never_gave_one(tmp_path: Path) -> None:
    assert LiveSource(str(tmp_path / "none.mp4"), look_every_s=0.5).newest() is None


@pytest.mark.parametrize("b_frames", [0, 2])
def test_a_camera_with_too_few_keyframes_is_looked_at_all_the_same_and_told(
    tmp_path: Path, watch: Watch, eventually: Eventually, b_frames: int
) -> None:
    seen = watch(write_clip(tmp_path / "clip.mp4", seconds=4, fps=FPS, gop=40, b_frames=b_frames), 0.5)
    eventually(lambda: seen.looks_until(seen.source.state is CameraState.ENDED), "the file is over")
    numbers = [number_in(frame.luma()) for frame in seen.frames]
    assert numbers == [round(frame.pts_s * FPS) for frame in seen.frames]
    assert numbers == sorted(numbers)
    assert len(numbers) >= 3
    told = [one for one in seen.told if one.code == "video_not_sampled_by_keyframes"]
    assert len(told) == 1
    assert "I-frame interval to 0.5 s" in told[0].text_en
    assert "I 帧间隔" in told[0].text_zh


def test_a_camera_with_intra_refresh_is_looked_at_in_the_end(
    tmp_path: Path, watch: Watch, eventually: Eventually
) -> None:
    seen = watch(write_clip(tmp_path / "clip.mp4", seconds=6, fps=FPS, gop=10, intra_refresh=True), 0.5)
    eventually(lambda: seen.looks_until(seen.source.state is CameraState.ENDED), "the file is over")
    assert [number_in(frame.luma()) for frame in seen.frames] == [round(frame.pts_s * FPS) for frame in seen.frames]
    assert len(seen.frames) >= 3


def test_what_is_odd_about_a_camera_does_not_change_how_it_is(
    tmp_path: Path, watch: Watch, eventually: Eventually
) -> None:
    """Its last packets may be looked at while it is gone already."""
    seen = watch(write_clip(tmp_path / "clip.mp4", seconds=1.5, fps=FPS, gop=15), 0.2)
    eventually(lambda: seen.source.state is CameraState.ENDED, "the file is over")
    eventually(seen.looked, "a picture of it")
    assert seen.told[-1].code == "video_not_sampled_by_keyframes"
    assert seen.told[-1].state is CameraState.ENDED
    assert seen.source.state is CameraState.ENDED


def test_many_dead_cameras_are_stopped_together(http_camera: Callable[..., HttpCamera], eventually: Eventually) -> None:
    camera = http_camera(b"", hangs=True, answers=False)
    sources = [LiveSource(camera.url, look_every_s=1.0, silence_s=5.0) for _ in range(20)]
    for source in sources:
        source.start()
    eventually(lambda: camera.visits == 20, "all were called")
    stop_all(sources)


def test_a_clip_comes_from_a_live_source(tmp_path: Path, watch: Watch, eventually: Eventually) -> None:
    seen = watch(write_clip(tmp_path / "clip.mp4", seconds=2, fps=FPS, gop=5))
    eventually(lambda: seen.source.state is CameraState.ENDED, "the file is over")
    clip = seen.source.clip(0, time.time())
    assert clip is not None
    assert pictures_in(clip.data) == list(range(20))


def test_a_file_that_appears_later_is_found(tmp_path: Path, watch: Watch, eventually: Eventually) -> None:
    seen = watch(tmp_path / "clip.mp4")
    eventually(seen.heard("camera_unreachable"), "the file is missed")
    assert "there is no such file; check the path" in seen.source.report.text_en
    write_clip(tmp_path / "new.mp4", seconds=2).rename(tmp_path / "clip.mp4")
    eventually(seen.looked, "a picture comes")


def test_a_camera_that_closes_the_connection_is_asked_again_and_again(
    tmp_path: Path, watch: Watch, http_camera: Callable[..., HttpCamera], eventually: Eventually
) -> None:
    camera = http_camera(write_clip(tmp_path / "clip.ts", seconds=2, gop=5).read_bytes(), hangs=False)
    seen = watch(camera.url)
    eventually(lambda: seen.looks_until(camera.visits >= 3), "it is asked for the third time")
    assert seen.heard("camera_unreachable")()
    assert len(seen.frames) >= 2
    assert all("s3cret" not in one.text_en + one.text_zh for one in seen.told)


def test_a_camera_that_falls_silent_is_stalled_and_asked_again(
    tmp_path: Path, watch: Watch, http_camera: Callable[..., HttpCamera], eventually: Eventually
) -> None:
    camera = http_camera(write_clip(tmp_path / "clip.ts", seconds=10, gop=5).read_bytes(), hangs=True)
    seen = watch(camera.url)
    eventually(seen.looked, "a picture comes")
    eventually(seen.heard("camera_stalled"), "the silence is noticed")
    eventually(lambda: camera.visits >= 2, "it is asked again")


def test_a_camera_that_takes_the_call_and_says_nothing_does_not_hold_up_stopping(
    watch: Watch, http_camera: Callable[..., HttpCamera], eventually: Eventually
) -> None:
    camera = http_camera(b"", hangs=True, answers=False)
    seen = watch(camera.url)
    eventually(lambda: camera.visits == 1, "it was called")
    seen.source.stop()
    assert seen.source.take() is None


def test_a_camera_that_never_answers_is_unreachable(
    watch: Watch, http_camera: Callable[..., HttpCamera], eventually: Eventually
) -> None:
    seen = watch(http_camera(b"", hangs=True, answers=False).url)
    eventually(seen.heard("camera_unreachable"), "its silence is noticed")
    assert "nothing answers" in seen.told[-1].text_en


def test_broken_video_from_a_camera_never_breaks_a_look(
    tmp_path: Path, watch: Watch, http_camera: Callable[..., HttpCamera], eventually: Eventually
) -> None:
    clip = write_clip(tmp_path / "clip.ts", seconds=6, gop=5)
    damage(clip, from_share=0.02, to_share=1.0, bytes_hit=600)
    camera = http_camera(clip.read_bytes(), hangs=False)
    seen = watch(camera.url, 0.2)
    eventually(lambda: seen.looks_until(camera.visits >= 5), "it came through it all")


def test_stopping_twice_or_before_starting_is_no_fault(tmp_path: Path) -> None:
    source = LiveSource(str(write_clip(tmp_path / "clip.mp4")), look_every_s=1.0)
    source.stop()
    source.start()
    source.stop()
    source.stop()
