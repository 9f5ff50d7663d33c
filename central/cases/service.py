"""What officers do with cases: look, confirm, reject. Plain sync methods; async code calls them in a thread."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from central import counters
from central.cases import reading
from central.cases.lifecycle import CaseAction, CaseState, IllegalStep, RejectReason, allowed_actions
from central.cases.steps import Actor, take_step
from central.cases.views import CaseDetail, CasePage
from central.database import Sessions
from central.filing import outbox
from central.problems import Problem
from central.tables import Case, ViolationEvidence
from protocol.kinds import ViolationKind

__all__ = ["Actor", "BadCursor", "CaseNotFound", "CaseService", "ReasonMissing", "StaleCase"]


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


class BadCursor(Problem):
    """The cursor is not one that a page gave."""

    code = "bad_cursor"
    status = 422

    def __init__(self, cursor: str) -> None:
        super().__init__(f"翻页游标无效：{cursor!r}", f"Not a cursor that a page gave: {cursor!r}")


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
        """Give a page of cases, newest first; `query` looks into numbers, names and addresses. Raises BadCursor."""
        wanted = select(Case).order_by(Case.id.desc()).limit(limit + 1)  # ids sort by time (UUIDv7)
        if state is not None:
            wanted = wanted.where(Case.state == state)
        if kind is not None:
            wanted = wanted.where(Case.kind == kind)
        if device is not None:
            wanted = wanted.where(Case.device_id == device)
        if query and query.strip():
            texts = (Case.number, Case.external_ref, Case.camera_name, Case.zone_name, Case.address, Case.device_id)
            wanted = wanted.where(or_(*(text.icontains(query.strip(), autoescape=True) for text in texts)))
        if cursor is not None:
            wanted = wanted.where(Case.id < _read_cursor(cursor))
        with self._sessions.read() as session:
            rows = session.scalars(wanted).all()
            items = [reading.summary(case) for case in rows[:limit]]
        return CasePage(items=items, next=items[-1].id.hex if len(rows) > limit else None)

    def get(self, case_id: UUID) -> CaseDetail:
        """Give one case with its steps, violations and evidence. Raises CaseNotFound."""
        with self._sessions.read() as session:
            return reading.detail(session, _find(session, case_id))

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
        """Take an officer's step.

        Raises CaseNotFound, IllegalStep, ReasonMissing, and StaleCase when somebody acted in the meantime.
        """
        with self._sessions.write() as session:
            case = _find(session, case_id, lock=True)
            if expected_revision is not None and expected_revision != case.revision:
                raise StaleCase(expected_revision, case.revision)
            allowed = allowed_actions(case.state, filing_failed=outbox.is_dead(session, case.id))
            if action not in allowed:
                raise IllegalStep(case.state, action, allowed)
            if action is CaseAction.REJECT and reason is None:
                raise ReasonMissing
            take_step(session, case, action, actor, reason=reason, note=note.strip())
            return reading.detail(session, case)

    def counts(self) -> dict[CaseState, int]:
        """Count the cases in every state; states without a case are there with 0."""
        with self._sessions.read() as session:
            found = session.execute(select(Case.state, func.count()).group_by(Case.state)).all()
        return dict.fromkeys(CaseState, 0) | {row[0]: row[1] for row in found}

    def media_type_of(self, sha256: str) -> str | None:
        """Say of what type an evidence file is, as its violation told; None when no violation names it."""
        with self._sessions.read() as session:
            named = select(ViolationEvidence.media_type).where(ViolationEvidence.sha256 == sha256).limit(1)
            return session.scalar(named)

    def revision(self) -> int:
        """Give a number that grows with any change of any case: poll it to know when to look again."""
        with self._sessions.read() as session:
            return counters.current(session, counters.CASES_REVISION)


def _find(session: Session, case_id: UUID, *, lock: bool = False) -> Case:
    case = session.get(Case, case_id, with_for_update=lock or None)
    if case is None:
        raise CaseNotFound(case_id)
    return case


def _read_cursor(cursor: str) -> UUID:
    try:
        return UUID(hex=cursor)
    except ValueError:
        raise BadCursor(cursor) from None
