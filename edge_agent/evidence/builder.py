"""From an event of the rules and its pictures to the violation that travels."""

from __future__ import annotations

from datetime import UTC, datetime

from edge_agent.evidence.scene import Scene
from edge_agent.outbox.outgoing import Evidence, Outgoing
from protocol.ids import derived_id
from protocol.messages import BoxXyxy, Phase, Proof, TimeSource, Violation, ZonePlace
from rules.event import Event, EventPhase

_PHASES = {EventPhase.CONFIRMED: Phase.CONFIRMED, EventPhase.CLEARED: Phase.CLEARED}


def outgoing_from_event(
    scene: Scene, evidence: tuple[Evidence, ...], *, time_source: TimeSource, model: str = ""
) -> Outgoing:
    """Put a confirmed or cleared event and its evidence together for the outbox."""
    return Outgoing(violation_from_event(scene, evidence, time_source=time_source, model=model), evidence)


def violation_from_event(
    scene: Scene, evidence: tuple[Evidence, ...], *, time_source: TimeSource, model: str = ""
) -> Violation:
    """Make the message of a confirmed or cleared event. Raises ValueError for an event of another phase.

    Ids are derived from device, camera, zone, stay and phase, at the time the stay was first seen: an event that is
    reported again after a power cut, perhaps confirmed by a later look, has the same id.
    """
    event = scene.event
    if event.phase not in _PHASES or event.confirmed_s is None:
        raise ValueError(f"a stay that is {event.phase.value} is nothing to report")
    phase = _PHASES[event.phase]
    first_seen_at = _at(scene, event.first_seen_s)
    names = (scene.box.device.id, event.camera, event.zone, event.stay)
    return Violation(
        id=derived_id(first_seen_at, *names, phase.value),
        stay_id=derived_id(first_seen_at, *names),
        phase=phase,
        device=scene.box.device.id,
        camera=scene.camera.place,
        zone=ZonePlace(id=scene.zone.id, name=scene.zone.name, polygon=scene.zone.polygon, exclude=scene.zone.exclude),
        kind=event.kind,
        subject=event.subject,
        label=event.label,
        count=event.count,
        box=_inside(event),
        dwell_s=event.dwell_s,
        first_seen_at=first_seen_at,
        confirmed_at=_at(scene, event.confirmed_s),
        cleared_at=_at(scene, event.at_s) if phase is Phase.CLEARED else None,
        time_source=time_source,
        proof=_proof(event),
        model=model,
        evidence=tuple(one.ref for one in evidence),
    )


def _proof(event: Event) -> Proof:
    counts = event.counts
    return Proof(
        looks=counts.looks,
        seen=counts.seen,
        missed=counts.missed,
        unknown=counts.unknown,
        longest_gap_s=counts.longest_gap_s,
        score=_fraction(counts.score),
    )


def _inside(event: Event) -> BoxXyxy:
    """The message names what is in the picture; a detector's box may reach past its edges."""
    x1, y1, x2, y2 = event.box
    return _fraction(x1), _fraction(y1), _fraction(x2), _fraction(y2)


def _fraction(value: float) -> float:
    return min(1.0, max(0.0, value))


def _at(scene: Scene, at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC).astimezone(scene.box.zone_info)
