"""A street for tests: things come, stand, move and go in front of a camera; people walk by; the light changes.

The picture is painted, small, from seeded random textures, nearest thing last. What the detector says follows from
what is painted: an object of which less than two fifths are to be seen is not detected. Appearance patches are taken
from the painted planes by the box's own code, so occlusion, light and noise do to them what they do in life.

Times are seconds since the street's beginning; observations and events carry them on top of `START_S`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.looking.patches import Plane, patch_at
from protocol.kinds import ViolationKind
from rules.event import Event, EventPhase
from rules.observation import Box, Detection, Observation, View
from rules.watch import Watch
from rules.zone import Zone

UTC = ZoneInfo("UTC")
START_S = 1_767_261_600.0
"""Thursday 1 January 2026, 10:00 UTC."""

WIDTH_PX, HEIGHT_PX = 320, 180
ASPECT = WIDTH_PX / HEIGHT_PX
_DETECTED_FROM = 0.4  # share of an object that must be visible

Planes = tuple[Plane, Plane, Plane]


def looks(until_s: float, every_s: float = 2.0, from_s: float = 0.0) -> list[float]:
    """Times of looks, from `from_s` to `until_s`."""
    return [from_s + i * every_s for i in range(int((until_s - from_s) / every_s) + 1)]


@cache
def texture(
    seed: int, width: int, height: int, contrast: float = 32.0, level: float = 115.0, grain: int = 1
) -> NDArray[np.float32]:
    """A random luma texture with coarse and fine parts, like the side of a car; `grain` makes it finer."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for cells, weight in ((6, 1.0), (12, 0.8), (24, 0.5)):
        noise = rng.standard_normal((grain * cells, grain * cells)).astype(np.float32)
        total += weight * cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR)
    return level + contrast * total / max(1e-6, float(total.std()))


def colour_of(seed: int) -> tuple[float, float]:
    """A muted colour (U, V around 128), another for every seed."""
    u, v = np.random.default_rng(seed + 7000).uniform(-12, 12, 2)
    return 128 + float(u), 128 + float(v)


@cache
def _grain() -> NDArray[np.float32]:
    return np.random.default_rng(1).standard_normal((2 * HEIGHT_PX, 2 * WIDTH_PX)).astype(np.float32)


def _noise(t_s: float) -> NDArray[np.float32]:
    """The sensor's noise at a moment: a window of one large field, another one every time."""
    y, x = np.random.default_rng(round(1000 * t_s)).integers(0, (HEIGHT_PX, WIDTH_PX))
    return _grain()[y : y + HEIGHT_PX, x : x + WIDTH_PX]


@dataclass(frozen=True)
class Thing:
    """Something in the street from `from_s` to `until_s`, in `box`; `look` is the seed of its texture.

    `score` and `label` may change from look to look: give a function of the time. A thing with a `to_box` moves there.
    `shown` switches the detector's eye for it off and on.
    """

    name: str | Callable[[float], str]
    box: Box
    look: int
    from_s: float = 0.0
    until_s: float = 1e9
    score: float | Callable[[float], float] = 0.8
    to_box: Box | None = None
    in_front: bool = False  # painted after all others: a rider on a motorcycle
    sway: float = 0.0  # of its width: a person who shifts from foot to foot
    extra: tuple[tuple[str, float, Box], ...] = ()  # more boxes that the detector sees on it: label, score, box

    def box_at(self, t_s: float) -> Box:
        box = self.box
        if self.to_box is not None:
            share = (t_s - self.from_s) / (self.until_s - self.from_s)
            x1, y1, x2, y2 = (a + share * (b - a) for a, b in zip(self.box, self.to_box, strict=True))
            box = (x1, y1, x2, y2)
        if self.sway:
            dx = self.sway * (box[2] - box[0]) * float(np.sin(1.3 * t_s + self.look))
            box = (box[0] + dx, box[1], box[2] + dx, box[3])
        return box

    def label_at(self, t_s: float) -> str:
        return self.name if isinstance(self.name, str) else self.name(t_s)

    def score_at(self, t_s: float) -> float:
        return self.score if isinstance(self.score, float) else self.score(t_s)


