"""From the rules' events to what goes into the outbox: the first picture is kept, the others are made when needed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from edge_agent.config.box import BoxConfig
from edge_agent.evidence.builder import outgoing_from_event
from edge_agent.evidence.clips import CutClip, confirmed_clip, no_clip
from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.evidence.scene import Scene
from edge_agent.evidence.snapshot import Snapshot
from edge_agent.evidence.stills import cleared_stills, confirmed_stills
from edge_agent.looking.bystanders import FindPeople
from edge_agent.outbox.outgoing import Evidence, Outgoing
from edge_agent.source import Frame
from protocol.messages import TimeSource
from rules.event import Event, EventPhase

_log = logging.getLogger(__name__)


class Reported(NamedTuple):
    """What became of events: violations with their evidence, and those whose evidence could not be made, and why."""

    outgoing: list[Outgoing]
    failed: list[tuple[Event, Exception]]


class Reporter:
    """Makes outgoing violations of events.

    `model` names the detector in them, `find_people` says whom to blur (None: nobody can tell); `cut_clip`
    is set where there is a live camera.
    """

    def __init__(
        self, config: BoxConfig, first_seen: FirstSeenStills, model: str, find_people: FindPeople | None
    ) -> None:
        self._config = config
        self._first_seen = first_seen
        self._model = model
        self._find_people = find_people if config.evidence.blur_people else lambda _: ()
        self.cut_clip: CutClip = no_clip

    def report(self, events: Iterable[Event], frame: Frame) -> Reported:
        """Make what must be reported of these events; `frame` is the picture that was looked at now."""
        reported = Reported([], [])
        now: Snapshot | None = None
        for event in events:
            try:
                if event.phase is EventPhase.OPENED:
                    self._keep_first(event, self._snapshot(frame))
                elif event.phase in (EventPhase.CONFIRMED, EventPhase.CLEARED):
                    now = now or self._with_people(self._snapshot(frame))
                    reported.outgoing.append(self._outgoing(event, now, frame.time_source))
            except Exception as error:  # whatever it was: one event's pictures must not cost another event
                reported.failed.append((event, error))
        return reported

    def _outgoing(self, event: Event, now: Snapshot, time_source: TimeSource) -> Outgoing:
        scene = Scene.of(self._config, event)
        return outgoing_from_event(scene, self._evidence(scene, now), time_source=time_source, model=self._model)

    def _evidence(self, scene: Scene, now: Snapshot) -> tuple[Evidence, ...]:
        if scene.event.phase is EventPhase.CLEARED:
            return cleared_stills(scene, now)
        stills = confirmed_stills(scene, self._first(scene.event), now)
        return stills + confirmed_clip(scene, now, self.cut_clip)

    def _first(self, event: Event) -> Snapshot | None:
        first = self._first_seen.get(event.camera, event.stay)
        if first is None:
            return None
        try:
            return self._with_people(first)
        except Exception as error:  # it never changes, so trying again is no use: better a case without it than none
            _log.warning("[%s] stay %s: its first picture cannot be used: %s", event.camera, event.stay, error)
            return None

    def _keep_first(self, event: Event, snapshot: Snapshot) -> None:
        try:
            self._first_seen.keep(event.camera, event.stay, snapshot)
        except OSError as error:
            _log.warning("the first picture of stay %s could not be kept: %s", event.stay, error)

    def _snapshot(self, frame: Frame) -> Snapshot:
        taken_at = datetime.fromtimestamp(frame.taken_at_s, UTC).astimezone(self._config.zone_info)
        return Snapshot(frame.bgr(), taken_at)

    def _with_people(self, snapshot: Snapshot) -> Snapshot:
        return replace(snapshot, people=self._find_people(snapshot.frame) if self._find_people else None)
