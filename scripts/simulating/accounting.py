"""The accounting after the day: is everything that was sent where it belongs? Each question can be answered with no."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.cases.lifecycle import CaseAction, CaseState, IllegalStep, check_step, who_is
from central.tables import (
    BuiltinPlatformCase,
    Case,
    CaseStep,
    FilingJob,
    JobState,
    NoticeJob,
    Stay,
    StoredViolation,
    ViolationState,
)
from protocol.messages import Phase
from scripts.simulating.day import SimulatedDay

_AFTER_TELLING = {CaseAction.SELF_CORRECT, CaseAction.CONFIRM, CaseAction.REJECT, CaseAction.NOTICE_FAILED}


@dataclass(frozen=True, slots=True)
class Check:
    """A question, how many things it was asked of, and what did not answer it well."""

    zh: str
    en: str
    asked: int
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was found wrong."""
        return not self.faults


@dataclass
class Books:
    """Everything that the centre holds, read once."""

    cases: dict[UUID, Case]
    steps: dict[UUID, list[CaseStep]]
    violations: dict[UUID, StoredViolation]
    stays: dict[UUID, Stay]
    platform: list[BuiltinPlatformCase]
    filing: list[FilingJob]
    notices: list[NoticeJob]
    dead: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, session: Session) -> Books:
        """Read them all."""
        steps: dict[UUID, list[CaseStep]] = defaultdict(list)
        for step in session.scalars(select(CaseStep).order_by(CaseStep.id)):
            steps[step.case_id].append(step)
        books = cls(
            cases={one.id: one for one in session.scalars(select(Case).order_by(Case.number))},
            steps=steps,
            violations={one.id: one for one in session.scalars(select(StoredViolation))},
            stays={one.id: one for one in session.scalars(select(Stay))},
            platform=list(session.scalars(select(BuiltinPlatformCase))),
            filing=list(session.scalars(select(FilingJob))),
            notices=list(session.scalars(select(NoticeJob))),
        )
        jobs: list[FilingJob | NoticeJob] = [*books.filing, *books.notices]
        for job in jobs:
            if job.state is JobState.DEAD:
                books.dead.append(f"{books.cases[job.case_id].number}: {job.last_error}")
        return books


def account(day: SimulatedDay) -> tuple[Books, list[Check]]:
    """Ask every question of the day's books."""
    with day.services.sessions.read() as session:
        books = Books.read(session)
    sent = day.ledger.sent
    told = [case_id for case_id, steps in books.steps.items() if any(s.action is CaseAction.NOTIFY for s in steps)]
    cleared = [one for one, (_, phase) in sent.items() if phase is Phase.CLEARED]
    filed = [case for case in books.cases.values() if case.filed_at is not None]
    quarantined = day.services.quarantine.count()
    jobs = (*books.filing, *books.notices)
    checks = [
        (
            "发出的违规全部入库并已回执",
            "Every violation sent is stored and acknowledged",
            len(sent),
            _stored(day, books),
        ),
        ("库中没有未发出的违规", "Nothing is stored that was not sent", len(books.violations), _made_up(day, books)),
        ("每条违规恰属一个案件", "Every violation belongs to exactly one case", len(sent), _linked(day, books)),
        ("每个案件至少有一条违规", "No case is without a violation", len(books.cases), _empty(books)),
        ("案件逐步合法，状态相符", "Every case came to its state by legal steps", len(books.cases), _legal(books)),
        (
            "立案案件在平台上恰有一条",
            "Filed cases have exactly one platform entry",
            len(filed),
            _filed_once(day, books),
        ),
        ("先行告知均有结果", "Every told-first case was corrected or decided", len(told), _told(books, told)),
        ("每次恢复都记在其案件上", "Every clearing is on its case", len(cleared), _cleared(books, cleared, day)),
        ("隔离区为空", "Nothing is in quarantine", len(sent), _faults(quarantined, "messages set aside")),
        ("待办队列已清空", "Outboxes are empty; dead letters are listed", len(jobs), _waiting(books)),
    ]
    return books, [Check(zh, en, asked, tuple(faults)) for zh, en, asked, faults in checks]


