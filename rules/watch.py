"""A camera's watch: observations in, events out. The same observations give the same events on any machine."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from protocol.kinds import ViolationKind
from rules.classes import default_classes, group_of
from rules.event import Event
from rules.ground import Ground, PictureGround
from rules.ledger import Ledger, Patience
from rules.observation import Box, Observation, View
from rules.offence import Scene
from rules.people import People
from rules.stay import Sight
from rules.zone import Zone
from rules.zone_watch import ZoneWatch

_SET_BACK_S = 60.0
"""A look that is this much older than the last one is no late one: the clock was set back."""

_NEW_S = 30.0
"""So long after it came a stay is looked at every time, whether it breaks a rule or not."""


class Watch:
    """All zones of one camera, over one ledger of stays.

    `time_zone` is the site's, for the schedules; `ground` is the street under it where the camera is calibrated.
    """

    def __init__(self, camera: str, zones: Iterable[Zone], time_zone: ZoneInfo, ground: Ground | None = None) -> None:
        self.camera = camera
        self._time_zone = time_zone
        self._ground = ground or PictureGround()
        self._start([*zones])

    def _start(self, zones: list[Zone]) -> None:
        self._zones = [ZoneWatch(self.camera, zone) for zone in zones]
        self.ledger = Ledger(_patience(zones))
        self._goods = {
            group_of(label)
            for zone in zones
            if zone.kind is ViolationKind.STREET_VENDING
            for label in zone.classes or default_classes(zone.kind)
        }
        self._people = People()
        self._clock_s = self._now_s = -math.inf

    def start_afresh(self) -> None:
        """Forget everything, and report nothing of it: the camera looks elsewhere now."""
        self._start([watch.zone for watch in self._zones])

    def places(self) -> dict[str, Box]:
        """Give the places whose appearance the next observation must bring, by stay."""
        return self.ledger.places()

    def doubtful(self) -> list[Box]:
        """Give the places that deserve a closer look."""
        return self.ledger.doubtful()

    def unlike(self, places: Mapping[str, bytes]) -> list[Box]:
        """Give those of the places that do not look as they did, by their appearance now."""
        return self.ledger.unlike(places)

    def unsettled(self) -> list[Box]:
        """Give the places at which every look counts: what is new, what may be reported, goods that wait for people."""
        reported = self._reported()
        pending = set().union(*(watch.pending() for watch in self._zones)) if self._zones else set()
        return [
            stay.box
            for stay in self.ledger.stays
            if stay.id not in reported
            and (
                stay.id in pending
                or stay.group in self._goods
                or not stay.standing
                or stay.last_look_s - stay.first_seen_s < _NEW_S
            )
        ]

    def settled(self) -> bool:
        """Say whether nothing is on its way: all that stands was just seen, and is reported or breaks no rule."""
        return not self.unsettled() and all(stay.sight is Sight.SEEN for stay in self.ledger.stays)

    def _reported(self) -> set[str]:
        return set().union(*(watch.reported() for watch in self._zones)) if self._zones else set()

    def observe(self, observation: Observation) -> list[Event]:
        """Take one look into account and return what follows from it.

        A look that is not later than the last one is ignored.
        """
        if not self._moves_on(observation.t_s):
            return []
        observation = replace(observation, t_s=self._now_s)
        self.ledger.look(observation, self._reported())
        if observation.view is not View.OK:
            return []
        if observation.looked != ():
            self._people.look(observation)
        scene = Scene(observation.t_s, tuple(self.ledger.stays), self._people, observation.aspect, self._ground)
        return [
            event
            for watch in self._zones
            for event in watch.look(scene, applies=watch.zone.when.applies(observation.t_s, self._time_zone))
        ]

    def _moves_on(self, clock_s: float) -> bool:
        """Follow the camera's clock; False for a look that is not later than the last one.

        A clock that was set back (a reboot without a hardware clock) stops no stay: time goes on from where it was,
        at the clock's pace, until the clock has caught up.
        """
        if self._clock_s - _SET_BACK_S < clock_s <= self._clock_s:
            return False
        if clock_s <= self._now_s:
            onward_s = self._now_s + max(0.0, clock_s - self._clock_s)
            self._now_s = max(onward_s, math.nextafter(self._now_s, math.inf))
        else:
            self._now_s = clock_s
        self._clock_s = clock_s
        return True

    def snapshot(self) -> str:
        """Give everything the watch remembers, as JSON text for the box to keep."""
        return json.dumps(
            {
                "stays": self.ledger.to_json(),
                "people": self._people.to_json(),
                "zones": {watch.zone.id: watch.to_json() for watch in self._zones},
            },
            separators=(",", ":"),
        )

    def restore(self, snapshot: str) -> None:
        """Go on where a snapshot was taken; zones that are new start afresh.

        Raises ValueError when the text is no snapshot; the watch is then as new.
        """
        try:
            data = json.loads(snapshot)
            self.ledger.restore(data["stays"])
            self._people.restore(data["people"])
            for watch in self._zones:
                if watch.zone.id in data["zones"]:
                    watch.restore(data["zones"][watch.zone.id])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self.start_afresh()
            raise ValueError(f"not a snapshot of camera {self.camera}: {error!r}") from error


def _patience(zones: Iterable[Zone]) -> dict[str, Patience]:
    """Give how patient the ledger is with each class group: as patient as the most patient zone that watches it."""
    patience: dict[str, Patience] = {}
    for zone in zones:
        for label in zone.classes or default_classes(zone.kind):
            numbers, group = zone.numbers_of(label), group_of(label)
            known = patience.get(group, Patience(0.0, 0.0))
            patience[group] = Patience(
                max(known.grace_s, numbers.grace_s), max(known.clear_after_s, numbers.clear_after_s)
            )
    return patience
