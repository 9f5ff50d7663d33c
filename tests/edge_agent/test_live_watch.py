"""A box that lives must look: a thread that dies or hangs is noticed, and signs of life come from looks alone."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge_agent import agent
from edge_agent.camera_work import CameraWork
from edge_agent.config.box import BoxConfig
from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.heartbeat import RUNNING_FILE, Heartbeat, read_running, say_running
from edge_agent.keeper import Keeper
from edge_agent.live import LiveWatch, LooksStoppedError
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.store import BoxStore
from edge_agent.source import Frame
from edge_agent.systemd import ServiceManager
from models.detector import Detector
from tests.e2e.painted_street import write_detector, write_street
from tests.e2e.real_processes import box_config
from tests.edge_agent.painted_pictures import open_detector
from tests.edge_agent.test_overload import _ReadySource

Watch = Callable[[type[CameraWork]], LiveWatch]


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return open_detector(tmp_path_factory.mktemp("model"))


@pytest.fixture
def watch(tmp_path: Path, detector: Detector, box_config: Callable[..., BoxConfig]) -> Iterator[Watch]:
    (tmp_path / "data").mkdir()
    store = BoxStore(tmp_path / "data", 10**9)
    made: list[CameraWork] = []

    def make(kind: type[CameraWork]) -> LiveWatch:
        config = box_config(look_every_s=0.02, cameras=[{"id": "gate", "source": "none.mp4"}])
        first_seen = FirstSeenStills(tmp_path / "data")
        made.append(kind(config, config.cameras[0], detector, tmp_path / "data", first_seen, lambda _: None))
        return LiveWatch(
            made,
            Keeper(store, made, lambda _: None),
            open_source=lambda work: _ReadySource(work.camera.source.reveal(), look_every_s=work.look_every_s),
            threads=1,
            longest_look_s=0.5,
        )

    yield make
    for work in made:
        work.close()
    store.close()


class _Hangs(CameraWork):
    """A camera whose picture hangs in a decoder that never returns."""

    release = threading.Event()

    def look(self, frame: Frame, lateness_s: float = 0.0) -> list[Outgoing]:
        self.release.wait(60)
        return []


class _Dies(CameraWork):
    """A camera that takes its thread down with it."""

    def look(self, frame: Frame, lateness_s: float = 0.0) -> list[Outgoing]:
        raise MemoryError("no memory for a picture")


class _Quick(CameraWork):
    def look(self, frame: Frame, lateness_s: float = 0.0) -> list[Outgoing]:
        return []


def test_a_look_that_hangs_is_noticed_with_its_camera(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_agent.live._LAST_LOOKS_S", 0.1)
    with pytest.raises(LooksStoppedError) as caught:
        watch(_Hangs).run(threading.Event())
    _Hangs.release.set()
    assert caught.value.camera == "gate"
    assert caught.value.hangs_for_s is not None


def test_a_thread_that_dies_is_noticed_with_what_it_died_of(watch: Watch) -> None:
    with pytest.raises(LooksStoppedError, match="no memory for a picture") as caught:
        watch(_Dies).run(threading.Event())
    assert (caught.value.camera, caught.value.hangs_for_s) == ("gate", None)


def test_the_watch_counts_its_turns_and_leaves_when_it_is_told(watch: Watch) -> None:
    turns: list[int] = []

    def step(so_far: int) -> bool:
        turns.append(so_far)
        return so_far > 3

    assert watch(_Quick).run(threading.Event(), step)
    assert turns[-1] > 3


def test_systemd_hears_of_looks_and_of_nothing_else(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        systemd.setblocking(False)
        manager = ServiceManager({"NOTIFY_SOCKET": str(address)})
        heart = Heartbeat(tmp_path, manager)
        manager.ready("watching 1 camera(s)")
        assert systemd.recv(1000) == b"READY=1\nSTATUS=watching 1 camera(s)"
        heart.beat(0, 1)  # it lives, and has not looked
        with pytest.raises(BlockingIOError):
            systemd.recv(1000)
        heart.beat(1, 1)
        assert systemd.recv(1000) == b"WATCHDOG=1"
        heart.beat(1, 1)
        with pytest.raises(BlockingIOError):
            systemd.recv(1000)


def test_the_file_says_when_the_box_looked_last(tmp_path: Path) -> None:
    heart = Heartbeat(tmp_path, ServiceManager({}))
    assert read_running(tmp_path) is None
    assert not say_running(tmp_path, time.time(), 60)[0]
    heart.waits("detector")
    waiting = read_running(tmp_path)
    assert waiting is not None
    assert (waiting.looked_at_s, waiting.waits_for) == (None, "detector")
    assert say_running(tmp_path, time.time(), 60)[1].startswith("the box waits for its detector")
    heart.beat(1, 3)
    looking = read_running(tmp_path)
    assert say_running(tmp_path, time.time(), 60)[0]
    assert say_running(tmp_path, time.time() + 90, 60)[1] == "the box has not looked for 90 s"
    assert looking is not None
    assert looking.looked_at_s is not None
    assert (looking.cameras, looking.waits_for) == (3, "")
    (tmp_path / RUNNING_FILE).write_text(json.dumps({"looked_at_s": 1}))
    assert read_running(tmp_path) is None
    heart.end()
    assert not (tmp_path / RUNNING_FILE).exists()


def test_a_box_whose_looks_have_stopped_tells_it_and_ends_with_an_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    catalog, clip = write_detector(tmp_path), write_street(tmp_path / "street.mp4", (10, ("red",)))
    camera = {"id": "gate", "source": str(clip), "zones": []}
    config = BoxConfig.model_validate(box_config("mqtt://127.0.0.1:1", catalog, [camera]))
    deadlines: list[float] = []
    monkeypatch.setattr(agent, "end_within", deadlines.append)
    monkeypatch.setattr(CameraWork, "look", _Dies.look)
    assert agent.run(config, tmp_path / "data", once=False) == 1
    assert "looks_stopped" in caplog.text
    assert "no memory for a picture" in caplog.text
    assert len(deadlines) == 1
