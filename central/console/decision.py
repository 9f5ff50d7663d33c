"""An officer takes a step. What came of it is said, also when somebody else was faster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from nicegui import ui

from central.cases.lifecycle import ACTION_NAMES, REASON_NAMES, CaseAction, IllegalStep, Origin, RejectReason
from central.cases.service import Actor, StaleCase
from central.cases.views import CaseDetail, CaseSummary
from central.console.case_list import state_name
from central.console.frame import Frame
from central.console.tags import button, tag, text
from central.console.visit import Visit, sign_in_path
from central.console.words import Words
from central.problems import Problem

VERDICTS = {
    CaseAction.CONFIRM: ("primary", "act.confirm", "C"),
    CaseAction.REJECT: ("secondary", "act.reject", "R"),
    CaseAction.RETRY_FILING: ("secondary", "act.retry_filing", ""),
}
"""Steps that one press takes, at the queue too: look, word, and key."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an officer decided about the case as it was at `revision`."""

    case_id: UUID
    action: CaseAction
    revision: int
    reason: RejectReason | None = None
    note: str = ""
    rating: int | None = None
    into: UUID | None = None


async def carry_out(frame: Frame, visit: Visit, decision: Decision) -> bool:
    """Take the step, and say in the frame what became of it. False when it was not taken."""
    services = visit.services
    if not await visit.still_signed_in():
        ui.navigate.to(sign_in_path(visit.path, ended=True))
        return False
    try:
        case = await asyncio.to_thread(
            services.cases.act,
            decision.case_id,
            decision.action,
            Actor(visit.user.name, Origin.CONSOLE),
            reason=decision.reason,
            note=decision.note,
            rating=decision.rating,
            into=decision.into,
            expected_revision=decision.revision,
        )
    except (StaleCase, IllegalStep):
        await visit.console.pulse.now_changed()
        frame.say(await _who_was_faster(visit, decision.case_id), "warning")
        return False
    except Problem as problem:
        frame.say(problem.message(visit.words.language), "problem")
        return False
    await visit.console.pulse.now_changed()
    frame.say(_what_was_done(case, decision, visit.words), "done")
    return True


def decision_bar(
    case: CaseSummary, allowed: list[CaseAction], words: Words, on_act: Callable[[CaseAction], object]
) -> None:
    """Make the buttons for what is allowed now and decides whether it is a case."""
    with tag("div", "decision"):
        for action in allowed:
            if action not in VERDICTS:
                continue
            classes, key, shortcut = VERDICTS[action]
            with button("", _call(on_act, action), f"{classes} act-{action}"):
                text("span", words(key))
                if shortcut:
                    text("kbd", shortcut)


def steps_bar(
    case: CaseSummary, allowed: list[CaseAction], words: Words, on_act: Callable[[CaseAction], object]
) -> None:
    """Make the buttons for the other steps that are allowed now; what the street's picture proposes stands out."""
    steps = [action for action in allowed if action not in VERDICTS]
    if not steps:
        return
    with tag("div", "steps-bar"):
        for action in steps:
            proposed = action is CaseAction.CLOSE and case.proposed_close_at is not None
            name = words("act.close_proposed") if proposed else words.pick(ACTION_NAMES[action])
            with button("", _call(on_act, action), f"{'primary' if proposed else 'secondary'} act-{action}"):
                text("span", name)


def _call(on_act: Callable[[CaseAction], object], action: CaseAction) -> Callable[[], object]:
    return lambda: on_act(action)


def _what_was_done(case: CaseDetail, decision: Decision, words: Words) -> str:
    if decision.action is CaseAction.REJECT:
        reason = words.pick(REASON_NAMES[decision.reason]) if decision.reason else ""
        return words("act.rejected", number=case.number, reason=reason)
    if decision.action in VERDICTS:
        key = "act.retried" if decision.action is CaseAction.RETRY_FILING else "act.confirmed"
        return words(key, number=case.number)
    return words("act.done", number=case.number, step=words.pick(ACTION_NAMES[decision.action]))


async def _who_was_faster(visit: Visit, case_id: UUID) -> str:
    try:
        case = await asyncio.to_thread(visit.services.cases.get, case_id)
    except Problem as problem:
        return problem.message(visit.words.language)
    actor = case.steps[-1].actor if case.steps else case.device
    state = state_name(case.state, visit.words)
    return visit.words("act.faster", actor=actor, number=case.number, state=state)
