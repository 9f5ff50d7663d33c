"""The words in which a case's life is told: states, steps, who takes them, and why; each in Chinese and English."""

from __future__ import annotations

from enum import StrEnum

Names = tuple[str, str]
"""Chinese and English name."""


class CaseState(StrEnum):
    """Where a case is."""

    REPORTED = "reported"
    NOTIFIED = "notified"  # who answers for the place was told, and has some minutes
    FILED = "filed"
    DISPATCHED = "dispatched"
    HANDLED = "handled"
    FED_BACK = "fed_back"
    CLOSED = "closed"
    EVALUATED = "evaluated"
    REJECTED = "rejected"
    SELF_CORRECTED = "self_corrected"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class CaseAction(StrEnum):
    """What happened to a case, or what may be done with it."""

    REPORT = "report"  # a box reported it
    REPEAT = "repeat"  # the same again at the same place
    NOTIFY = "notify"  # who answers for the place is told first
    NOTICE_FAILED = "notice_failed"  # the message could not be delivered; a person decides
    SELF_CORRECT = "self_correct"  # it was put right after the message
    CONFIRM = "confirm"  # an officer, or the policy, says that it is one
    REJECT = "reject"  # an officer says that it is none
    REGISTER = "register"  # the platform took it and gave it a number
    FILING_FAILED = "filing_failed"  # the platform did not take it; no further try by itself
    RETRY_FILING = "retry_filing"  # an officer hands it to the platform again
    DISPATCH = "dispatch"  # somebody is sent
    HANDLE = "handle"  # who was sent has dealt with it
    FEED_BACK = "feed_back"  # and has told how
    SEND_BACK = "send_back"  # it was not put right: again
    PROPOSE_CLOSE = "propose_close"  # the street is clear by sight; a person may close
    CLOSE = "close"
    EVALUATE = "evaluate"
    REOPEN = "reopen"
    MERGE = "merge"  # it is part of another case
    ABSORB = "absorb"  # another case became part of this one
    WITHDRAW = "withdraw"  # it should not have been filed
    CLEAR = "clear"  # the street is clear again
    OVERDUE = "overdue"  # a deadline has passed
    ASK_PICTURE = "ask_picture"  # an officer asks the box for a picture now
    PICTURE = "picture"  # the box gave it, or said why not


class Who(StrEnum):
    """Who takes a step."""

    BOX = "box"
    OFFICER = "officer"
    POLICY = "policy"
    PLATFORM = "platform"


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


class ClosedHow(StrEnum):
    """What closed a case."""

    SIGHT = "sight"
    PERSON = "person"
    PLATFORM = "platform"
    SELF_CORRECTED = "self_corrected"


STATE_NAMES: dict[CaseState, Names] = {
    CaseState.REPORTED: ("上报", "Reported"),
    CaseState.NOTIFIED: ("告知自纠", "Owner told"),
    CaseState.FILED: ("立案", "Filed"),
    CaseState.DISPATCHED: ("派遣", "Dispatched"),
    CaseState.HANDLED: ("处置", "Handled"),
    CaseState.FED_BACK: ("反馈", "Fed back"),
    CaseState.CLOSED: ("核查结案", "Closed"),
    CaseState.EVALUATED: ("评价", "Evaluated"),
    CaseState.REJECTED: ("不予立案", "Rejected"),
    CaseState.SELF_CORRECTED: ("自纠结案", "Self-corrected"),
    CaseState.MERGED: ("已并案", "Merged"),
    CaseState.WITHDRAWN: ("已撤案", "Withdrawn"),
}

ACTION_NAMES: dict[CaseAction, Names] = {
    CaseAction.REPORT: ("设备上报", "Reported by a box"),
    CaseAction.REPEAT: ("同处再次上报", "Reported again at this place"),
    CaseAction.NOTIFY: ("先行告知", "Owner told first"),
    CaseAction.NOTICE_FAILED: ("告知未送达", "Owner could not be told"),
    CaseAction.SELF_CORRECT: ("自行纠正", "Put right by the owner"),
    CaseAction.CONFIRM: ("确认立案", "Confirm"),
    CaseAction.REJECT: ("不予立案", "Reject"),
    CaseAction.REGISTER: ("平台受理", "Taken by the platform"),
    CaseAction.FILING_FAILED: ("平台未受理", "Not taken by the platform"),
    CaseAction.RETRY_FILING: ("重新推送", "File again"),
    CaseAction.DISPATCH: ("派遣", "Dispatch"),
    CaseAction.HANDLE: ("处置", "Handled"),
    CaseAction.FEED_BACK: ("反馈", "Feed back"),
    CaseAction.SEND_BACK: ("退回重办", "Send back"),
    CaseAction.PROPOSE_CLOSE: ("建议结案", "Closing proposed"),
    CaseAction.CLOSE: ("核查结案", "Close"),
    CaseAction.EVALUATE: ("评价", "Evaluate"),
    CaseAction.REOPEN: ("重新办理", "Reopen"),
    CaseAction.MERGE: ("并入他案", "Merge into another"),
    CaseAction.ABSORB: ("他案并入", "Another case merged in"),
    CaseAction.WITHDRAW: ("撤案", "Withdraw"),
    CaseAction.CLEAR: ("现场已恢复", "Street is clear"),
    CaseAction.OVERDUE: ("超期", "Overdue"),
    CaseAction.ASK_PICTURE: ("调取现场图片", "Picture asked for"),
    CaseAction.PICTURE: ("现场图片答复", "Box answered on the picture"),
}

WHO_NAMES: dict[Who, Names] = {
    Who.BOX: ("设备", "box"),
    Who.OFFICER: ("人员", "officer"),
    Who.POLICY: ("策略", "policy"),
    Who.PLATFORM: ("平台", "platform"),
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

CLOSED_HOW_NAMES: dict[ClosedHow, Names] = {
    ClosedHow.SIGHT: ("智能核查", "By sight"),
    ClosedHow.PERSON: ("人工核查", "By a person"),
    ClosedHow.PLATFORM: ("平台结案", "By the platform"),
    ClosedHow.SELF_CORRECTED: ("自行纠正", "Self-corrected"),
}


def pick(names: Names, language: str) -> str:
    """Choose the name for people: Chinese where `language` starts with "zh", else English."""
    return names[0] if language.lower().startswith("zh") else names[1]
