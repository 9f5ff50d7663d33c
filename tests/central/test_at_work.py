"""The city's work on a case: sent, handled, fed back, closed, rated; in time or overdue; and back again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select

from central.cases.lifecycle import CaseAction, CaseState, ClosedHow, IllegalStep, Origin, RejectReason
from central.cases.service import Actor, NoteMissing, RatingMissing
from central.cases.timekeeper import Timekeeper
from central.cases.views import CaseDetail
from central.filing.builtin import BuiltinPlatform
from central.filing.connector import FilingRefused
from central.filing.worker import FilingWorker
from central.services import Services
from central.tables import BuiltinPlatformCase
from protocol.messages import Ack, Phase

if TYPE_CHECKING:
    from tests.central.conftest import Box, Clock

    Send = Callable[..., Ack]

OFFICER, INSPECTOR = Actor("officer-1", Origin.CONSOLE), Actor("inspector-1", Origin.API)
A, S = CaseAction, CaseState


@pytest.fixture
def site_text() -> str:
    return """
calendar: {windows: [{days: [mon, tue, wed, thu, fri], start: "08:00", end: "12:00"}]}
deadlines:
  - {zones: [other], decide: 5}
  - {kinds: [illegal_parking], decide: 30, dispatch: 20, handle: 60, verify: 120}
