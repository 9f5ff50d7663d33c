"""Two cases that are one: all that the one has goes to the other, and its history says where."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from central.cases.lifecycle import OPEN, STATE_NAMES, CaseAction
from central.cases.sight import act_on_sight, count_standing
from central.cases.steps import Actor, take_step
from central.problems import Problem
from central.site.site import Site
from central.tables import AskedPicture, Case, Stay, StoredViolation


class BadMerge(Problem):
    """These two cases cannot become one."""

    code = "bad_merge"
    status = 422


def merge(session: Session, site: Site, case: Case, into: Case, actor: Actor, *, note: str = "") -> None:
    """Make `case` a part of `into`, with its stays, violations and pictures. Both rows must be held.

    Raises BadMerge, IllegalStep.
    """
    if case.id == into.id:
        raise BadMerge("案件不能并入自身，请选择另一案件", "A case cannot be merged into itself: choose another one")
    if case.kind is not into.kind:
        raise BadMerge(
            f"{into.number} 类型不同，只能并入同类案件",
            f"{into.number} is of another kind: choose one of the same kind",
        )
    if into.state not in OPEN:
        state_zh, state_en = STATE_NAMES[into.state]
        raise BadMerge(
            f"{into.number} 现为“{state_zh}”，只能并入未办结的案件",
            f'{into.number} is "{state_en}": only an open case takes another one in',
        )
    take_step(session, site, case, CaseAction.MERGE, actor, note=" · ".join(filter(None, (into.number, note))))
    case.merged_into_id = into.id
    for table in (Stay, StoredViolation, AskedPicture):
        session.execute(update(table).where(table.case_id == case.id).values(case_id=into.id))
    into.repeats += 1 + case.repeats
    into.first_seen_at = min(into.first_seen_at, case.first_seen_at)
    into.proposed_close_at = None
    count_standing(session, into)
    case.standing = 0
    take_step(session, site, into, CaseAction.ABSORB, actor, note=case.number)
    act_on_sight(session, site, into)


def in_order(one: UUID, other: UUID) -> list[UUID]:
    """Give the order in which to hold two cases, the same for everybody."""
    return sorted((one, other))
