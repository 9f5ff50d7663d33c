"""One row a case with what is counted of it: the way it went, taken from the case and its steps."""

from __future__ import annotations

from sqlalchemy import CTE, Integer, Subquery, and_, cast, func, select

from central.cases.states import CaseAction, CaseState
from central.figures.groupings import Keys
from central.figures.minutes import minutes_between
from central.figures.selection import Selection
from central.tables import Case, CaseStep

RESPONSES = (
    CaseAction.NOTIFY,
    CaseAction.SELF_CORRECT,
    CaseAction.CONFIRM,
    CaseAction.REJECT,
    CaseAction.CLOSE,
    CaseAction.MERGE,
    CaseAction.WITHDRAW,
)
"""The first of these, by a person or a policy, is the first response."""


def facts(selection: Selection, keys: Keys) -> CTE:
    """Give key, name, state, repeats, overdue, reopened, told_first, late_at_owner, response_min, closing_min."""
    told = _steps(selection)
    untold = func.coalesce(told.c.untold, 0)
    return (
        select(
            keys.key.label("key"),
            keys.name.label("name"),
            Case.state,
            Case.repeats,
            cast(Case.overdue_at.is_not(None), Integer).label("overdue"),
            cast(func.coalesce(told.c.reopenings, 0) > 0, Integer).label("reopened"),
            cast(and_(Case.notified_at.is_not(None), untold == 0), Integer).label("told_first"),
            cast(func.coalesce(told.c.late_at_owner, 0) > 0, Integer).label("late_at_owner"),
            minutes_between(Case.opened_at, told.c.responded_at).label("response_min"),
            minutes_between(Case.opened_at, Case.closed_at).label("closing_min"),
        )
        .outerjoin(told, told.c.case_id == Case.id)
        .where(*selection.conditions())
        .cte("facts")
    )


def _steps(selection: Selection) -> Subquery:
    """Give what the steps of each case say together."""
    late = and_(CaseStep.action == CaseAction.OVERDUE, CaseStep.from_state == CaseState.DISPATCHED)
    counted = (*RESPONSES, CaseAction.REOPEN, CaseAction.NOTICE_FAILED, CaseAction.OVERDUE)
    return (
        select(
            CaseStep.case_id,
            func.min(CaseStep.at).filter(CaseStep.action.in_(RESPONSES)).label("responded_at"),
            func.count().filter(CaseStep.action == CaseAction.REOPEN).label("reopenings"),
            func.count().filter(CaseStep.action == CaseAction.NOTICE_FAILED).label("untold"),
            func.count().filter(late).label("late_at_owner"),
        )
        .join(Case, Case.id == CaseStep.case_id)
        .where(CaseStep.action.in_(counted), *selection.conditions())
        .group_by(CaseStep.case_id)
        .subquery("told")
    )
