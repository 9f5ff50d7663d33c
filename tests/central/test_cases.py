"""What a duty officer does with cases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from central.cases.lifecycle import TRANSITIONS, CaseAction, CaseState, IllegalStep, Origin, RejectReason
from central.cases.service import Actor, BadCursor, CaseNotFound, ReasonMissing, StaleCase
from central.services import Services
from protocol.kinds import Subject, ViolationKind
from protocol.messages import Ack

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]

WANG = Actor("wang", Origin.CONSOLE)
LI = Actor("li", Origin.CONSOLE)


@pytest.fixture
def case_id(services: Services, box: Box, send: Send) -> UUID:
    send(*box.report().messages)
    return services.cases.list().items[0].id


def test_an_officer_confirms_a_case(services: Services, case_id: UUID) -> None:
    before = services.cases.revision()
    seen = services.cases.get(case_id).revision
    case = services.cases.act(case_id, CaseAction.CONFIRM, WANG, note=" 属实 ", expected_revision=seen)
    assert case.state is CaseState.FILED
    step = case.steps[-1]
    assert (step.actor, step.origin, step.note) == ("wang", Origin.CONSOLE, "属实")
    assert (step.from_state, step.to_state) == (CaseState.REPORTED, CaseState.FILED)
    assert CaseAction.CONFIRM not in case.allowed
    assert case.revision > seen
    assert services.cases.revision() > before


def test_an_officer_rejects_a_case_and_says_why(services: Services, case_id: UUID) -> None:
    with pytest.raises(ReasonMissing):
        services.cases.act(case_id, CaseAction.REJECT, WANG)
    case = services.cases.act(case_id, CaseAction.REJECT, WANG, reason=RejectReason.WRONG_OBJECT, note="花坛")
    assert case.state is CaseState.REJECTED
    assert (case.steps[-1].reason, case.steps[-1].note) == (RejectReason.WRONG_OBJECT, "花坛")
    assert services.cases.counts()[CaseState.REJECTED] == 1
    assert services.cases.counts()[CaseState.REPORTED] == 0


def test_a_rejected_case_is_not_confirmed_afterwards(services: Services, case_id: UUID) -> None:
    services.cases.act(case_id, CaseAction.REJECT, WANG, reason=RejectReason.PERMITTED)
    with pytest.raises(IllegalStep) as problem:
        services.cases.act(case_id, CaseAction.CONFIRM, LI)
    assert "不予立案" in problem.value.message_zh
    assert "Rejected" in problem.value.message_en


@pytest.mark.parametrize("action", [CaseAction.REPORT, CaseAction.REGISTER, CaseAction.CLEAR, CaseAction.RETRY_FILING])
def test_an_officer_takes_no_step_that_is_not_an_officers(
    services: Services, case_id: UUID, action: CaseAction
) -> None:
    with pytest.raises(IllegalStep):
        services.cases.act(case_id, action, WANG)


def test_the_second_of_two_officers_is_told_that_the_case_has_changed(services: Services, case_id: UUID) -> None:
    seen = services.cases.get(case_id).revision
    services.cases.act(case_id, CaseAction.CONFIRM, WANG, expected_revision=seen)
    with pytest.raises(StaleCase) as problem:
        services.cases.act(case_id, CaseAction.REJECT, LI, reason=RejectReason.DUPLICATE, expected_revision=seen)
    assert "刷新" in problem.value.message_zh


def test_of_many_officers_at_the_same_moment_one_decides(services: Services, case_id: UUID) -> None:
    def decide(number: int) -> bool:
        try:
            services.cases.act(case_id, CaseAction.CONFIRM, Actor(f"officer-{number}", Origin.CONSOLE))
        except IllegalStep:
            return False
        return True

    with ThreadPoolExecutor(8) as officers:
        assert sum(officers.map(decide, range(8))) == 1
    assert len(services.cases.get(case_id).steps) == 2


def test_the_queue_comes_in_pages_newest_first(services: Services, box: Box, send: Send) -> None:
    for number in range(7):
        send(*box.report(f"van {number}").messages)
    everything = [case.id for case in services.cases.list().items]
    assert everything == sorted(everything, reverse=True)
    paged, cursor = [], None
    while True:
        page = services.cases.list(limit=3, cursor=cursor)
        paged += [case.id for case in page.items]
        if cursor is None:
            send(*box.report("a late van").messages)  # a new case shifts no page
        cursor = page.next
        if cursor is None:
            break
    assert paged == everything
    with pytest.raises(BadCursor):
        services.cases.list(cursor="page 2")


def test_the_queue_is_filtered(services: Services, box: Box, make_box: type[Box], send: Send) -> None:
    other = make_box("box-2")
    send(
        other.status(),
        *box.report("van").messages,
        *box.report("stall", kind=ViolationKind.STREET_VENDING, subject=Subject.STALL, zone_name="100%").messages,
        *other.report("bike", subject=Subject.NON_MOTOR_VEHICLE, address="Harbour Road 5").messages,
    )

    def found(**wanted: object) -> list[str]:
        return [case.kind_name_en for case in services.cases.list(**wanted).items]  # type: ignore[arg-type]

    assert found(kind=ViolationKind.STREET_VENDING) == ["Street vending"]
    assert found(device="box-2") == ["Illegally parked bicycle or e-bike"]
    assert found(query="harbour") == ["Illegally parked bicycle or e-bike"]
    assert found(query="人民路") == ["Street vending", "Illegally parked motor vehicle"]
    assert found(query="0%") == ["Street vending"], "% is a character, not a wildcard"
    assert found(query=services.cases.list().items[-1].number) == ["Illegally parked motor vehicle"]
    assert found(state=CaseState.FILED) == []
    assert len(found(state=CaseState.REPORTED, query="  ")) == 3


def test_a_case_that_is_not_there(services: Services) -> None:
    with pytest.raises(CaseNotFound):
        services.cases.get(uuid4())


def test_every_step_of_the_table_leads_from_a_state_that_can_be_reached() -> None:
    reached = {CaseState.REPORTED} | {end for (start, _), end in TRANSITIONS.items() if start is not end}
    assert reached == set(CaseState)
