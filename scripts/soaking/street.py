"""A made-up camera with a known truth: things that come, stand and leave, passers-by, an imperfect detector, night.

Nothing is painted: a look is made directly as the observation that a box would record, which is fast enough for days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from protocol.kinds import ViolationKind
from rules.classes import PERSON
from rules.geometry import covered_share, iou
from rules.observation import Box, Detection, Observation, View
from rules.zone import Zone
from scripts.soaking.textures import patch

DAY_S = 86_400.0
DWELL_S = 180.0

_ZONE = ((0.02, 0.30), (0.98, 0.30), (0.98, 0.98), (0.02, 0.98))
_BAYS: tuple[Box, ...] = tuple((x, 0.42, x + 0.17, 0.64) for x in (0.06, 0.29, 0.52, 0.75))
_MISS, _OTHER_NAME, _TWO_BOXES = 0.05, 0.06, 0.03
"""How often the detector overlooks a thing, calls it by another name of its group, or boxes it twice."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What comes to a camera of one kind: names of the thing (by chance), size in a bay, how it scores."""

    kind: ViolationKind
    names: tuple[str, ...]
    fill: tuple[float, float]
    score: float
    attended: float = 0.0


RECIPES = (
    Recipe(ViolationKind.ILLEGAL_PARKING, ("car", "truck"), (1.0, 1.0), 0.72),
    Recipe(ViolationKind.ILLEGAL_PARKING, ("bicycle", "motorcycle"), (0.45, 0.8), 0.62),
    Recipe(ViolationKind.STREET_VENDING, ("dining table",), (0.8, 0.7), 0.60, attended=0.6),
    Recipe(ViolationKind.UMBRELLA_STALL, ("umbrella",), (1.0, 1.0), 0.55),
)


@dataclass(slots=True)
class Thing:
    """Something that stands in a bay. `due_s` is when it must be reported, None when it must not."""

    names: tuple[str, ...]
    box: Box
    seed: int
    from_s: float
    until_s: float
    score: float
    attended: bool
    due_s: float | None


