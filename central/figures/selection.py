"""Which cases are counted: those opened in a period, perhaps of one kind or in one district only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from central.figures.period import Period
from central.tables import Case
from protocol.kinds import ViolationKind


@dataclass(frozen=True, slots=True)
class Selection:
    """The filters. `district` "" means cases without a known district; None means all."""

    period: Period
    kind: ViolationKind | None = None
    district: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Give what a case has to fulfil."""
        found = [Case.opened_at >= self.period.start, Case.opened_at < self.period.end]
        if self.kind is not None:
            found.append(Case.kind == self.kind)
        if self.district is not None:
            found.append(Case.district == self.district)
        return found
