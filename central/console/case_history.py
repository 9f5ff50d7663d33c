"""A case's way so far: who did what, when, why and from where. And what the boxes reported."""

from __future__ import annotations

from central.cases.lifecycle import ACTION_NAMES, ORIGIN_NAMES, REASON_NAMES, CaseAction
from central.cases.views import CaseDetail, CaseStepView
from central.console import formats
from central.console.tags import tag, text
from central.console.visit import Visit


def history_block(case: CaseDetail, visit: Visit) -> None:
    """List the steps, newest first."""
    with tag("ol", "history"):
        for step in reversed(case.steps):
            _step(step, visit)


def _step(step: CaseStepView, visit: Visit) -> None:
    words = visit.words
    with tag("li", f"step to-{step.to_state} did-{step.action}"):
        with tag("div", "step-line"):
            text("b", words.pick(ACTION_NAMES[step.action]))
            text("time", formats.full_time(step.at, visit.zone))
        text("div", words("step.by", actor=step.actor, origin=words.pick(ORIGIN_NAMES[step.origin])), "step-who")
        why = " · ".join(
            part for part in (words.pick(REASON_NAMES[step.reason]) if step.reason else "", step.note) if part
        )
        if why:
            text("div", why, "step-why")
        if step.due_at and step.action is not CaseAction.OVERDUE:
            text("div", words("step.due", at=formats.full_time(step.due_at, visit.zone)), "step-due")
