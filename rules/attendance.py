"""Attendance: whether somebody is at a stall most of the time. People come and go; anyone who lingers counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rules.geometry import foot
from rules.observation import Box
from rules.stay import MISSED_STEP_S

_REACH = 0.8  # of a person's height, about 1.4 m: who stands this near to the stall's side attends it


@dataclass(slots=True)
class Spell:
    """A time during which a stall was attended without a long break."""

    since_s: float
    last_look_s: float
    away_s: float = 0.0
    looks: int = 1
    attended: int = 1


class Attendance:
    """The attendance of everything that stands in one zone, by stay."""

    def __init__(self) -> None:
        self._spells: dict[str, Spell] = {}

    def look(self, stay_id: str, at_s: float, *, attended: bool, gap_s: float) -> None:
        """Note whether somebody is at the stay now; when nobody has been for longer than `gap_s`, the spell ends."""
        spell = self._spells.get(stay_id)
        if spell is None:
            if attended:
                self._spells[stay_id] = Spell(at_s, at_s)
            return
        # A look after a pause says that nobody is there now, not that nobody was all the time.
        spell.away_s = 0.0 if attended else spell.away_s + min(at_s - spell.last_look_s, MISSED_STEP_S)
        spell.last_look_s = at_s
        spell.looks += 1
        spell.attended += attended
        if spell.away_s > gap_s:
            del self._spells[stay_id]

    def since(self, stay_id: str, share: float) -> float | None:
        """Give since when the stay has been attended in at least `share` of the looks; None when it is not."""
        spell = self._spells.get(stay_id)
        return spell.since_s if spell and spell.attended >= share * spell.looks else None

    def forget(self, alive: set[str]) -> None:
        """Keep only what still stands."""
        self._spells = {stay_id: spell for stay_id, spell in self._spells.items() if stay_id in alive}

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON data, for the box to keep over a restart."""
        return {stay_id: asdict(spell) for stay_id, spell in self._spells.items()}

    def restore(self, data: dict[str, Any]) -> None:
        """Take up what was kept."""
        self._spells = {stay_id: Spell(**spell) for stay_id, spell in data.items()}


def is_at(person: Box, stall: Box, aspect: float) -> bool:
    """Say whether a person stands at a stall: feet beside or before it, no further than an arm and a step."""
    height = person[3] - person[1]
    x, y = foot(person)
    beside = max(stall[0] - x, x - stall[2], 0.0) * aspect
    depth = max((stall[1] + stall[3]) / 2 - y, y - stall[3], 0.0)
    return beside <= _REACH * height and depth <= 0.5 * height