@dataclass
class Street:
    """A camera's view of things. `light` gives (gain, offset) by time; `view` what the picture is worth."""

    things: list[Thing] = field(default_factory=list)
    camera: str = "cam"
    light: Callable[[float], tuple[float, float]] = lambda t_s: (1.0, 0.0)
    view: Callable[[float], View] = lambda t_s: View.OK
    noise: float = 2.0
    textured: bool = True
    start_s: float = START_S

    def add(self, name: str | Callable[[float], str], box: Box, from_s: float = 0.0, until_s: float = 1e9,
            look: int | None = None, **more: object) -> Street:  # fmt: skip
        """Put something into the street; every thing looks different unless `look` is given."""
        seed = len(self.things) + 1 if look is None else look
        self.things.append(replace(Thing(name, box, seed, from_s, until_s), **more))  # type: ignore[arg-type]
        return self

    def present(self, t_s: float) -> list[tuple[Thing, Box]]:
        """What is there, furthest first: what stands lower in the picture is nearer."""
        there = [(thing, thing.box_at(t_s)) for thing in self.things if thing.from_s <= t_s < thing.until_s]
        return sorted(there, key=lambda pair: (pair[0].in_front, pair[1][3]))

    def paint(self, t_s: float) -> tuple[Planes, NDArray[np.int32]]:
        """Paint the picture; the second answer says which thing (its place in `things`) owns each pixel, or -1."""
        luma = texture(0, WIDTH_PX, HEIGHT_PX, 12.0, 95.0, 4).copy()
        u, v = np.full((HEIGHT_PX, WIDTH_PX), 128.0, np.float32), np.full((HEIGHT_PX, WIDTH_PX), 128.0, np.float32)
        owner = np.full((HEIGHT_PX, WIDTH_PX), -1, np.int32)
        for thing, box in self.present(t_s):
            x1, y1, x2, y2 = (
                round(value * size) for value, size in zip(box, (WIDTH_PX, HEIGHT_PX) * 2, strict=True)
            )  # fmt: skip
            cut = np.s_[max(0, y1) : max(0, min(HEIGHT_PX, y2)), max(0, x1) : max(0, min(WIDTH_PX, x2))]
            own = np.s_[max(0, -y1) :, max(0, -x1) :]
            painted = texture(thing.look, x2 - x1, y2 - y1)[own][: luma[cut].shape[0], : luma[cut].shape[1]]
            luma[cut] = painted
            u[cut], v[cut] = colour_of(thing.look)
            owner[cut] = self.things.index(thing)
        gain, offset = self.light(t_s)
        if self.noise:
            luma += self.noise * _noise(t_s)
        return (
            _bytes(gain * luma + offset),
            _bytes(128 + gain * (u[::2, ::2] - 128)),
            _bytes(128 + gain * (v[::2, ::2] - 128)),
        ), owner

    def observe(self, t_s: float, places: dict[str, Box] | None = None) -> Observation:
        """One look, as the box would record it."""
        view = self.view(t_s)
        at_s = self.start_s + t_s
        if view is not View.OK:
            return Observation(self.camera, at_s, view).rounded()
        planes, owner = self.paint(t_s)
        detections = []
        for thing, box in self.present(t_s):
            mine = float((owner == self.things.index(thing)).sum())
            if mine < max(60.0, _DETECTED_FROM * _visible_px(box)):
                continue
            boxes = [(thing.label_at(t_s), thing.score_at(t_s), _in_picture(box)), *thing.extra]
            detections += [
                Detection(label, score, b, patch_at(planes, b) if self.textured and label != "person" else b"")
                for label, score, b in boxes
                if score >= 0.1
            ]
        return Observation(
            camera=self.camera,
            t_s=at_s,
            detections=tuple(detections),
            places={stay: patch_at(planes, box) for stay, box in (places or {}).items()} if self.textured else {},
            aspect=ASPECT,
        ).rounded()


def _in_picture(box: Box) -> Box:
    """Clip a box as a detector does: what it cannot see it hardly guesses."""
    return max(-0.01, box[0]), max(-0.01, box[1]), min(1.01, box[2]), min(1.01, box[3])


def _visible_px(box: Box) -> float:
    width = max(0.0, min(1.0, box[2]) - max(0.0, box[0])) * WIDTH_PX
    return max(1.0, width * max(0.0, min(1.0, box[3]) - max(0.0, box[1])) * HEIGHT_PX)


def _bytes(plane: NDArray[np.float32]) -> Plane:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)


@dataclass
class Told:
    """What the rules said of a street."""

    events: list[Event]
    observations: list[Observation]
    watch: Watch

    def of(self, phase: EventPhase) -> list[Event]:
        return [event for event in self.events if event.phase is phase]

    @property
    def confirmed(self) -> list[Event]:
        return self.of(EventPhase.CONFIRMED)

    @property
    def cleared(self) -> list[Event]:
        return self.of(EventPhase.CLEARED)

    def confirmed_at(self) -> list[float]:
        """When, in seconds since the street's beginning."""
        return [event.at_s - START_S for event in self.confirmed]

    def cleared_at(self) -> list[float]:
        return [event.at_s - START_S for event in self.cleared]


def watch_street(
    street: Street,
    zones: Sequence[Zone],
    at: Iterable[float],
    *,
    restarts: Iterable[int] = (),
    time_zone: ZoneInfo = UTC,
) -> Told:
    """Look at the street at the times `at`; after the looks numbered in `restarts` the box is switched off and on."""
    cuts = set(restarts)
    watch = Watch(street.camera, zones, time_zone)
    told = Told([], [], watch)
    for number, t_s in enumerate(at):
        observation = street.observe(t_s, watch.places())
        told.observations.append(observation)
        told.events += watch.observe(observation)
        if number in cuts:
            kept = watch.snapshot()
            watch = told.watch = Watch(street.camera, zones, time_zone)
            watch.restore(kept)
    return told


def replayed(
    observations: Iterable[Observation], zones: Sequence[Zone], *, restarts: Iterable[int] = (), camera: str = "cam"
) -> list[Event]:
    """The events of recorded observations, with the box switched off and on after those numbered in `restarts`."""
    cuts = set(restarts)
    watch = Watch(camera, zones, UTC)
    events = []
    for number, observation in enumerate(observations):
        events += watch.observe(observation)
        if number in cuts:
            kept = watch.snapshot()
            watch = Watch(camera, zones, UTC)
            watch.restore(kept)
    return events


def zone(kind: str = "illegal_parking", *, dwell_s: float = 60.0, **more: Any) -> Zone:
    """A zone over the street's lower three quarters."""
    fields: dict[str, object] = {
        "id": "kerb",
        "kind": ViolationKind(kind),
        "polygon": ((0.02, 0.25), (0.98, 0.25), (0.98, 0.98), (0.02, 0.98)),
        "dwell_s": dwell_s,
    }
    return Zone.model_validate(fields | more)


CAR: Box = (0.40, 0.45, 0.60, 0.65)
"""A car at the kerb."""
BUS_IN_FRONT: Box = (0.30, 0.35, 0.75, 0.85)
"""A bus on the lane before it; it hides the whole car."""
