"""What can be wrong with what somebody wants to do with a case."""

from __future__ import annotations

from uuid import UUID

from central.problems import Problem


class CaseNotFound(Problem):
    """No case has this id."""

    code = "case_not_found"
    status = 404

    def __init__(self, case_id: UUID) -> None:
        super().__init__(f"没有编号为 {case_id} 的案件", f"There is no case {case_id}")


class StaleCase(Problem):
    """Somebody else changed the case since it was read."""

    code = "stale_case"
    status = 409

    def __init__(self, expected: int, current: int) -> None:
        super().__init__(
            f"案件已被他人更新（您看到的是第 {expected} 版，现为第 {current} 版），请刷新后再操作",
            f"Somebody changed this case (you saw revision {expected}, it is now {current}): reload and decide again",
        )


class ReasonMissing(Problem):
    """A rejection says why."""

    code = "reason_missing"
    status = 422

    def __init__(self) -> None:
        super().__init__("不予立案须选择原因", "A rejection needs a reason")


class NoteMissing(Problem):
    """A step that undoes what others did says why."""

    code = "note_missing"
    status = 422

    def __init__(self) -> None:
        super().__init__("此操作须填写说明", "Please write why: this step needs a note")


class RatingMissing(Problem):
    """An evaluation rates from 1 to 5."""

    code = "rating_missing"
    status = 422

    def __init__(self) -> None:
        super().__init__("评价须给出 1 至 5 分", "An evaluation needs a rating from 1 to 5")


class TargetMissing(Problem):
    """A merge names the other case."""

    code = "target_missing"
    status = 422

    def __init__(self) -> None:
        super().__init__("并案须指明并入哪一案件", "Say which case this one is merged into")


class BadCursor(Problem):
    """The cursor is not one that a page gave."""

    code = "bad_cursor"
    status = 422

    def __init__(self, cursor: str) -> None:
        super().__init__(f"翻页游标无效：{cursor!r}", f"Not a cursor that a page gave: {cursor!r}")
