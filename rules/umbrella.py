"""Umbrella stall: a large umbrella stands on the zone's ground by itself.

One that is carried moves with its carrier and is never a stay. One that somebody holds while standing still is
small against the people around it.
"""

from __future__ import annotations

from rules.geometry import parasol_box
from rules.numbers import Numbers
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
            and is_large(stay, scene, zone.numbers_of(stay.label))
            and stands_in(zone, whole, stay.label, scene.ground)
        ):
            offences.append(of_one(stay, stay.first_seen_s, whole))
    return offences


def is_large(stay: Stay, scene: Scene, numbers: Numbers) -> bool:
    """Say whether an umbrella is a parasol: in metres where the camera is calibrated, else in people's heights.

    Yes while neither is known: no people were seen yet.
    """
    whole = parasol_box(stay.box, scene.aspect)
    width_m = scene.ground.width_m(whole)
    if width_m is not None:
        return width_m >= numbers.large_m
    person = scene.people.scale.height_at(whole[3])
    return person is None or (stay.box[2] - stay.box[0]) * scene.aspect >= numbers.large_ratio * person
