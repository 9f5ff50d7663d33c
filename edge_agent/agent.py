"""The box as a process: everything is put together here, runs until it is told to stop, and is closed in order."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import cv2

from edge_agent.camera_work import CameraWork
from edge_agent.clips import run_clips
from edge_agent.config.box import BoxConfig, DetectorConfig
from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.health.overload import OverloadJudge
from edge_agent.health.reporter import HealthReporter
from edge_agent.keeper import Keeper
from edge_agent.live import LiveWatch
from edge_agent.looking.bystanders import bystander_finder
from edge_agent.outbox.store import BoxStore
from edge_agent.pictures.desk import PictureDesk
from edge_agent.uplink.identity import device_key
from edge_agent.uplink.sending import Uplink
from edge_agent.words import camera_notices
from models.catalog import find_entry, load_catalog
from models.detector import Detector
from models.errors import ModelError
from models.fetch import ensure_weights
from models.runtime import Tuning
from protocol.messages import HealthEvent

_RETRY_DETECTOR_S = 60.0
_DRAINED_POLL_S = 0.2

_log = logging.getLogger(__name__)


def run(config: BoxConfig, data_dir: Path, *, once: bool, config_events: Sequence[HealthEvent] = ()) -> int:
    """Run the box until SIGTERM or SIGINT; with `once`, until its files are through and all is acknowledged.

    Returns the exit code. Raises StoreError, IdentityError, and with `once` ModelError.
    """
    cv2.setNumThreads(1)  # cameras share the cores; threads inside one look would only fight over them
    stop = _stop_on_signal()
    data_dir.mkdir(parents=True, exist_ok=True)
    health = HealthReporter(config.device.id, data_dir, config.health_every_s)
    for event in config_events:
        health.tell(event)
    with _store(config, data_dir, health) as store, _uplink(config, data_dir, store, health) as desk:
        detector = _detector(config.detector, health, stop, once=once)
        if detector is None:
            return 0
        health.provider, health.model = detector.provider, detector.entry.name
        first_seen = FirstSeenStills(data_dir, config.evidence.jpeg_quality)
        works = [CameraWork(config, camera, detector, data_dir, first_seen, health.tell) for camera in config.cameras]
        states = store.load_states()
        for work in works:
            if work.camera.id in states:
                work.restore(states[work.camera.id])
            work.prune()
        health.cameras = lambda: [work.health() for work in works]
        keeper = Keeper(store, works, health.tell)
        _log.info("watching %d camera(s) with %s on %s", len(works), detector.entry.name, detector.provider)
        try:
            if not once:
                watch = LiveWatch(works, keeper)
                overload = OverloadJudge(median(work.look_every_s for work in works))
                health.judge = lambda: overload.judge(watch.stats(), time.monotonic())
                desk.open(watch.see, bystander_finder(detector))
                watch.run(stop)
                return 0
            failed = run_clips(works, keeper, stop)
            _wait_until_acknowledged(store, stop)
            return 1 if failed else 0
        finally:
            keeper.checkpoint()
            for work in works:
                work.close()


def _stop_on_signal() -> threading.Event:
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    return stop


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
    uplink = Uplink(config.device, config.uplink, device_key(data_dir), store.outbox, health.tell)
    desk = PictureDesk(config, uplink.answers, health.tell)
    uplink.link.on_request = desk.heard
    desk.start()
    uplink.start()
    health.start(uplink.publish_health)
    try:
        yield desk
    finally:
        health.stop()
        desk.stop()
        uplink.stop()


def _detector(wanted: DetectorConfig, health: HealthReporter, stop: threading.Event, *, once: bool) -> Detector | None:
    """Open the detector. A box tries for ever, and says that it does; None when it is stopped meanwhile."""
    said = False
    while not stop.is_set():
        try:
            entry = find_entry(load_catalog(wanted.catalog), wanted.model)
            return Detector.open(
                entry, ensure_weights(entry), providers=wanted.providers, tuning=Tuning(threads=wanted.threads)
            )
        except ModelError as error:
            if once:
                raise
            if not said:
                health.tell(camera_notices.no_detector(str(error)))
                said = True
            stop.wait(_RETRY_DETECTOR_S)
    return None


def _wait_until_acknowledged(store: BoxStore, stop: threading.Event) -> None:
    waiting = store.outbox.stats().waiting
    _log.info("all clips are through; waiting until the centre has stored %d violation(s)", waiting)
    while waiting and not stop.is_set():
        time.sleep(_DRAINED_POLL_S)
        waiting = store.outbox.stats().waiting
