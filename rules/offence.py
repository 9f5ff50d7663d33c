"""What the three rules have in common: they look at a scene and say what breaks them, and since when."""

from __future__ import annotations

from dataclasses import dataclass

from rules.ground import Ground
from rules.observation import Box
from rules.people import People
from rules.stay import Sight, Stay
from rules.zone import Zone


@dataclass(frozen=True, slots=True)
class Scene:
    """One camera after one look: what stands, who is there. `aspect` is the picture's width over height."""

    at_s: float
    stays: tuple[Stay, ...]
    people: People
    aspect: float
    ground: Ground


@dataclass(frozen=True, slots=True)
class Offence:
    """Something that breaks a zone's rule since `since_s` (Unix seconds).

    `key` names it: the stay that made it one. `members` are all stays in it, `box` is around them.
    """

    key: str
    since_s: float
    label: str
    box: Box
    members: tuple[Stay, ...]

    @property
    def lead(self) -> Stay:
        """The stay that the offence is named after."""
        return next(stay for stay in self.members if stay.id == self.key)

    @property
    def seen(self) -> bool:
        """Whether the last look saw it."""
        return any(stay.sight is Sight.SEEN for stay in self.members)

    @property
    def proved(self) -> bool:
        """Whether the detector has said often enough what it is."""
        return any(stay.proved for stay in self.members)

    @property
    def missed(self) -> bool:
        """Whether the last look saw that none of it is there."""
        return all(stay.sight is Sight.MISSED for stay in self.members)


def of_one(stay: Stay, since_s: float, box: Box | None = None) -> Offence:
    """Make an offence of a single stay."""
    return Offence(stay.id, since_s, stay.label, box or stay.box, (stay,))


def stands_in(zone: Zone, box: Box, label: str, ground: Ground) -> bool:
    """Say whether what stands in `box` has its ground contact in the zone and in no exclusion."""
    return ground.inside_share(box, label, zone.shape) >= zone.numbers_of(label).inside_share
