"""Umbrella stall: a large umbrella stands on the zone's ground by itself.

One that is carried moves with its carrier and is never a stay. One that somebody holds while standing still is
small against the people around it.
"""

from __future__ import annotations

from rules.geometry import parasol_box
from rules.offence import Offence, Scene, of_one, stands_in
from rules.stay import Stay
from rules.zone import Zone


def standing_parasols(zone: Zone, scene: Scene) -> list[Offence]:
    """Every large umbrella of the zone's classes that stands inside, since it came."""
    offences = []
    for stay in scene.stays:
        whole = parasol_box(stay.box, scene.aspect)
        if (
            stay.standing
            and zone.watches(stay.label)
            and is_large(stay, scene, zone.numbers_of(stay.label).large_ratio)
            and stands_in(zone, whole, stay.label)
        ):
            offences.append(of_one(stay, stay.first_seen_s, whole))
    return offences


def is_large(stay: Stay, scene: Scene, large_ratio: float) -> bool:
    """Say whether an umbrella is at least `large_ratio` people's heights wide; yes while no people were seen yet."""
    ground_y = parasol_box(stay.box, scene.aspect)[3]
    person = scene.people.scale.height_at(ground_y)
    width = (stay.box[2] - stay.box[0]) * scene.aspect
    return person is None or width >= large_ratio * person
