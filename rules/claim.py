"""A claim: what one zone says of one offence, from pending over confirmed to cleared."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rules.event import Counts
from rules.offence import Offence


@dataclass(slots=True)
class Claim:
    """One offence's way through one zone's rule. Times are Unix seconds.

    `members` are the stays it is about, `since_s` is since when it counts: not before the zone applied.
    """

    key: str
    members: set[str]
    label: str
    box: tuple[float, float, float, float]
    since_s: float
    count: int
    counts: Counts
    confirmed_s: float | None = None

    def follow(self, offence: Offence, not_before_s: float) -> None:
        """Take over what the offence looks like now; until it is confirmed, also since when it counts."""
        self.members |= {stay.id for stay in offence.members}
        self.count = len(offence.members)
        self.counts = offence.lead.counts()
        if self.confirmed_s is None:
            self.label, self.box = offence.label, offence.box
            self.since_s = max(offence.since_s, not_before_s)

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON data, for the box to keep over a restart."""
        return asdict(self) | {"members": sorted(self.members)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Claim:
        """Restore a claim. Raises KeyError or TypeError for data of another shape."""
        return cls(
            **data | {"members": set(data["members"]), "box": tuple(data["box"]), "counts": Counts(**data["counts"])}
        )


def claim_of(offence: Offence, not_before_s: float) -> Claim:
    """Open a claim on an offence."""
    return Claim(
        key=offence.key,
        members={stay.id for stay in offence.members},
        label=offence.label,
        box=offence.box,
        since_s=max(offence.since_s, not_before_s),
        count=len(offence.members),
        counts=offence.lead.counts(),
    )
