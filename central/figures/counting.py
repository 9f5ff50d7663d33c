"""Counting: the facts of the selected cases, put together group by group in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from central.cases.states import CaseAction, CaseState, RejectReason
from central.figures.facts import facts
from central.figures.groupings import Grouping, Keys, keys_of
from central.figures.minutes import at_percent
from central.figures.selection import Selection
from central.figures.views import Counts, Times
from central.tables import Case, CaseStep


@dataclass(slots=True)
class Tally:
    """One group while it is put together."""

    name: str = ""
    by_state: dict[CaseState, int] = field(default_factory=dict)
    repeats: int = 0
    overdue: int = 0
    reopened: int = 0
    rejected_because: dict[RejectReason, int] = field(default_factory=dict)
    response: Times | None = None
    closing: Times | None = None

    def counts(self) -> Counts:
        """Give the figures."""
        return Counts(
            cases=sum(self.by_state.values()),
            by_state=self.by_state,
            repeats=self.repeats,
            rejected_because=self.rejected_because,
            overdue=self.overdue,
            reopened=self.reopened,
            response=self.response,
            closing=self.closing,
        )


def count(session: Session, selection: Selection, grouping: Grouping | None) -> dict[str, Tally]:
    """Count the selected cases by `grouping`, by key; None: all together under the key ""."""
    keys = keys_of(grouping, selection.period)
    at = _ranked(selection, keys).c
    found = session.execute(
        select(
            at.key,
            func.max(at.name),
            func.sum(at.repeats),
            func.sum(at.overdue),
            func.sum(at.reopened),
            *_times(at.response_min, at.response_rank, at.responses),
            *_times(at.closing_min, at.closing_rank, at.closings),
            *(func.count().filter(at.state == state) for state in CaseState),
        ).group_by(at.key)
    )
    tallies: dict[str, Tally] = {}
    for key, name, repeats, overdue, reopened, *numbers in found:
        tallies[key] = Tally(
            name=name,
            repeats=int(repeats),
            overdue=int(overdue),
            reopened=int(reopened),
            response=_read_times(*numbers[:3]),
            closing=_read_times(*numbers[3:6]),
            by_state={state: cases for state, cases in zip(CaseState, numbers[6:], strict=True) if cases},
        )
    for key, reason, cases in _reasons(session, selection, keys):
        tallies[key].rejected_because[reason] = cases
    return tallies


def _ranked(selection: Selection, keys: Keys) -> Subquery:
    """Give the facts, each with the rank of its times in its group and how many the group has of them."""
    rows = facts(selection, keys)
    at = rows.c

    def rank(value: ColumnElement[float]) -> ColumnElement[int]:
        return func.row_number().over(partition_by=at.key, order_by=value.nulls_last())

    def size(value: ColumnElement[float]) -> ColumnElement[int]:
        return func.count(value).over(partition_by=at.key)

    return select(
        rows,
        rank(at.response_min).label("response_rank"),
        size(at.response_min).label("responses"),
        rank(at.closing_min).label("closing_rank"),
        size(at.closing_min).label("closings"),
    ).subquery("ranked")


def _times(
    value: ColumnElement[float], rank: ColumnElement[int], size: ColumnElement[int]
) -> tuple[ColumnElement[Any], ...]:
    return func.count(value), at_percent(value, rank, size, 50), at_percent(value, rank, size, 90)


def _read_times(count: int, median_min: float | None, p90_min: float | None) -> Times | None:
    if median_min is None or p90_min is None:
        return None
    return Times(count=count, median_min=median_min, p90_min=p90_min)


def _reasons(session: Session, selection: Selection, keys: Keys) -> list[tuple[str, RejectReason, int]]:
    """Count why the cases that are rejected now were rejected, the last time."""
    last = (
        select(func.max(CaseStep.id))
        .join(Case, Case.id == CaseStep.case_id)
        .where(CaseStep.action == CaseAction.REJECT, Case.state == CaseState.REJECTED, *selection.conditions())
        .group_by(CaseStep.case_id)
    )
    named = (
        select(keys.key.label("key"), CaseStep.reason.label("reason"))
        .join(Case, Case.id == CaseStep.case_id)
        .where(CaseStep.id.in_(last), CaseStep.reason.is_not(None))
        .subquery("named")
    )
    found = session.execute(select(named.c.key, named.c.reason, func.count()).group_by(named.c.key, named.c.reason))
    return [(key, reason, cases) for key, reason, cases in found]