@dataclass(slots=True)
class MadeUpCamera:
    """One camera's day. The same `seed` gives the same street. `things` are those that stand now."""

    name: str
    recipe: Recipe
    seed: int
    start_s: float
    things: list[Thing] = field(default_factory=list)
    past: list[Thing] = field(default_factory=list)
    _free_s: list[float] = field(default_factory=list)
    _rng: Any = None
    _looks: int = 0

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)
        # Whose stall it is must be clear: every second bay stays free where stalls stand.
        used = range(0, len(_BAYS), 2 if self.recipe.attended else 1)
        first = [self.start_s + float(self._rng.exponential(600)) for _ in _BAYS]
        self._free_s = [at_s if bay in used else math.inf for bay, at_s in enumerate(first)]

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zone of this camera."""
        fields: dict[str, Any] = {"id": "kerb", "kind": self.recipe.kind, "polygon": _ZONE, "dwell_s": DWELL_S}
        return (Zone.model_validate(fields),)

    def look(self, t_s: float, places: dict[str, Box]) -> Observation | None:
        """Give what a box would record at `t_s`; None while the stream is down."""
        self._looks += 1
        self._come_and_go(t_s)
        # A stream that drops for a minute every two hours, a glare every three.
        if (t_s + 97 * self.seed) % 7200 < 60:
            return None
        if (t_s + 53 * self.seed) % 10_800 < 20:
            return Observation(self.name, t_s, View.UNUSABLE)
        gain, noise = light(t_s)
        passers = self._passers(t_s)
        detections = [*self._standing(gain, noise), *self._vendors(t_s), *self._clutter(gain, noise), *passers]
        looks = {stay: self._patch_at(box, gain, noise, passers) for stay, box in places.items()}
        return Observation(self.name, t_s, View.OK, tuple(detections), looks).rounded()

    def _come_and_go(self, t_s: float) -> None:
        for thing in [one for one in self.things if one.until_s <= t_s]:
            self.things.remove(thing)
            self.past.append(thing)
            self._free_s[_bay_of(thing.box)] = t_s + 4 + float(self._rng.exponential(1500))
        for bay, free_s in enumerate(self._free_s):
            if free_s <= t_s:
                self._free_s[bay] = math.inf
                self.things.append(self._new(bay, t_s))

    def _new(self, bay: int, t_s: float) -> Thing:
        rng, recipe = self._rng, self.recipe
        # Half stop for a moment, half stand for longer; nothing in between, where the truth would be a matter of taste.
        stays_s = float(rng.uniform(20, DWELL_S - 30) if rng.random() < 0.5 else rng.uniform(DWELL_S + 40, 2400))
        x1, y1, x2, y2 = _BAYS[bay]
        width, height = recipe.fill[0] * (x2 - x1), recipe.fill[1] * (y2 - y1)
        x, y = x1 + float(rng.uniform(0, 0.02)), y2 + float(rng.uniform(-0.02, 0.02))
        attended = recipe.attended > 0 and rng.random() < recipe.attended
        must = stays_s > DWELL_S and (recipe.attended == 0 or attended)
        return Thing(
            names=recipe.names if rng.random() < 0.5 else recipe.names[::-1],
            box=(x, y - height, x + width, y),
            seed=int(rng.integers(1 << 30)),
            from_s=t_s,
            until_s=t_s + stays_s,
            score=float(np.clip(rng.normal(recipe.score, 0.07), 0.48, 0.95)),
            attended=bool(attended),
            due_s=t_s + DWELL_S if must else None,
        )

    def _standing(self, gain: float, noise: float) -> list[Detection]:
        found = []
        for thing in self.things:
            if self._rng.random() < _MISS:
                continue
            name = thing.names[-1] if self._rng.random() < _OTHER_NAME else thing.names[0]
            score = float(np.clip(thing.score * (0.75 + 0.25 * gain) + self._rng.normal(0, 0.06), 0.1, 0.98))
            box = self._shaken(thing.box, 0.02)
            look = patch(thing.seed, gain, noise, self._looks)
            found.append(Detection(name, score, box, look))
            if self._rng.random() < _TWO_BOXES:
                found.append(Detection(thing.names[-1], score * 0.6, self._shaken(thing.box, 0.04), look))
        return found

    def _vendors(self, t_s: float) -> list[Detection]:
        """Who attends a stall shifts from foot to foot, and walks away for ten seconds every two minutes."""
        found = []
        for thing in self.things:
            if not thing.attended or (t_s + thing.seed) % 120 < 10:
                continue
            x, y = thing.box[2] + 0.01 + 0.004 * math.sin(t_s), thing.box[3]
            found.append(Detection(PERSON, 0.8, (x, y - 0.25, x + 0.06, y)))
        return found

    def _clutter(self, gain: float, noise: float) -> list[Detection]:
        """A bin, a post: something that always stands there and is now and then taken for what we look for, weakly."""
        if self._rng.random() > 0.3:
            return []
        box = (0.40, 0.80, 0.47, 0.95)
        score = float(np.clip(self._rng.normal(0.2, 0.07), 0.1, 0.6))
        return [
            Detection(self.recipe.names[0], score, self._shaken(box, 0.05), patch(self.seed, gain, noise, self._looks))
        ]

    def _passers(self, t_s: float) -> list[Detection]:
        """People on foot, at every depth, more by day; one look of them rarely resembles the next."""
        count = int(self._rng.poisson(0.3 + 1.2 * light(t_s)[0]))
        found = []
        for _ in range(count):
            x, y = float(self._rng.uniform(0, 0.95)), float(self._rng.uniform(0.5, 0.95))
            found.append(Detection(PERSON, float(self._rng.uniform(0.4, 0.9)), (x, y - 0.25, x + 0.06, y)))
        return found

    def _patch_at(self, place: Box, gain: float, noise: float, passers: list[Detection]) -> bytes:
        thing = max(self.things, key=lambda one: iou(one.box, place), default=None)
        seed = thing.seed if thing and iou(thing.box, place) > 0.4 else 10_000 * self.seed + _bay_of(place)
        if iou(place, (0.40, 0.80, 0.47, 0.95)) > 0.4:
            seed = self.seed
        cover = None
        for person in passers:
            if person.box[3] > place[3] and covered_share(place, person.box) > 0.05:
                width = place[2] - place[0]
                first, last = ((edge - place[0]) / width * 24 for edge in (person.box[0], person.box[2]))
                cover = (self._looks % 97, max(0, int(first)), min(24, max(0, int(last))))
        return patch(seed, gain, noise, self._looks + 7, cover)

    def _shaken(self, box: Box, share: float) -> Box:
        width, height = box[2] - box[0], box[3] - box[1]
        x1, y1, x2, y2 = self._rng.normal(0, share / 2, 4)
        return (box[0] + x1 * width, box[1] + y1 * height, box[2] + x2 * width, box[3] + y2 * height)


def light(t_s: float) -> tuple[float, float]:
    """Give (gain, noise) at a time of day: bright and clean at noon, dark and noisy from eight to five.

    The noise is in grey levels of a patch, each cell of which is the mean of many pixels.
    """
    hour = (t_s % DAY_S) / 3600
    daylight = min(1.0, max(0.0, 0.5 + 0.9 * math.cos((hour - 12.5) / 24 * 2 * math.pi)))
    return 0.35 + 0.65 * daylight, 0.7 + 1.3 * (1 - daylight)


def _bay_of(box: Box) -> int:
    middle = (box[0] + box[2]) / 2
    return min(range(len(_BAYS)), key=lambda bay: abs((_BAYS[bay][0] + _BAYS[bay][2]) / 2 - middle))
