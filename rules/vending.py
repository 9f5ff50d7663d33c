"""Street vending: goods or furniture that together say "stall" stand on the zone's ground, and people attend them.

Furniture alone, or people alone, is not vending.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.attendance import Attendance, is_at
from rules.classes import group_of, stall_weight
from rules.geometry import around, parasol_box
from rules.observation import Box
from rules.offence import Offence, Scene, stands_in
from rules.stay import Sight, Stay
from rules.zone import Zone

_TOGETHER = 0.35  # of the larger thing's width: things this near belong to one stall


def attended_stalls(zone: Zone, scene: Scene, attendance: Attendance) -> list[Offence]:
    """Every stall in the zone, since both the stall has stood and somebody has attended it."""
    numbers = zone.numbers_of()
    goods = [
        stay
        for stay in scene.stays
        if stay.standing
        and zone.watches(stay.label)
        and stands_in(zone, _whole(stay, scene.aspect), stay.label, scene.ground)
    ]
    attendance.forget({stay.id for stay in goods})
    offences = []
    for stall in _stalls(goods, scene.aspect):
        ground = around([_whole(stay, scene.aspect) for stay in stall])
        attended = any(is_at(person, ground, scene.aspect) for person in scene.people.lingering)
        if attended or any(stay.sight is not Sight.UNKNOWN for stay in stall):
            for stay in stall:
                attendance.look(stay.id, scene.at_s, attended=attended, gap_s=numbers.attended_gap_s)
        since = [s for stay in stall if (s := attendance.since(stay.id, numbers.attended_share)) is not None]
        made_by = completes_stall(stall, numbers.min_weight)
        if since and made_by:
            since_s = max(made_by.first_seen_s, min(since))
            offences.append(Offence(made_by.id, since_s, made_by.label, ground, tuple(stall)))
    return offences


def completes_stall(goods: Iterable[Stay], min_weight: float) -> Stay | None:
    """Give the thing with which goods, in the order in which they came, say "stall"; None while they do not."""
    weight = 0.0
    for stay in sorted(goods, key=lambda stay: (stay.first_seen_s, stay.id)):
        weight += stall_weight(stay.label)
        if weight >= min_weight:
            return stay
    return None


def _whole(stay: Stay, aspect: float) -> Box:
    return parasol_box(stay.box, aspect) if group_of(stay.label) == "umbrella" else stay.box


def _stalls(goods: list[Stay], aspect: float) -> list[list[Stay]]:
    """Join things that stand together into stalls."""
    stalls: list[list[Stay]] = []
    for stay in sorted(goods, key=lambda s: s.id):
        near = [stall for stall in stalls if any(_together(stay, other, aspect) for other in stall)]
        stalls = [stall for stall in stalls if stall not in near]
        stalls.append([stay, *(other for stall in near for other in stall)])
    return stalls


def _together(first: Stay, second: Stay, aspect: float) -> bool:
    a, b = _whole(first, aspect), _whole(second, aspect)
    reach = _TOGETHER * max(a[2] - a[0], b[2] - b[0])
    apart_x = max(a[0] - b[2], b[0] - a[2])
    apart_y = max(a[1] - b[3], b[1] - a[3])
    return apart_x <= reach and apart_y <= reach * aspect
