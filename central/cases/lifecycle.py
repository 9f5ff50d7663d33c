"""A case's way, as the city knows it: states, steps, and which step leads where.

上报 reported -> 立案 filed -> 派遣 dispatched -> 处置 handled -> 反馈 fed back -> 核查结案 closed -> 评价 evaluated,
or 不予立案 rejected. A step that the table does not name is illegal.
"""

from __future__ import annotations

from enum import StrEnum

from central.problems import Problem

Names = tuple[str, str]
"""Chinese and English name."""


class CaseState(StrEnum):
    """Where a case is."""

    REPORTED = "reported"
    FILED = "filed"
    DISPATCHED = "dispatched"
    HANDLED = "handled"
    FED_BACK = "fed_back"
    CLOSED = "closed"
    EVALUATED = "evaluated"
    REJECTED = "rejected"


class CaseAction(StrEnum):
    """What happened to a case, or what may be done with it."""

    REPORT = "report"  # a box reported it
    CONFIRM = "confirm"  # an officer, or the policy, says that it is one
    REJECT = "reject"  # an officer says that it is none
    REGISTER = "register"  # the platform took it and gave it a number
    FILING_FAILED = "filing_failed"  # the platform did not take it; no further try by itself
    RETRY_FILING = "retry_filing"  # an officer hands it to the platform again
    CLEAR = "clear"  # the street is clear again


class Origin(StrEnum):
    """From where a step was taken."""

    BOX = "box"
    CONSOLE = "console"
    API = "api"
    PLATFORM = "platform"
    SYSTEM = "system"


class RejectReason(StrEnum):
    """Why an officer rejects a case: training data, and a quality figure per camera."""

    NOT_A_VIOLATION = "not_a_violation"
    ALREADY_GONE = "already_gone"
    WRONG_OBJECT = "wrong_object"
    DUPLICATE = "duplicate"
    PERMITTED = "permitted"
    OTHER = "other"


STATE_NAMES: dict[CaseState, Names] = {
    CaseState.REPORTED: ("上报", "Reported"),
    CaseState.FILED: ("立案", "Filed"),
    CaseState.DISPATCHED: ("派遣", "Dispatched"),
    CaseState.HANDLED: ("处置", "Handled"),
    CaseState.FED_BACK: ("反馈", "Fed back"),
    CaseState.CLOSED: ("核查结案", "Closed"),
    CaseState.EVALUATED: ("评价", "Evaluated"),
    CaseState.REJECTED: ("不予立案", "Rejected"),
}

ACTION_NAMES: dict[CaseAction, Names] = {
    CaseAction.REPORT: ("设备上报", "Reported by a box"),
    CaseAction.CONFIRM: ("确认立案", "Confirm"),
    CaseAction.REJECT: ("不予立案", "Reject"),
    CaseAction.REGISTER: ("平台受理", "Taken by the platform"),
    CaseAction.FILING_FAILED: ("平台未受理", "Not taken by the platform"),
    CaseAction.RETRY_FILING: ("重新推送", "File again"),
    CaseAction.CLEAR: ("现场已恢复", "Street is clear"),
}

ORIGIN_NAMES: dict[Origin, Names] = {
    Origin.BOX: ("边缘设备", "Box"),
    Origin.CONSOLE: ("工作台", "Console"),
    Origin.API: ("接口", "API"),
    Origin.PLATFORM: ("城管平台", "Platform"),
    Origin.SYSTEM: ("系统", "System"),
}

REASON_NAMES: dict[RejectReason, Names] = {
    RejectReason.NOT_A_VIOLATION: ("不属违规", "Not a violation"),
    RejectReason.ALREADY_GONE: ("已离开", "Already gone"),
    RejectReason.WRONG_OBJECT: ("识别错误", "Wrong object"),
    RejectReason.DUPLICATE: ("重复上报", "Duplicate"),
    RejectReason.PERMITTED: ("经批准", "Permitted"),
    RejectReason.OTHER: ("其他", "Other"),
}

TRANSITIONS: dict[tuple[CaseState, CaseAction], CaseState] = {
    (CaseState.REPORTED, CaseAction.CONFIRM): CaseState.FILED,
    (CaseState.REPORTED, CaseAction.REJECT): CaseState.REJECTED,
    (CaseState.FILED, CaseAction.REGISTER): CaseState.FILED,
    (CaseState.FILED, CaseAction.FILING_FAILED): CaseState.FILED,
    (CaseState.FILED, CaseAction.RETRY_FILING): CaseState.FILED,
    # Whatever becomes of a case, the street may be clear again, and its picture belongs to it.
    **{(state, CaseAction.CLEAR): state for state in CaseState},
}

_OFFICERS = frozenset({CaseAction.CONFIRM, CaseAction.REJECT, CaseAction.RETRY_FILING})


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


def allowed_actions(state: CaseState, *, filing_failed: bool = False) -> list[CaseAction]:
    """Give what an officer may do with a case; `filing_failed`: the platform did not take it."""
    actions = [action for (start, action) in TRANSITIONS if start is state and action in _OFFICERS]
    return [a for a in actions if a is not CaseAction.RETRY_FILING or filing_failed]


def next_state(state: CaseState, action: CaseAction) -> CaseState:
    """Look up where `action` leads from `state`. Raises IllegalStep."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise IllegalStep(state, action, allowed_actions(state)) from None


def pick(names: Names, language: str) -> str:
    """Choose the name for people: Chinese where `language` starts with "zh", else English."""
    return names[0] if language.lower().startswith("zh") else names[1]
