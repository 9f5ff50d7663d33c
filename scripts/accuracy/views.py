"""The view guard: how well a view agrees with itself over every scene, and which turns are noticed, and how soon.

Turns are made from real frames: what a camera with 60 degrees across would show after being panned or rolled by so
many degrees. What it sees only then is filled with the mirrored frame, which is kinder to the guard's foe than a wall.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.view_guard import ViewGuard, ViewState, small
from edge_agent.source import FileSource
from scripts.accuracy import pictures
from scripts.accuracy.pictures import Change, Image
from scripts.accuracy.step import Bench, Figures

_ACROSS_DEG = 60.0
_LOOKS_BEFORE, _LOOKS_AFTER = 8, 5
_SOON = 2
_TURNED_PX = (640, 360)

TURNS: dict[str, tuple[float, ...]] = {
    "pan, degrees": (0.5, 1, 2, 3, 5, 8, 12, 20, 30),
    "roll, degrees": (1, 2, 3, 5, 8, 12, 20, 30),
    "zoom, per cent": (2, 5, 10, 20, 30, 50),
    "shift, pixels of 1280": (8, 16, 24, 32, 48, 64, 128),
}
CONDITIONS: dict[str, Change] = {
    "day": pictures.same,
    "dark, noisy": pictures.dark,
    "dark, amplified": pictures.dark_amplified,
    "rain": pictures.rain,
}


@dataclass(slots=True)
class _Still:
    """A clip as it is, watched in one condition."""

    guard: ViewGuard = field(default_factory=ViewGuard)
    states: Counter[str] = field(default_factory=Counter)
    agreements: list[float] = field(default_factory=list)

    def look(self, image: Image) -> None:
        verdict = self.guard.check(_luma(image))
        self.states[verdict.state.value] += 1
        self.agreements.append(round(verdict.agreement, 3))


def measure(bench: Bench) -> Figures:
    """Give agreements, false suspensions by condition, and how many turns of each size were noticed."""
    watched: dict[str, dict[str, _Still]] = {name: {} for name in CONDITIONS}
    kept: dict[str, list[Image]] = {}
    for number, clip in enumerate(bench.clips):
        bench.say(f"still: {number}/{len(bench.clips)} clips")
        stills = {name: _Still() for name in CONDITIONS}
        kept[clip.name] = []
        for frame in FileSource(clip.path, start_at_s=0.0).frames(4.0):
            if clip.view_changed_s is not None and frame.taken_at_s >= clip.view_changed_s:
                break
            image = frame.bgr()
            for name, still in stills.items():
                # The reference is by day; the rest in a condition.
                still.look(image if not still.agreements else CONDITIONS[name](image))
            if len(kept[clip.name]) < _LOOKS_BEFORE + _LOOKS_AFTER:
                kept[clip.name].append(pictures.resized(*_TURNED_PX)(image))
        for name, still in stills.items():
            watched[name][clip.path.stem] = still
    return {
        "scenes": [_figures(name, stills) for name, stills in watched.items()],
        "turns": _turns(bench, [kept[clip.name] for clip in bench.clips if clip.view_changed_s is None]),
    }


def _figures(name: str, stills: dict[str, _Still]) -> Figures:
    return {
        "name": name,
        "looks": sum(len(still.agreements) for still in stills.values()),
        "moved": sum(still.states[ViewState.MOVED.value] for still in stills.values()),
        "doubtful": sum(still.states[ViewState.DOUBTFUL.value] for still in stills.values()),
        "scenes": {scene: {"agreements": s.agreements, "states": dict(s.states)} for scene, s in stills.items()},
    }


def _turns(bench: Bench, scenes: list[list[Image]]) -> list[Figures]:
    rows = []
    for kind, sizes in TURNS.items():
        for size in sizes:
            bench.say(f"turned: {kind} {size:g}")
            noticed = [_noticed(images, kind, size) for images in scenes]
            rows.append(
                {
                    "kind": kind,
                    "size": size,
                    "scenes": len(noticed),
                    "soon": sum(1 for looks in noticed if looks is not None and looks <= _SOON) / len(noticed),
                    "ever": sum(1 for looks in noticed if looks is not None) / len(noticed),
                }
            )
    return rows


def _noticed(images: list[Image], kind: str, size: float) -> int | None:
    """Give after how many looks a turn was noticed; None when it was not within a few."""
    guard = ViewGuard()
    for image in images[:_LOOKS_BEFORE]:
        guard.check(_luma(image))
    for looks, image in enumerate(images[_LOOKS_BEFORE:], 1):
        if guard.check(_luma(_turned(image, kind, size))).state is ViewState.MOVED:
            return looks
    return None


def _turned(image: Image, kind: str, size: float) -> Image:
    height, width = image.shape[:2]
    warp = _warp(kind, size, width, height)
    return np.asarray(cv2.warpPerspective(image, warp, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)


def _warp(kind: str, size: float, width: int, height: int) -> NDArray[np.float64]:
    """Give the homography of a turn (Hartley and Zisserman, 2nd ed., 8.4: H = K R K^-1)."""
    focal = width / 2 / math.tan(math.radians(_ACROSS_DEG) / 2)
    camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    angle = math.radians(size)
    cos, sin = math.cos(angle), math.sin(angle)
    if kind.startswith("pan"):
        turn = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    elif kind.startswith("roll"):
        turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    elif kind.startswith("zoom"):
        turn = np.diag([1 + size / 100, 1 + size / 100, 1.0])
    else:
        step = size * width / 1280
        return np.array([[1, 0, step], [0, 1, 0.4 * step], [0, 0, 1]])
    return np.asarray(camera @ turn @ np.linalg.inv(camera))


def _luma(image: Image) -> NDArray[np.uint8]:
    return small(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8))
