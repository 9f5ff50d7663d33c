"""What a look at a camera's picture found: the only thing the rules ever see, and what is recorded for replay."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 as fractions of the picture; may reach past 0..1 when the object does."""


_REACH = 0.04  # of its width or height: how far a place may reach out of a part of the picture and still lie in it


class View(StrEnum):
    """Whether the picture can be judged."""

    OK = "ok"
    UNUSABLE = "unusable"  # black, frozen, torn, blinded: nothing can be said
    MOVED = "moved"  # the camera was turned: zones do not fit


@dataclass(frozen=True, slots=True)
class Detection:
    """One detected object. `patch` is its appearance (see rules.appearance), empty when not taken."""

    label: str
    score: float
    box: Box
    patch: bytes = b""


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one camera at `t_s` (seconds since the Unix epoch).

    `places` is the appearance now at the places of open stays, by stay. `aspect` is the picture's width over height.
    `looked` are the parts of the picture that the detector was given, None for all of it: that nothing was detected
    elsewhere says nothing, and where it is empty nothing has changed since the detector looked last.
    """

    camera: str
    t_s: float
    view: View = View.OK
    detections: tuple[Detection, ...] = ()
    places: dict[str, bytes] = field(default_factory=dict)
    aspect: float = 16 / 9
    looked: tuple[Box, ...] | None = None

    def covers(self, place: Box) -> bool:
        """Say whether the detector was given the picture around `place`."""
        return covers(self.looked, place)

    def to_json(self) -> str:
        """Write it as one compact line."""
        record: dict[str, Any] = {"camera": self.camera, "t": round(self.t_s, 3), "aspect": round(self.aspect, 4)}
        if self.view is not View.OK:
            record["view"] = self.view.value
        record["objects"] = [
            [d.label, round(d.score, 3), [round(v, 4) for v in d.box], _b64(d.patch)] for d in self.detections
        ]
        if self.places:
            record["places"] = {stay: _b64(patch) for stay, patch in sorted(self.places.items())}
        if self.looked is not None:
            record["looked"] = [[round(v, 4) for v in part] for part in self.looked]
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> Observation:
        """Read one line. Raises ValueError that says what is wrong with it."""
        try:
            record = json.loads(line)
            looked = record.get("looked")
            return cls(
                camera=str(record["camera"]),
                t_s=float(record["t"]),
                view=View(record.get("view", "ok")),
                detections=tuple(
                    Detection(str(label), float(score), to_box(box), base64.b64decode(patch))
                    for label, score, box, patch in record["objects"]
                ),
                aspect=float(record.get("aspect", 16 / 9)),
                places={stay: base64.b64decode(patch) for stay, patch in record.get("places", {}).items()},
                looked=None if looked is None else tuple(to_box(part) for part in looked),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not an observation: {error!r}") from error

    def rounded(self) -> Observation:
        """Give the observation as a recording would give it back, so that live and replay see the same."""
        return Observation(
            camera=self.camera,
            t_s=round(self.t_s, 3),
            view=self.view,
            detections=tuple(Detection(d.label, round(d.score, 3), _rounded(d.box), d.patch) for d in self.detections),
            places=dict(sorted(self.places.items())),
            aspect=round(self.aspect, 4),
            looked=None if self.looked is None else tuple(map(_rounded, self.looked)),
        )


def covers(looked: tuple[Box, ...] | None, place: Box) -> bool:
    """Say whether a place lies in one of the parts of the picture that were looked at; None stands for all of it."""
    return looked is None or any(_within(place, part) for part in looked)


def _within(place: Box, part: Box) -> bool:
    """Say whether a place lies in a part of the picture, save for what a box is inaccurate by."""
    x, y = _REACH * (place[2] - place[0]), _REACH * (place[3] - place[1])
    return place[0] + x >= part[0] and place[1] + y >= part[1] and place[2] - x <= part[2] and place[3] - y <= part[3]


def _rounded(box: Box) -> Box:
    x1, y1, x2, y2 = box
    return round(x1, 4), round(y1, 4), round(x2, 4), round(y2, 4)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def to_box(values: Sequence[float]) -> Box:
    """Give four numbers from JSON as a box."""
    x1, y1, x2, y2 = (float(v) for v in values)
    return x1, y1, x2, y2