def _faults(number: int, what: str) -> list[str]:
    return [f"{number} {what}"] if number else []


def _stored(day: SimulatedDay, books: Books) -> Iterable[str]:
    for one in day.ledger.sent:
        row = books.violations.get(one)
        if row is None or row.state is not ViolationState.STORED:
            yield f"violation {one} is {row.state if row else 'not there'}"
        elif one not in day.ledger.acknowledged:
            yield f"violation {one} was not acknowledged"


def _made_up(day: SimulatedDay, books: Books) -> Iterable[str]:
    return [f"violation {one} was never sent" for one in books.violations if one not in day.ledger.sent]


def _linked(day: SimulatedDay, books: Books) -> Iterable[str]:
    for one, (stay_id, _) in day.ledger.sent.items():
        row, stay = books.violations.get(one), books.stays.get(stay_id)
        if row is None or row.case_id not in books.cases:
            yield f"violation {one} belongs to no case"
        elif stay is None or stay.case_id != row.case_id:
            yield f"violation {one} is on another case than its stay"


def _empty(books: Books) -> Iterable[str]:
    with_one = {row.case_id for row in books.violations.values()}
    return [f"case {case.number} has no violation" for case in books.cases.values() if case.id not in with_one]


def _legal(books: Books) -> Iterable[str]:
    for case in books.cases.values():
        state: CaseState | None = None
        for step in books.steps[case.id]:
            if step.from_state is not state:
                yield f"case {case.number}: {step.action} begins at {step.from_state}, not at {state}"
            try:
                to = CaseState.REPORTED if state is None else check_step(state, step.action, who_is(step.origin))
            except IllegalStep as error:
                yield f"case {case.number}: {error.message_en}"
                break
            if to is not step.to_state or (state is None) != (step.action is CaseAction.REPORT):
                yield f"case {case.number}: {step.action} from {state} led to {step.to_state}"
            state = step.to_state
        if state is not case.state:
            yield f"case {case.number} is {case.state}, its steps lead to {state}"


def _filed_once(day: SimulatedDay, books: Books) -> Iterable[str]:
    entries = defaultdict(list)
    for entry in books.platform:
        entries[entry.case_id].append(entry.number)
    failed = {job.case_id for job in books.filing if job.state is JobState.DEAD}
    for case in books.cases.values():
        numbers = set(entries.pop(case.id, [])) | day.platform.numbers.get(case.id, set())
        right = numbers == {case.external_ref} or (case.id in failed and not numbers)
        if case.filed_at is not None and not right:
            yield f"case {case.number} has the platform's numbers {sorted(numbers)}, and notes {case.external_ref}"
        elif case.filed_at is None and numbers:
            yield f"case {case.number} was never filed, but the platform has it"
    yield from (f"the platform has {numbers} of no case" for numbers in entries.values())


def _told(books: Books, told: list[UUID]) -> Iterable[str]:
    for case_id in told:
        actions = [step.action for step in books.steps[case_id]]
        last = len(actions) - 1 - actions[::-1].index(CaseAction.NOTIFY)
        if not _AFTER_TELLING & set(actions[last:]):
            yield f"case {books.cases[case_id].number} was told, and nothing followed"


def _cleared(books: Books, cleared: list[UUID], day: SimulatedDay) -> Iterable[str]:
    by_case = Counter(stay.case_id for stay in books.stays.values() if stay.cleared_at is not None)
    for one in cleared:
        stay, row = books.stays.get(day.ledger.sent[one][0]), books.violations.get(one)
        if stay is None or row is None or stay.cleared_at is None or row.case_id != stay.case_id:
            yield f"the clearing {one} is not on its stay's case"
    for case in books.cases.values():
        said = sum(step.action is CaseAction.CLEAR for step in books.steps[case.id])
        if said != by_case[case.id]:
            yield f"case {case.number} has {said} clearings in its history, and {by_case[case.id]} cleared stays"


def _waiting(books: Books) -> Iterable[str]:
    jobs: list[FilingJob | NoticeJob] = [*books.filing, *books.notices]
    for job in jobs:
        if job.state is JobState.WAITING:
            yield f"an order about case {books.cases[job.case_id].number} still waits: {job.last_error or 'not tried'}"
