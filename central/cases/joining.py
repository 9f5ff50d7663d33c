"""One place, one case: which case a new violation is one more of, if any.

In one camera's picture it is the same place when the boxes overlap; between cameras, when both know their ground on
the map, by distance. What stands there at the same time in one picture is two things, and stays two cases.
"""

from __future__ import annotations

import math
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from central import counters
from central.cases.lifecycle import OPEN, CaseState
from central.cases.steps import place_of
from central.site.policies import Closing
from central.site.site import Site
from central.tables import Case, Stay
from protocol.messages import BoxXyxy, Violation

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG)."""

_REOPENED = (CaseState.CLOSED, CaseState.EVALUATED, CaseState.SELF_CORRECTED)
_SAME_TIME = timedelta(seconds=90)
"""A box is certain that a place is clear only a while after; what came in its stead may have been seen before that."""


def case_at_this_place(session: Session, site: Site, violation: Violation) -> Case | None:
    """Give the case that `violation` belongs to: an open one, else one that it reopens; None: it is a new one.

    Holds a row until the transaction ends, so that two workers with news of one place do not both open a case.
    """
    join = site.join
    if join.window_minutes == 0:
        return None
    counters.advance(session, counters.OPENINGS)
    horizon = _horizon(site)
    rows = session.execute(
        select(Stay, Case)
        .join(Case, Case.id == Stay.case_id)
        .where(Case.kind == violation.kind, Case.subject == violation.subject)
        .where(Case.state.in_(OPEN + _REOPENED))
        .where(or_(_in_this_picture(violation, horizon), _near_on_the_map(violation, horizon, join.distance_m)))
        .order_by(Case.id.desc())
    ).all()
    fitting = [(case, apart_m) for stay, case in rows if (apart_m := _apart_m(site, violation, stay, case)) is not None]
    # An open case before one that would be reopened, the nearest before others, the newest before older ones.
    best = min(fitting, key=lambda found: (found[0].state not in OPEN, found[1]), default=None)
    return session.get_one(Case, best[0].id, with_for_update=True) if best else None


def _horizon(site: Site) -> timedelta:
    longest = max([site.join.window_minutes, Closing().reopen_minutes, *(c.reopen_minutes for c in site.file.closing)])
    return timedelta(minutes=longest)


def _in_this_picture(violation: Violation, horizon: timedelta) -> ColumnElement[bool]:
    return and_(
        Stay.device_id == violation.device,
        Stay.camera_id == violation.camera.id,
        Stay.zone_id == violation.zone.id,
        Stay.cleared_at >= violation.first_seen_at - horizon,
    )


def _near_on_the_map(violation: Violation, horizon: timedelta, distance_m: float) -> ColumnElement[bool]:
    position = violation.position
    if position is None:
        return false()
    degrees = math.degrees(distance_m / EARTH_RADIUS_M)
    return and_(
        Stay.latitude.between(position.latitude - degrees, position.latitude + degrees),
        Stay.longitude.is_not(None),
        or_(Stay.cleared_at.is_(None), Stay.cleared_at >= violation.first_seen_at - horizon),
        Stay.first_seen_at <= violation.confirmed_at + horizon,
    )


def _apart_m(site: Site, violation: Violation, stay: Stay, case: Case) -> float | None:
    """Give how far the violation is from an earlier stay, metres (0 in one picture); None: it is something else."""
    closing = site.closing(case.kind, place_of(case))
    window_minutes = site.join.window_minutes if case.state in OPEN else closing.reopen_minutes
    if stay.cleared_at and violation.first_seen_at - stay.cleared_at > timedelta(minutes=window_minutes):
        return None
    if (stay.device_id, stay.camera_id) == (violation.device, violation.camera.id):
        over = stay.cleared_at is not None and stay.cleared_at <= violation.first_seen_at + _SAME_TIME
        return 0.0 if over and overlap(_box(stay), violation.box) >= site.join.overlap else None
    if violation.position is None or stay.latitude is None or stay.longitude is None:
        return None
    here = (violation.position.latitude, violation.position.longitude)
    apart_m = distance_m(here, (stay.latitude, stay.longitude))
    return apart_m if apart_m <= site.join.distance_m else None


def _box(stay: Stay) -> BoxXyxy:
    return stay.x1 or 0.0, stay.y1 or 0.0, stay.x2 or 0.0, stay.y2 or 0.0


def overlap(one: BoxXyxy, other: BoxXyxy) -> float:
    """Give the intersection of two boxes over their union, 0..1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(width, 0.0) * max(height, 0.0)
    areas = sum((x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (one, other))
    return common / (areas - common) if common else 0.0


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Give the distance of two places (latitude, longitude; degrees), metres: the haversine formula on a sphere."""
    (latitude_1, longitude_1), (latitude_2, longitude_2) = (tuple(map(math.radians, place)) for place in (one, other))
    half = math.sin((latitude_2 - latitude_1) / 2) ** 2
    half += math.cos(latitude_1) * math.cos(latitude_2) * math.sin((longitude_2 - longitude_1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))
