"""A camera that speaks real RTSP over TCP, with all that happens to one: it dies, hangs, and comes back."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edge_agent.source import Frame, LiveSource, SourceReport
from protocol.messages import CameraState, TimeSource
from tests.edge_agent.media import number_in, pictures_in, write_clip

Eventually = Callable[[Callable[[], object], str], None]

pytestmark = pytest.mark.system("GStreamer's RTSP server")
FPS, GOP = 10, 10


@dataclass
class Camera:
    """An RTSP server that can be killed, frozen and started again on the same port."""

    python: str
    clips: dict[str, Path]
    port: int
    user: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def url(self, codec: str, user: str = "") -> str:
        return f"rtsp://{user}{'@' if user else ''}127.0.0.1:{self.port}/{codec}"

    def start(self) -> None:
        script = str(Path(__file__).with_name("rtsp_server.py"))
        streams = [f"/{codec}={codec}={clip}" for codec, clip in self.clips.items()]
        user = ["--user", self.user] if self.user else []
        self.process = subprocess.Popen(
            [self.python, script, str(self.port), *streams, *user],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == "ready", "the RTSP server did not start"

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)


@pytest.fixture(scope="module")
def system_python() -> str:
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    check = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    if python is None or subprocess.run([python, "-c", check], capture_output=True, check=False).returncode:
        pytest.skip("GStreamer's RTSP server is not installed (gir1.2-gst-rtsp-server-1.0 and python3-gi)")
    return python


@pytest.fixture
def camera(system_python: str, tmp_path: Path) -> Iterator[Camera]:
    clips = {
        codec: write_clip(tmp_path / f"{codec}.mp4", codec=codec, seconds=40, fps=FPS, gop=GOP)
        for codec in ("h264", "h265")
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    one = Camera(system_python, clips, port)
    yield one
    one.kill()


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


@pytest.fixture
def watch() -> Iterator[Callable[[str], Watching]]:
    started: list[LiveSource] = []

    def start(url: str) -> Watching:
        told: list[SourceReport] = []
        source = LiveSource(url, look_every_s=1.0, silence_s=2.0, longest_retry_s=1.0, observer=told.append)
        source.start()
        started.append(source)
        return Watching(source, told)

    yield start
    for source in started:
        source.stop()


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_pictures_and_a_clip_come_from_a_camera(
    camera: Camera, watch: Callable[[str], Watching], eventually: Eventually, codec: str
) -> None:
    camera.start()
    seen = watch(camera.url(codec))
    for _ in range(3):
        eventually(seen.looked, "a picture comes")
    numbers = [number_in(frame.luma()) for frame in seen.frames]
    assert numbers == sorted(numbers)
    assert all(number % GOP == 0 for number in numbers), "keyframes are all that is decoded"
    assert all(abs(frame.taken_at_s - time.time()) < 30 for frame in seen.frames)
    assert seen.source.state is CameraState.OK
    clip = seen.source.clip(seen.frames[1].taken_at_s, seen.frames[2].taken_at_s)
    assert clip is not None
    assert clip.media_type == "video/mp4"
    shown = pictures_in(clip.data)
    assert shown == list(range(shown[0], shown[-1] + 1))
    assert set(shown) >= {numbers[1], numbers[2]}


def test_a_camera_that_says_the_time_is_dated_by_it(
    camera: Camera, watch: Callable[[str], Watching], eventually: Eventually
) -> None:
    camera.start()
    seen = watch(camera.url("h264"))
    eventually(lambda: seen.looked() and seen.frames[-1].time_source is TimeSource.RTCP, "a picture dated by RTCP")
    eventually(seen.looked, "the next picture")
    earlier, later = seen.frames[-2:]
    assert later.taken_at_s - earlier.taken_at_s == pytest.approx(later.pts_s - earlier.pts_s, abs=0.01)
    assert abs(later.taken_at_s - time.time()) < 5


def test_a_camera_that_dies_is_told_and_found_again_when_it_is_back(
    camera: Camera, watch: Callable[[str], Watching], eventually: Eventually
) -> None:
    camera.start()
    seen = watch(camera.url("h264"))
    eventually(seen.looked, "a picture comes")
    camera.kill()
    eventually(lambda: seen.source.state is CameraState.UNREACHABLE, "the camera's death is noticed")
    eventually(lambda: "refused" in seen.source.report.text_en, "trying again")
    gone_at_s = time.time()
    camera.start()
    eventually(lambda: seen.looked() and seen.frames[-1].taken_at_s > gone_at_s, "a picture taken after the return")
    assert seen.source.state is CameraState.OK
    codes = [one.code for one in seen.told]
    assert codes[:3] == ["camera_starting", "camera_ok", "camera_unreachable"]
    assert codes[-1] == "camera_ok"


def test_a_camera_that_hangs_is_told_as_stalled_and_found_again(
    camera: Camera, watch: Callable[[str], Watching], eventually: Eventually
) -> None:
    camera.start()
    seen = watch(camera.url("h264"))
    eventually(seen.looked, "a picture comes")
    camera.send(signal.SIGSTOP)
    eventually(lambda: "camera_stalled" in [one.code for one in seen.told], "the silence is noticed")
    assert "无视频" in next(one for one in seen.told if one.code == "camera_stalled").text_zh
    silent_since_s = time.time()
    camera.send(signal.SIGCONT)
    eventually(lambda: seen.looked() and seen.frames[-1].taken_at_s > silent_since_s, "a picture comes again")
    assert seen.source.state is CameraState.OK


def test_a_camera_that_is_off_when_the_box_starts_is_found_when_it_comes_up(
    camera: Camera, watch: Callable[[str], Watching], eventually: Eventually
) -> None:
    seen = watch(camera.url("h265"))
    eventually(lambda: seen.source.state is CameraState.UNREACHABLE, "nobody is there")
    assert "check the port" in seen.source.report.text_en
    camera.start()
    eventually(seen.looked, "a picture comes")


def test_a_wrong_path_is_told_with_what_to_do(
    camera: Camera, watch: Callable[[str], Watching], eventually: Eventually
) -> None:
    camera.start()
    seen = watch(camera.url("nowhere"))
    eventually(lambda: seen.source.state is CameraState.UNREACHABLE, "the path is not there")
    assert "check the stream's path" in seen.source.report.text_en


def test_a_wrong_password_is_told_with_what_to_do_and_never_shown(
    camera: Camera, watch: Callable[[str], Watching], eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    camera.user = "officer:right"
    camera.start()
    seen = watch(camera.url("h264", user="officer:wr0ng"))
    eventually(lambda: seen.source.state is CameraState.UNREACHABLE, "the password is refused")
    assert "check the user name and password" in seen.source.report.text_en
    assert "请检查用户名和密码" in seen.source.report.text_zh
    good = watch(camera.url("h264", user="officer:right"))
    eventually(good.looked, "a picture comes")
    said = " ".join([one.text_en + one.text_zh for one in seen.told + good.told] + caplog.messages)
    assert "wr0ng" not in said
    assert "officer" not in said
