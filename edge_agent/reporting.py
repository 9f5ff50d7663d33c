"""From the rules' events to what goes into the outbox: the first picture is kept, the others are made when needed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from edge_agent.config import BoxConfig
from edge_agent.evidence.builder import outgoing_from_event
from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.evidence.scene import Scene
from edge_agent.evidence.snapshot import Snapshot
from edge_agent.evidence.stills import cleared_stills, confirmed_stills
from edge_agent.outgoing import Outgoing
from edge_agent.source import Frame
from rules.classes import PERSON, group_of
from rules.event import Event, EventPhase
from rules.observation import Observation

_SURE_PERSON = 0.2
"""Blurred from this score on: a shadow blurred for nothing harms nobody, a face that is not blurred does."""

_log = logging.getLogger(__name__)


class Reporter:
    """Makes outgoing violations of events. `model` names the detector in them."""

    def __init__(self, config: BoxConfig, first_seen: FirstSeenStills, model: str) -> None:
        self._config = config
        self._first_seen = first_seen
        self._model = model

    def report(self, events: Iterable[Event], frame: Frame, observation: Observation) -> list[Outgoing]:
        """Give what must be reported of the events of one look; `frame` is the picture they were seen in."""
        outgoing = []
        picture: Snapshot | None = None
        for event in events:
            if event.phase is EventPhase.DROPPED:
                continue
            picture = picture or self._picture(frame, observation)
            if event.phase is EventPhase.OPENED:
                self._keep_first(event, picture)
                continue
            scene = Scene.of(self._config, event)
            if event.phase is EventPhase.CONFIRMED:
                stills = confirmed_stills(scene, self._first_seen.get(event.camera, event.stay), picture)
            else:
                stills = cleared_stills(scene, picture)
            outgoing.append(outgoing_from_event(scene, stills, time_source=frame.time_source, model=self._model))
        return outgoing

    def _keep_first(self, event: Event, picture: Snapshot) -> None:
        try:
            self._first_seen.keep(event.camera, event.stay, picture)
        except OSError as error:
            _log.warning("the first picture of stay %s could not be kept: %s", event.stay, error)

    def _picture(self, frame: Frame, observation: Observation) -> Snapshot:
        people = tuple(d.box for d in observation.detections if group_of(d.label) == PERSON and d.score >= _SURE_PERSON)
        taken_at = datetime.fromtimestamp(frame.taken_at_s, UTC).astimezone(self._config.zone_info)
        return Snapshot(frame.bgr(), taken_at, people)
