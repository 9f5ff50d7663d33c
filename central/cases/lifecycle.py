"""The life of a case: one table that says which step leads where, and who may take it.

上报 reported -> 立案 filed -> 派遣 dispatched -> 处置 handled -> 反馈 fed back -> 核查结案 closed -> 评价 evaluated,
or 不予立案 rejected. A step that the table does not name is illegal. What may be done now, what an error says, and the
drawing in docs/life-of-a-case.md all come from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from central.cases.states import (
    ACTION_NAMES,
    CLOSED_HOW_NAMES,
    ORIGIN_NAMES,
    REASON_NAMES,
    STATE_NAMES,
    WHO_NAMES,
    CaseAction,
    CaseState,
    ClosedHow,
    Names,
    Origin,
    RejectReason,
    Who,
    pick,
)
from central.problems import Problem

__all__ = [
    "ACTION_NAMES",
    "CLOSED_HOW_NAMES",
    "GROUPS",
    "OPEN",
    "ORIGIN_NAMES",
    "REASON_NAMES",
    "STATE_NAMES",
    "TABLE",
    "TRANSITIONS",
    "WHO_NAMES",
    "CaseAction",
    "CaseState",
    "ClosedHow",
    "IllegalStep",
    "Names",
    "NotYours",
    "Origin",
    "RejectReason",
    "Row",
    "Who",
    "allowed_actions",
    "check_step",
    "pick",
    "who_is",
]


@dataclass(frozen=True, slots=True)
class Row:
    """From any of `states`, `action` leads to `to` (None: the state stays), when one of `who` takes it."""

    states: tuple[CaseState, ...]
    action: CaseAction
    to: CaseState | None
    who: tuple[Who, ...]


S, A = CaseState, CaseAction
_BOX, _OFFICER, _POLICY, _PLATFORM = Who.BOX, Who.OFFICER, Who.POLICY, Who.PLATFORM
_ANY = tuple(CaseState)
_UNDECIDED = (S.REPORTED, S.NOTIFIED)
_AT_WORK = (S.FILED, S.DISPATCHED, S.HANDLED, S.FED_BACK)
OPEN = _UNDECIDED + _AT_WORK
"""States in which somebody still has to do something."""

GROUPS: dict[str, tuple[CaseState, ...]] = {"open": OPEN, "at_work": _AT_WORK, "undecided": _UNDECIDED}
"""States that have much in common, for the drawing."""

TABLE: tuple[Row, ...] = (
    Row((), A.REPORT, S.REPORTED, (_BOX,)),
    # Before it is a case for the city: is it one, and will it be put right without us?
    Row((S.REPORTED,), A.NOTIFY, S.NOTIFIED, (_POLICY,)),
    Row((S.NOTIFIED,), A.NOTICE_FAILED, S.REPORTED, (_POLICY,)),
    Row((S.NOTIFIED,), A.SELF_CORRECT, S.SELF_CORRECTED, (_POLICY, _OFFICER)),
    Row(_UNDECIDED, A.CONFIRM, S.FILED, (_OFFICER, _POLICY)),
    Row(_UNDECIDED, A.REJECT, S.REJECTED, (_OFFICER,)),
    # The city's work.
    Row((S.FILED,), A.DISPATCH, S.DISPATCHED, (_OFFICER, _PLATFORM)),
    Row((S.DISPATCHED,), A.HANDLE, S.HANDLED, (_OFFICER, _PLATFORM)),
    Row((S.HANDLED,), A.FEED_BACK, S.FED_BACK, (_OFFICER, _PLATFORM)),
    Row((S.HANDLED, S.FED_BACK), A.SEND_BACK, S.DISPATCHED, (_OFFICER, _PLATFORM)),
    Row(_AT_WORK, A.CLOSE, S.CLOSED, (_OFFICER, _POLICY, _PLATFORM)),
    Row((S.CLOSED,), A.EVALUATE, S.EVALUATED, (_OFFICER,)),
    # Ways aside and back.
    Row(OPEN, A.MERGE, S.MERGED, (_OFFICER,)),
    Row((S.NOTIFIED, *_AT_WORK), A.WITHDRAW, S.WITHDRAWN, (_OFFICER,)),
    Row((S.CLOSED, S.EVALUATED), A.REOPEN, S.FILED, (_BOX, _OFFICER, _PLATFORM)),
    Row((S.SELF_CORRECTED,), A.REOPEN, S.REPORTED, (_BOX, _OFFICER)),
    Row((S.REJECTED, S.WITHDRAWN), A.REOPEN, S.REPORTED, (_OFFICER,)),
    # What happens on the way and leaves the state as it is.
    Row(OPEN, A.REPEAT, None, (_BOX,)),
    Row(OPEN, A.ABSORB, None, (_OFFICER,)),
    Row(_AT_WORK, A.PROPOSE_CLOSE, None, (_POLICY,)),
    Row(OPEN, A.OVERDUE, None, (_POLICY,)),
    Row(OPEN, A.ASK_PICTURE, None, (_OFFICER,)),
    # Whatever becomes of a case: an answer that was on its way belongs to it, and so does the street's picture.
    Row((*_AT_WORK, S.CLOSED, S.EVALUATED, S.MERGED, S.WITHDRAWN), A.RETRY_FILING, None, (_OFFICER,)),
    Row(_ANY, A.REGISTER, None, (_PLATFORM,)),
    Row(_ANY, A.FILING_FAILED, None, (_PLATFORM, _POLICY)),
    Row(_ANY, A.CLEAR, None, (_BOX,)),
    Row(_ANY, A.PICTURE, None, (_BOX,)),
)

TRANSITIONS: dict[tuple[CaseState, CaseAction], CaseState] = {
    (state, row.action): row.to or state for row in TABLE for state in row.states
}
"""The table, looked up: (state, action) -> next state."""

_MAY: dict[tuple[CaseState, CaseAction], tuple[Who, ...]] = {
    (state, row.action): row.who for row in TABLE for state in row.states
}
_FOLLOWS_BY_ITSELF = frozenset({A.ABSORB, A.ASK_PICTURE})
"""Steps that come with something else that a person does, not by asking for the step."""
_WHO_OF = {
    Origin.BOX: Who.BOX,
    Origin.CONSOLE: Who.OFFICER,
    Origin.API: Who.OFFICER,
    Origin.PLATFORM: Who.PLATFORM,
    Origin.SYSTEM: Who.POLICY,
}


class IllegalStep(Problem):
    """The step does not lead anywhere from the state that the case is in."""

    code = "illegal_step"
    status = 409

    def __init__(self, state: CaseState, action: CaseAction, allowed: list[CaseAction]) -> None:
        self.state, self.action, self.allowed = state, action, allowed
        can_zh = "、".join(ACTION_NAMES[a][0] for a in allowed) or "无"
        can_en = ", ".join(ACTION_NAMES[a][1] for a in allowed) or "nothing"
        super().__init__(
            f"案件现为“{STATE_NAMES[state][0]}”，不能“{ACTION_NAMES[action][0]}”；可用操作：{can_zh}",
            f'The case is "{STATE_NAMES[state][1]}", so "{ACTION_NAMES[action][1]}" is not possible; allowed: {can_en}',
        )


class NotYours(IllegalStep):
    """The step exists, but somebody else takes it."""

    code = "not_your_step"

    def __init__(self, state: CaseState, action: CaseAction, who: Who, allowed: list[CaseAction]) -> None:
        super().__init__(state, action, allowed)
        others = _MAY[state, action]
        self.message_zh += f"（该步骤由{'、'.join(WHO_NAMES[w][0] for w in others)}办理，不由{WHO_NAMES[who][0]}办理）"
        self.message_en += f" (this step is taken by {' or '.join(WHO_NAMES[w][1] for w in others)}, not by {who})"


def who_is(origin: Origin) -> Who:
    """Say in whose part somebody acts who comes from `origin`."""
    return _WHO_OF[origin]


def allowed_actions(state: CaseState, *, filing_failed: bool = False, who: Who = Who.OFFICER) -> list[CaseAction]:
    """Give what `who` may do with a case; `filing_failed`: the platform did not take it."""
    actions = [action for (start, action), may in _MAY.items() if start is state and who in may]
    return [a for a in actions if a not in _FOLLOWS_BY_ITSELF and (a is not A.RETRY_FILING or filing_failed)]


def check_step(state: CaseState, action: CaseAction, who: Who) -> CaseState:
    """Look up where `action` leads from `state` when `who` takes it. Raises IllegalStep, NotYours."""
    if (state, action) not in TRANSITIONS:
        raise IllegalStep(state, action, allowed_actions(state, who=who))
    if who not in _MAY[state, action]:
        raise NotYours(state, action, who, allowed_actions(state, who=who))
    return TRANSITIONS[state, action]
