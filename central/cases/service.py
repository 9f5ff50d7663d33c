"""What officers do with cases: look, confirm, reject. Plain sync methods; async code calls them in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from central.cases.lifecycle import CaseAction, CaseState, Origin, RejectReason
from central.cases.views import CaseDetail, CasePage
from central.database import Sessions
from central.problems import Problem
from protocol.kinds import ViolationKind


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

    def __init__(self, expected: int | None, current: int) -> None:
        super().__init__(
            f"案件已被他人更新（您看到的是第 {expected} 版，现为第 {current} 版），请刷新后再操作",
            f"Somebody changed this case (you saw revision {expected}, it is now {current}): reload and decide again",
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step, and from where."""

    name: str
    origin: Origin


class CaseService:
    """The cases in the database."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def list(
        self,
        *,
        state: CaseState | None = None,
        kind: ViolationKind | None = None,
        device: str | None = None,
        query: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> CasePage:
        """Give a page of cases, newest first. Raises BadCursor when `cursor` is not one of ours."""
        raise NotImplementedError

    def get(self, case_id: UUID) -> CaseDetail:
        """Give one case with its steps, violations and evidence. Raises CaseNotFound."""
        raise NotImplementedError

    def act(
        self,
        case_id: UUID,
        action: CaseAction,
        actor: Actor,
        *,
        reason: RejectReason | None = None,
        note: str = "",
        expected_revision: int | None = None,
    ) -> CaseDetail:
        """Take a step. Raises CaseNotFound, IllegalStep, ReasonMissing, or StaleCase when two act at once."""
        raise NotImplementedError

    def counts(self) -> dict[CaseState, int]:
        """Count the cases in every state; states without a case are there with 0."""
        raise NotImplementedError

    def revision(self) -> int:
        """Give a number that grows with any change of any case: poll it to know when to look again."""
        raise NotImplementedError
