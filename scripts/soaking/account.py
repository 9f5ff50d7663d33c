"""What was reported against what a made-up street really held."""

from __future__ import annotations

from dataclasses import dataclass, field

from rules.event import Event, EventPhase
from rules.geometry import iou
from scripts.soaking.street import MadeUpCamera, Thing

LATEST_S = 90.0
"""A report later than this after it was due counts as missed: streams drop for a minute."""
EARLIEST_S = 3.0


@dataclass(slots=True)
class Account:
    """The reports of one made-up camera: delays of the right ones (with their time), false ones with the reason."""

    right: list[tuple[float, float]] = field(default_factory=list)
    false: list[dict[str, object]] = field(default_factory=list)
    missed: list[dict[str, object]] = field(default_factory=list)
    _reported: set[int] = field(default_factory=set)
    _settled: int = 0

    def hear(self, camera: MadeUpCamera, event: Event) -> None:
        """Judge one event."""
        if event.phase is not EventPhase.CONFIRMED:
            return
        near = [one for one in (*camera.things, *camera.past[-12:]) if iou(one.box, event.box) > 0.3]
        thing = max(near, key=lambda one: (one.from_s <= event.at_s, one.from_s), default=None)
        if thing is None:
            self._false(camera, event, "nothing stands there")
        elif thing.due_s is None:
            self._false(camera, event, f"it stood for {event.at_s - thing.from_s:.0f} s, or nobody attended it")
        elif thing.seed in self._reported:
            self._false(camera, event, "it was reported already")
        elif event.at_s < thing.due_s - EARLIEST_S:
            self._false(camera, event, f"{thing.due_s - event.at_s:.0f} s too early")
        else:
            self._reported.add(thing.seed)
            self.right.append((event.at_s, event.at_s - thing.due_s))

    def settle(self, camera: MadeUpCamera) -> None:
        """Count what has left without having been reported; call now and then."""
        for thing in camera.past:
            if _was_due(thing) and thing.seed not in self._reported:
                self.missed.append(
                    {"camera": camera.name, "from_s": thing.from_s, "stood_s": thing.until_s - thing.from_s}
                )
            self._reported.discard(thing.seed)
        camera.past.clear()

    def _false(self, camera: MadeUpCamera, event: Event, why: str) -> None:
        self.false.append({"camera": camera.name, "at_s": event.at_s, "label": event.label, "why": why})


def _was_due(thing: Thing) -> bool:
    return thing.due_s is not None and thing.until_s > thing.due_s + LATEST_S
