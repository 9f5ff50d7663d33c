"""The box as a process: everything is put together here, runs until it is told to stop, and is closed in order."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cv2

from edge_agent.camera_work import CameraWork
from edge_agent.clips import run_clips
from edge_agent.config.box import BoxConfig, ConfigError, load_config
from edge_agent.config.last_good import keep_as_good
from edge_agent.detector_opening import DetectorOpening
from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.health.overload import OverloadJudge
from edge_agent.health.reporter import HealthReporter
from edge_agent.heartbeat import Heartbeat
from edge_agent.keeper import Keeper
from edge_agent.live import LiveWatch, LooksStoppedError
from edge_agent.looking.bystanders import bystander_finder
from edge_agent.looking.model_fit import misfits
from edge_agent.outbox.store import BoxStore
from edge_agent.pictures.desk import PictureDesk
from edge_agent.signals import EXIT_WITHIN_S, Control, end_within
from edge_agent.systemd import ServiceManager
from edge_agent.uplink.identity import device_key
from edge_agent.uplink.sending import Uplink
from edge_agent.words import camera_notices, notices
from protocol.messages import HealthEvent

_DRAINED_POLL_S = 0.2
_STOP_UPLINK_S = 1.0
_STOP_DESK_S = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Start:
    """What one round of the box begins with. `events` are told; `carried` were told and not reported yet."""

    config: BoxConfig
    events: Sequence[HealthEvent] = ()
    carried: Sequence[HealthEvent] = ()


def run(
    config: BoxConfig,
    data_dir: Path,
    *,
    once: bool,
    config_events: Sequence[HealthEvent] = (),
    config_path: Path | None = None,
    control: Control | None = None,
) -> int:
    """Run the box until `control` says so; with `once`, until its files are through and all is acknowledged.

    When `control` asks for it, `config_path` is read again and, where it is good and says something else, taken: the
    cameras start anew with all that they remember. Returns the exit code; it is 1 when looks have stopped. Raises
    StoreError, IdentityError, and with `once` ModelError.
    """
    cv2.setNumThreads(1)  # cameras share the cores; threads inside one look would only fight over them
    control, manager = control or Control(), ServiceManager()
    data_dir.mkdir(parents=True, exist_ok=True)
    heart, detectors = Heartbeat(data_dir, manager), DetectorOpening()
    start = _Start(config, config_events)
    while True:
        ended = _Round(start, data_dir, config_path, control, manager, heart, detectors).run(once=once)
        if isinstance(ended, int):
            manager.stopping()
            heart.end()
            return ended
        start = ended
        heart.begins_anew()


class _Round:
    """The box with one configuration, from its start to its end or to the next configuration."""

    def __init__(
        self,
        start: _Start,
        data_dir: Path,
        config_path: Path | None,
        control: Control,
        manager: ServiceManager,
        heart: Heartbeat,
        detectors: DetectorOpening,
    ) -> None:
        self._config, self._data_dir, self._config_path = start.config, data_dir, config_path
        self._control, self._manager, self._heart, self._detectors = control, manager, heart, detectors
        self._health = HealthReporter(start.config.device.id, data_dir, start.config.health_every_s)
        self._health.take_over(start.carried)
        for event in start.events:
            self._health.tell(event)
        self._next: BoxConfig | None = None
        self._waits_told = False

    def run(self, *, once: bool) -> int | _Start:
        """Return the exit code, or what the next round begins with."""
        code = self._run(once=once)
        if self._next is None or self._control.stop.is_set():
            return code
        return _Start(self._next, [notices.config_taken()], self._health.pending())

    def _run(self, *, once: bool) -> int:
        config, health, stop = self._config, self._health, self._control.stop
        with _store(config, self._data_dir, health) as store, _uplink(config, self._data_dir, store, health) as desk:
            self._heart.waits("detector")
            self._manager.status("waiting for the detector")
            detector = self._detectors.open(
                config.detector, health.tell, lambda: stop.is_set() or (not once and self._reload_wanted()), once=once
            )
            if detector is None:
                return 0
            health.provider, health.model = detector.provider, detector.entry.name
            for misfit in misfits(config, detector.class_names):
                health.tell(camera_notices.misfit(misfit))
            first_seen = FirstSeenStills(self._data_dir, config.evidence.jpeg_quality)
            works = [
                CameraWork(config, camera, detector, self._data_dir, first_seen, health.tell)
                for camera in config.cameras
            ]
            states = store.load_states()
            for work in works:
                if work.camera.id in states:
                    work.restore(states[work.camera.id])
                work.prune()
            health.cameras = lambda: [work.health() for work in works]
            keeper = Keeper(store, works, health.tell)
            _log.info("watching %d camera(s) with %s on %s", len(works), detector.entry.name, detector.provider)
            may_checkpoint = True
            try:
                if once:
                    failed = run_clips(works, keeper, stop)
                    _wait_until_acknowledged(store, stop)
                    return 1 if failed else 0
                watch = LiveWatch(works, keeper)
                overload = OverloadJudge(median(work.look_every_s for work in works))
                health.judge = lambda: overload.judge(watch.stats(), time.monotonic())
                desk.open(watch.see, bystander_finder(detector))
                self._manager.ready(f"watching {len(works)} camera(s)")
                try:
                    may_checkpoint = watch.run(stop, lambda turns: self._step(turns, len(works), keeper))
                except LooksStoppedError as error:
                    may_checkpoint = error.hangs_for_s is None
                    return self._looks_stopped(error)
                return 0
            finally:
                if may_checkpoint:  # not while somebody hangs in the middle of a look: the last one on disk is whole
                    keeper.checkpoint()
                    for work in works:
                        work.close()

    def _step(self, turns: int, cameras: int, keeper: Keeper) -> bool:
        """Give a sign of life; return whether the looks are to end for another configuration."""
        self._heart.beat(turns, cameras)
        if not self._reload_wanted():
            return False
        if keeper.unsaved and not self._waits_told:
            self._waits_told = True
            self._health.tell(notices.config_waits(keeper.unsaved))
        return not keeper.unsaved

    def _reload_wanted(self) -> bool:
        """Read the configuration again if that was asked for; return whether there is another one to run."""
        if self._control.take_reload() and self._config_path is not None:
            self._manager.reloading()
            try:
                config = load_config(self._config_path)
            except ConfigError as error:
                self._health.tell(notices.config_refused(str(self._config_path), error.faults, error.faults_zh))
                config = self._config
            if config == self._config:
                _log.info("the configuration was read again; nothing changes")
                self._manager.ready("watching")
            else:
                keep_as_good(self._data_dir, config)
                self._next = config
        return self._next is not None

    def _looks_stopped(self, error: LooksStoppedError) -> int:
        end_within(EXIT_WITHIN_S)
        self._health.tell(camera_notices.looks_stopped(error.camera, str(error), error.hangs_for_s))
        self._health.report()
        return 1


@contextmanager
def _store(config: BoxConfig, data_dir: Path, health: HealthReporter) -> Iterator[BoxStore]:
    store = BoxStore(data_dir, int(config.outbox.budget_mb * 1e6), health.tell)
    health.outbox = store.outbox.stats
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _uplink(config: BoxConfig, data_dir: Path, store: BoxStore, health: HealthReporter) -> Iterator[PictureDesk]:
    """Begin to speak with the centre; gives the desk that answers what it asks."""
    uplink = Uplink(config.device, config.uplink, device_key(data_dir), store.outbox, health.tell, data_dir=data_dir)
    desk = PictureDesk(config, uplink.answers, health.tell)
    uplink.link.on_request = desk.heard
    desk.start()
    uplink.start()
    health.start(uplink.publish_health)
    try:
        yield desk
    finally:
        health.stop()
        desk.stop(_STOP_DESK_S)
        uplink.stop(_STOP_UPLINK_S)


def _wait_until_acknowledged(store: BoxStore, stop: threading.Event) -> None:
    waiting = store.outbox.stats().waiting
    _log.info("all clips are through; waiting until the centre has stored %d violation(s)", waiting)
    while waiting and not stop.is_set():
        time.sleep(_DRAINED_POLL_S)
        waiting = store.outbox.stats().waiting
