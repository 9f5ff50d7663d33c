"""Many cameras on this machine: the box's own parts over clips played in real time, and what they cost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from edge_agent import stages
from edge_agent.camera_work import CameraWork
from edge_agent.config.box import BoxConfig
from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.health.reporter import rss_mb
from edge_agent.keeper import Keeper
from edge_agent.live import LiveWatch
from edge_agent.outbox.store import BoxStore
from edge_agent.sampler import WINDOW_S, SamplerStats
from edge_agent.source import LiveSource
from models.detector import Detector
from protocol.messages import CameraState
from rules.zone import Zone
from scripts.benchmarks.clips import GOP_S

STAGES = ("demux", "decode", "gate", "convert", "detect", "stays", "evidence", "rest")
SETTLE_S = 24.0
"""Before anything is counted: files open, and the detector has seen every part of a street that it does not know."""


@dataclass(frozen=True, slots=True)
class Density:
    """What to run: `active` of the cameras show the busy clip, the others the quiet one."""

    cameras: int
    seconds: float
    active_share: float
    busy: Path
    quiet: Path
    zones: tuple[Zone, ...]
    look_every_s: float = 2.0
    threads: int | None = None


class _CountingDetector:
    """Counts how many pictures the detector was given."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._lock = threading.Lock()
        self.inputs = self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._detector, name)

    def detect(self, images: Any, min_score: float = 0.1) -> Any:
        with self._lock:
            self.inputs += len(images)
            self.calls += bool(images)
        return self._detector.detect(images, min_score)


class _LateSource(LiveSource):
    """A clip that starts a little later than its neighbour's, as cameras do, and begins again at its end."""

    def __init__(self, work: CameraWork, after_s: float) -> None:
        super().__init__(
            work.camera.source.reveal(), look_every_s=work.look_every_s, observer=work.source_reported, loop=True
        )
        self._after_s = after_s

    def start(self) -> None:
        timer = threading.Timer(self._after_s, super().start)
        timer.daemon = True
        timer.start()


def run_density(wish: Density, detector: Detector, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Run the cameras for `wish.seconds` and give the figures; `folder` takes the box's data."""
    cv2.setNumThreads(1)
    logging.getLogger("edge_agent").setLevel(logging.ERROR)
    counting = _CountingDetector(detector)
    rss_before_mb = rss_mb()
    config = BoxConfig.model_validate(_config(wish))
    store = BoxStore(folder, int(config.outbox.budget_mb * 1e6))
    first_seen = FirstSeenStills(folder, config.evidence.jpeg_quality)
    works = [
        CameraWork(config, camera, counting, folder, first_seen, lambda _: None)  # type: ignore[arg-type]
        for camera in config.cameras
    ]
    keeper = Keeper(store, works, lambda _: None)
    after_s = {work.camera.id: number / len(works) * GOP_S for number, work in enumerate(works)}
    watch = LiveWatch(
        works, keeper, open_source=lambda work: _LateSource(work, after_s[work.camera.id]), threads=wish.threads
    )
    stop = threading.Event()
    try:
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(watch.run, stop)
            try:
                time.sleep(SETTLE_S)
                say(f"{wish.cameras} cameras run; measuring for {wish.seconds:.0f} s")
                figures = _measure(wish, works, watch, counting, running.done)
                figures["rss_mb_per_camera"] = round((rss_mb() - rss_before_mb) / wish.cameras, 2)
                figures["rss_mb"] = round(rss_mb(), 1)
            finally:
                stop.set()
            running.result()
        keeper.checkpoint()
        figures["open_stays"] = sum(work.health().open_stays for work in works)
        figures["reported"] = store.outbox.stats().waiting
    finally:
        for work in works:
            work.close()
        store.close()
    return figures


def _measure(
    wish: Density,
    works: list[CameraWork],
    watch: LiveWatch,
    counting: _CountingDetector,
    over: Callable[[], bool],
) -> dict[str, Any]:
    looks_before = {work.camera.id: work.health().looks for work in works}
    inputs_before, calls_before = counting.inputs, counting.calls
    demux_before = _demux_s()
    stages.measure()
    cpu_before, began = time.process_time(), time.monotonic()
    while time.monotonic() - began < wish.seconds and not over():
        time.sleep(0.2)
    took_s = time.monotonic() - began
    cpu_s = time.process_time() - cpu_before
    demux_after = _demux_s()
    spent_s = stages.measured()
    spent_s["demux"] = sum(demux_after[name] - demux_before.get(name, 0.0) for name in demux_after)
    looks = {work.camera.id: work.health().looks - looks_before[work.camera.id] for work in works}
    stats = watch.stats()
    return _figures(wish, took_s, cpu_s, spent_s, looks, stats) | {
        "detector_inputs_per_look": round((counting.inputs - inputs_before) / max(1, sum(looks.values())), 3),
        "looks_with_detector": round((counting.calls - calls_before) / max(1, sum(looks.values())), 3),
        "cameras_not_ok": sum(work.health().state is not CameraState.OK for work in works),
    }


def _figures(
    wish: Density,
    took_s: float,
    cpu_s: float,
    spent_s: dict[str, float],
    looks: dict[str, int],
    stats: SamplerStats,
) -> dict[str, Any]:
    camera_s = wish.cameras * took_s
    rested = round(stats.looks_rested * took_s / WINDOW_S)  # not owed, since nothing stood or changed there
    known_s = {name: spent_s.get(name, 0.0) for name in STAGES if name != "rest"}
    known_s["rest"] = cpu_s - sum(known_s.values())
    return {
        "cameras": wish.cameras,
        "seconds": round(took_s, 1),
        "active_share": wish.active_share,
        "look_every_s": wish.look_every_s,
        "cpu_ms_per_camera_second": round(1000 * cpu_s / camera_s, 2),
        "stages": {name: round(1000 * seconds / camera_s, 3) for name, seconds in known_s.items()},
        "cores_used": round(cpu_s / took_s, 2),
        "lateness_s": {
            "p50": round(stats.lateness_p50_s, 3),
            "p95": round(stats.lateness_p95_s, 3),
            "max": round(stats.lateness_max_s, 3),
        },
        "looks_done": sum(looks.values()),
        "looks_owed": round(camera_s / wish.look_every_s) - rested,
        "looks_rested": rested,
        "looks_skipped": stats.looks_skipped,
        "looks_of_the_least_looked_at": min(looks.values()),
    }


def _demux_s() -> dict[str, float]:
    """Give the CPU seconds of every source's thread so far, by thread."""
    found = {}
    for thread in threading.enumerate():
        if thread.name.startswith("source ") and thread.ident is not None:
            found[f"{thread.name} {thread.ident}"] = time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
    return found


def _config(wish: Density) -> dict[str, Any]:
    active = round(wish.active_share * wish.cameras)
    zones = [zone.model_dump(mode="json") for zone in wish.zones]
    return {
        "device": {"id": "bench"},
        "uplink": {"broker": "mqtt://127.0.0.1:1"},
        "look_every_s": wish.look_every_s,
        "cameras": [
            {
                "id": f"camera-{number}",
                # Spread, so that the busy ones are not all looked at one after the other.
                "source": str(wish.busy if (number * active) % wish.cameras < active else wish.quiet),
                "zones": zones,
            }
            for number in range(wish.cameras)
        ],
    }
