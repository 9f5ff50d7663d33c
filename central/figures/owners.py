"""The owners' records, which the rating is made of."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from central.cases.states import CaseState
from central.figures.facts import facts
from central.figures.groupings import Grouping, keys_of
from central.figures.rating import OwnerRecord
from central.figures.selection import Selection

ENDED = (CaseState.CLOSED, CaseState.EVALUATED, CaseState.SELF_CORRECTED)
NOT_THE_OWNERS = (CaseState.REJECTED, CaseState.MERGED, CaseState.WITHDRAWN)


def owner_records(session: Session, selection: Selection) -> dict[str, tuple[int, OwnerRecord]]:
    """Give for every owner the number of its cases and its record; cases without an owner are left out."""
    rows = facts(selection, keys_of(Grouping.OWNER, selection.period))
    at = rows.c
    counted = and_(at.state.not_in(NOT_THE_OWNERS), or_(at.state.in_(ENDED), at.late_at_owner == 1))
    in_time = and_(at.state.in_(ENDED), at.late_at_owner == 0)
    told = and_(counted, at.told_first == 1)
    found = session.execute(
        select(
            at.key,
            func.count(),
            func.count().filter(counted),
            func.count().filter(in_time),
            func.count().filter(told),
            func.count().filter(and_(told, at.state == CaseState.SELF_CORRECTED)),
            func.coalesce(func.sum(at.repeats).filter(counted), 0),
            func.count().filter(and_(counted, at.reopened == 1)),
        )
        .where(at.key != "")
        .group_by(at.key)
    )
    return {owner: (cases, OwnerRecord(*map(int, numbers))) for owner, cases, *numbers in found}
