"""How often people agreed with the boxes: verdicts, and what may be concluded from so many of them.

A verdict is the last confirmation or rejection of a case that a person took (console or API); what a policy files says
nothing. Rejected as `duplicate`, `permitted` or `already_gone`, the object was really there: that is counted apart, and
so is what was confirmed and later withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from central.cases.states import CaseAction, CaseState, Origin, RejectReason
from central.figures.groupings import Grouping, keys_of
from central.figures.selection import Selection
from central.tables import Case, CaseStep
from protocol.kinds import ViolationKind

NOT_THE_DETECTORS = frozenset({RejectReason.DUPLICATE, RejectReason.PERMITTED, RejectReason.ALREADY_GONE})
PERSONS = (Origin.CONSOLE, Origin.API)
VERDICTS = (CaseAction.CONFIRM, CaseAction.REJECT)


@dataclass(slots=True)
class Verdicts:
    """What people said: right, wrong, and what says nothing about the detector."""

    name: str = ""
    right: int = 0
    wrong: int = 0
    apart: int = 0

    def add(self, action: CaseAction, reason: RejectReason | None, state: CaseState, cases: int) -> None:
        """Count `cases` with this verdict that are in `state` now."""
        if reason in NOT_THE_DETECTORS or state is CaseState.WITHDRAWN:
            self.apart += cases
        elif action is CaseAction.CONFIRM:
            self.right += cases
        else:
            self.wrong += cases


def right_and_wrong(
    session: Session, *, device: str, camera: str, kind: ViolationKind, model: str | None = None
) -> tuple[int, int]:
    """Give how many cases of this camera and kind (and detector) people found right and wrong, of all time."""
    of_this = [Case.device_id == device, Case.camera_id == camera, Case.kind == kind]
    if model is not None:
        of_this.append(Case.model == model)
    found = Verdicts()
    for action, reason, state, cases in session.execute(
        select(CaseStep.action, CaseStep.reason, Case.state, func.count())
        .join(Case, Case.id == CaseStep.case_id)
        .where(CaseStep.id.in_(last_verdicts(of_this)))
        .group_by(CaseStep.action, CaseStep.reason, Case.state)
    ):
        found.add(action, reason, state, cases)
    return found.right, found.wrong


def verdicts_by(session: Session, selection: Selection, grouping: Grouping) -> dict[str, Verdicts]:
    """Count the verdicts on the selected cases by `grouping`, by key."""
    keys = keys_of(grouping, selection.period)
    said = (
        select(keys.key.label("key"), keys.name.label("name"), CaseStep.action, CaseStep.reason, Case.state)
        .join(Case, Case.id == CaseStep.case_id)
        .where(CaseStep.id.in_(last_verdicts(selection.conditions())))
        .subquery("said")
    )
    at = said.c
    found: defaultdict[str, Verdicts] = defaultdict(Verdicts)
    verdict = (at.key, at.action, at.reason, at.state)
    for key, action, reason, state, name, cases in session.execute(
        select(*verdict, func.max(at.name), func.count()).group_by(*verdict)
    ):
        found[key].name = max(found[key].name, name)
        found[key].add(action, reason, state, cases)
    return dict(found)


def last_verdicts(conditions: list[ColumnElement[bool]]) -> Select[int]:
    """Select the ids of the steps that are the last verdict on each case that fulfils `conditions`."""
    return (
        select(func.max(CaseStep.id))
        .join(Case, Case.id == CaseStep.case_id)
        .where(CaseStep.action.in_(VERDICTS), CaseStep.origin.in_(PERSONS), *conditions)
        .group_by(CaseStep.case_id)
    )
