"""A sign of life that only real work gives: looks done feed systemd's watchdog and the file that others may read.

data_dir/running.json says when the box last looked at a camera; `kerbwatch-edge status` and a container's health check
read it. A box that lives and does not look gives no sign.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

from edge_agent.systemd import ServiceManager

RUNNING_FILE = "running.json"
_WRITE_EVERY_S = 10.0
_FEED_EVERY_S = 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """What the file says: `looked_at_s` (Unix seconds) is None before the first look, `waits_for` says why."""

    started_at_s: float
    written_at_s: float
    looked_at_s: float | None
    cameras: int
    waits_for: str = ""


class Heartbeat:
    """Gives the signs of life of one process; called from its main thread."""

    def __init__(self, data_dir: Path, manager: ServiceManager) -> None:
        self._path = data_dir / RUNNING_FILE
        self._manager = manager
        self._started_at_s = time.time()
        self._turns = 0
        self._fed_s = self._wrote_s = float("-inf")

    def waits(self, reason: str) -> None:
        """Nothing is looked at yet, and why."""
        self._write(None, 0, reason)

    def beat(self, turns: int, cameras: int) -> None:
        """Take note of how many times the box has turned to one of its cameras; without a new one, nothing happens."""
        if turns == self._turns:
            return
        now_s = time.monotonic()
        if now_s - self._fed_s >= _FEED_EVERY_S:
            self._turns, self._fed_s = turns, now_s
            self._manager.alive()
        if now_s - self._wrote_s >= _WRITE_EVERY_S:
            self._wrote_s = now_s
            self._write(time.time(), cameras, "")

    def begins_anew(self) -> None:
        """The looks are counted from 0 again, after the configuration was read anew."""
        self._turns = 0

    def end(self) -> None:
        """The process ends as it should."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            _log.debug("%s stays: %s", self._path, error)

    def _write(self, looked_at_s: float | None, cameras: int, waits_for: str) -> None:
        state = {
            "started_at_s": round(self._started_at_s, 1),
            "written_at_s": round(time.time(), 1),
            "looked_at_s": None if looked_at_s is None else round(looked_at_s, 1),
            "cameras": cameras,
            "waits_for": waits_for,
        }
        part = self._path.with_name(f".{RUNNING_FILE}.{os.getpid()}.part")
        try:
            part.write_text(json.dumps(state) + "\n", encoding="utf-8")
            part.replace(self._path)  # not synced: after a power cut nobody runs
        except OSError as error:
            _log.debug("%s cannot be written: %s", self._path, error)


def say_running(data_dir: Path, now_s: float, most_s: float) -> tuple[bool, str, str]:
    """Say in English and Chinese whether a box looks, and has done so within `most_s` before `now_s` (Unix seconds)."""
    running = read_running(data_dir)
    if running is None:
        return False, f"no box runs with the data folder {data_dir}", f"没有设备使用数据目录 {data_dir} 运行"
    if running.looked_at_s is None:
        waits_s = now_s - running.written_at_s
        return (
            False,
            f"the box waits for its {running.waits_for or 'start'} since {waits_s:.0f} s; nothing is watched yet",
            f"设备已等待检测模型 {waits_s:.0f} 秒，尚未开始巡查",
        )
    ago_s = now_s - running.looked_at_s
    if ago_s > most_s:
        return False, f"the box has not looked for {ago_s:.0f} s", f"设备已有 {ago_s:.0f} 秒没有查看画面"
    return (
        True,
        f"the box watches {running.cameras} camera(s), the last look was {max(0, ago_s):.0f} s ago",
        f"设备正在监看 {running.cameras} 台摄像机，{max(0, ago_s):.0f} 秒前查看过",
    )


def read_running(data_dir: Path) -> Running | None:
    """Read what a box wrote of itself; None when there is nothing that can be read."""
    try:
        return Running(**json.loads((data_dir / RUNNING_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