closing: [{by_sight: propose}]
"""


@pytest.fixture
def case_id(services: Services, box: Box, send: Send, clock: Clock) -> UUID:
    """A van, reported on Monday at 09:00."""
    send(*box.report(at=clock()).messages)
    return services.cases.list().items[0].id


def file_due(services: Services) -> int:
    builtin = BuiltinPlatform(services.sessions, services.settings.zone)
    return FilingWorker(services.sessions, services.site, {"builtin": builtin}).run_due()


def in_the_book(services: Services) -> BuiltinPlatformCase:
    with services.sessions.read() as session:
        return session.scalars(select(BuiltinPlatformCase)).one()


def go(services: Services, case_id: UUID, *steps: CaseAction, actor: Actor = OFFICER) -> CaseDetail:
    for step in steps:
        services.cases.act(case_id, step, actor, note="说明", rating=4, reason=RejectReason.OTHER)
    return services.cases.get(case_id)


def test_the_whole_way_from_report_to_evaluation(services: Services, case_id: UUID, clock: Clock) -> None:
    opened = clock()
    go(services, case_id, A.CONFIRM)
    file_due(services)
    for step, state in ((A.DISPATCH, S.DISPATCHED), (A.HANDLE, S.HANDLED), (A.FEED_BACK, S.FED_BACK)):
        clock.forward(minutes=10)
        assert go(services, case_id, step, actor=INSPECTOR).state is state
    clock.forward(minutes=10)
    case = go(services, case_id, A.CLOSE, A.EVALUATE)
    assert (case.state, case.closed_how, case.rating, case.officer) == (S.EVALUATED, ClosedHow.PERSON, 4, "officer-1")
    minutes = [
        (at - opened) / timedelta(minutes=1) for at in (case.filed_at, case.dispatched_at, case.handled_at) if at
    ]
    assert minutes == [0, 10, 20]
    assert case.closed_at == opened + timedelta(minutes=40)
    dispatched = next(step for step in case.steps if step.action is A.DISPATCH)
    assert (dispatched.actor, dispatched.origin, dispatched.note) == ("inspector-1", Origin.API, "说明")
    file_due(services)
    assert in_the_book(services).closed_at is not None


def test_what_was_not_put_right_goes_back_to_the_inspector(services: Services, case_id: UUID, clock: Clock) -> None:
    go(services, case_id, A.CONFIRM, A.DISPATCH)
    first = clock()
    clock.forward(minutes=30)
    go(services, case_id, A.HANDLE, A.FEED_BACK)
    with pytest.raises(NoteMissing):
        services.cases.act(case_id, A.SEND_BACK, OFFICER)
    case = go(services, case_id, A.SEND_BACK)
    assert (case.state, case.dispatched_at) == (S.DISPATCHED, first)
    assert case.due_at == clock() + timedelta(minutes=60)


@pytest.mark.parametrize("steps", [(), (A.CONFIRM,), (A.CONFIRM, A.DISPATCH)])
def test_no_step_is_left_out(services: Services, case_id: UUID, steps: tuple[CaseAction, ...]) -> None:
    go(services, case_id, *steps)
    with pytest.raises(IllegalStep):
        go(services, case_id, A.FEED_BACK)


def test_an_evaluation_rates_from_one_to_five(services: Services, case_id: UUID) -> None:
    go(services, case_id, A.CONFIRM, A.CLOSE)
    for rating in (None, 0, 6):
        with pytest.raises(RatingMissing):
            services.cases.act(case_id, A.EVALUATE, OFFICER, rating=rating)
    assert services.cases.act(case_id, A.EVALUATE, OFFICER, rating=5).rating == 5


def test_each_step_has_its_deadline_in_working_minutes(services: Services, case_id: UUID, clock: Clock) -> None:
    def due_in(*steps: CaseAction) -> float | None:
        case = go(services, case_id, *steps)
        return (case.due_at - clock()) / timedelta(minutes=1) if case.due_at else None

    assert due_in() == 30
    assert due_in(A.CONFIRM) == 20
    clock.forward(minutes=150)  # 11:30: work ends at noon, and goes on tomorrow at eight
    assert due_in(A.DISPATCH) == 30 + 20 * 60 + 30
    assert due_in(A.HANDLE) == 30 + 20 * 60 + 90
    clock.forward(minutes=10)
    assert due_in(A.FEED_BACK) == 20 + 20 * 60 + 90, "what is due is still the verification"
    assert due_in(A.CLOSE) is None
    assert [step.due_at is not None for step in services.cases.get(case_id).steps] == [True] * 5 + [False]


def test_a_case_that_nobody_decides_is_overdue_once(services: Services, case_id: UUID, clock: Clock) -> None:
    timekeeper = Timekeeper(services.sessions, services.site)
    clock.forward(minutes=29)
    assert (timekeeper.run_due(), services.cases.overdue()) == (0, 0)
    clock.forward(minutes=1)
    assert (timekeeper.run_due(), timekeeper.run_due(), services.cases.overdue()) == (1, 0, 1)
    first = clock()
    assert [case.id for case in services.cases.list(overdue=True).items] == [case_id]
    assert services.cases.list(overdue=False).items == []
    clock.forward(minutes=5)
    case = go(services, case_id, A.CONFIRM)
    assert (case.overdue, case.overdue_at, services.cases.overdue()) == (False, first, 0)
    clock.forward(minutes=21)
    assert timekeeper.run_due() == 1, "the next deadline is another one"
    case = services.cases.get(case_id)
    assert [step.action for step in case.steps].count(A.OVERDUE) == 2
    assert (case.overdue, case.overdue_at) == (True, first)


def test_the_clear_street_is_proposed_and_a_person_closes(
    services: Services, box: Box, send: Send, case_id: UUID, clock: Clock
) -> None:
    go(services, case_id, A.CONFIRM, A.DISPATCH)
    send(*box.report(phase=Phase.CLEARED, at=clock()).messages)
    case = services.cases.get(case_id)
    assert (case.state, case.steps[-1].action) == (S.DISPATCHED, A.PROPOSE_CLOSE)
    assert case.proposed_close_at is not None
    assert go(services, case_id, A.CLOSE).closed_how is ClosedHow.PERSON


def test_a_withdrawn_case_is_taken_back_from_the_platform(services: Services, case_id: UUID) -> None:
    go(services, case_id, A.CONFIRM)
    file_due(services)
    with pytest.raises(NoteMissing):
        services.cases.act(case_id, A.WITHDRAW, OFFICER)
    assert go(services, case_id, A.WITHDRAW).state is S.WITHDRAWN
    assert in_the_book(services).withdrawn_at is None
    file_due(services)
    assert in_the_book(services).withdrawn_at is not None


def test_a_case_withdrawn_before_the_platform_had_it_is_filed_and_taken_back(
    services: Services, case_id: UUID, clock: Clock
) -> None:
    go(services, case_id, A.CONFIRM, A.WITHDRAW)
    file_due(services)
    clock.forward(minutes=1)
    file_due(services)
    assert in_the_book(services).withdrawn_at is not None
    assert services.cases.get(case_id).state is S.WITHDRAWN


def test_a_reopened_case_is_open_at_the_platform_under_its_old_number(services: Services, case_id: UUID) -> None:
    go(services, case_id, A.CONFIRM)
    file_due(services)
    number = go(services, case_id, A.CLOSE).external_ref
    file_due(services)
    case = go(services, case_id, A.REOPEN)
    assert (case.state, case.closed_at, case.closed_how) == (S.FILED, None, None)
    file_due(services)
    assert (in_the_book(services).number, in_the_book(services).closed_at) == (number, None)


def test_a_rejected_case_is_looked_at_again(services: Services, case_id: UUID) -> None:
    assert go(services, case_id, A.REJECT).allowed == [A.REOPEN]
    case = go(services, case_id, A.REOPEN)
    assert case.state is S.REPORTED
    assert case.due_at is not None
    assert go(services, case_id, A.CONFIRM).state is S.FILED


def test_a_platform_that_cannot_be_told_of_the_end_hinders_nobody(services: Services, case_id: UUID) -> None:
    class OnlyFiles:
        name = "builtin"

        def file(self, case: CaseDetail) -> str:
            return "P-1"

    go(services, case_id, A.CONFIRM)
    worker = FilingWorker(services.sessions, services.site, {"builtin": OnlyFiles()})
    worker.run_due()
    go(services, case_id, A.CLOSE)
    assert worker.run_due() == 1
    assert services.cases.get(case_id).external_ref == "P-1"


def test_an_end_that_the_platform_refuses_is_visible_and_told_again(services: Services, case_id: UUID) -> None:
    class Stubborn(BuiltinPlatform):
        def close(self, case: CaseDetail) -> None:
            raise FilingRefused("closing needs a photo")

    go(services, case_id, A.CONFIRM)
    file_due(services)
    go(services, case_id, A.CLOSE)
    stubborn = Stubborn(services.sessions, services.settings.zone)
    FilingWorker(services.sessions, services.site, {"builtin": stubborn}).run_due()
    case = services.cases.get(case_id)
    assert (case.steps[-1].action, case.steps[-1].note) == (A.FILING_FAILED, "closing needs a photo")
    assert A.RETRY_FILING in case.allowed
    go(services, case_id, A.RETRY_FILING)
    file_due(services)
    assert in_the_book(services).closed_at is not None
