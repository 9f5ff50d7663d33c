"""Illegal parking: a vehicle stands on the zone's ground."""

from __future__ import annotations

from rules.offence import Offence, Scene, of_one, stands_in
from rules.zone import Zone


def parked_vehicles(zone: Zone, scene: Scene) -> list[Offence]:
    """Every vehicle of the zone's classes that stands still with its ground contact inside, since it came."""
    return [
        of_one(stay, stay.first_seen_s)
        for stay in scene.stays
        if stay.standing and zone.watches(stay.label) and stands_in(zone, stay.box, stay.label, scene.ground)
    ]
