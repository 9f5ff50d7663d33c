"""A confirmed case goes to the city's platform: once, and never into nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import update

from central.cases.lifecycle import CaseAction, CaseState, Origin
from central.cases.service import Actor
from central.cases.views import CaseDetail
from central.column_types import now
from central.filing import worker
from central.filing.builtin import BuiltinPlatform
from central.filing.connector import Connector, FilingRefused
from central.filing.worker import FilingWorker, pause_after
from central.services import Services
from central.tables import FilingJob
from protocol.messages import Ack

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]

OFFICER = Actor("wang", Origin.CONSOLE)


class MoodyPlatform:
    """A platform that fails in the given ways before it does what the built-in one does."""

    name = "builtin"

    def __init__(self, builtin: BuiltinPlatform, *moods: Exception, forgets_to_answer: bool = False) -> None:
        self._builtin = builtin
        self._moods = list(moods)
        self._forgets_to_answer = forgets_to_answer

    def file(self, case: CaseDetail) -> str:
        if self._moods:
            if self._forgets_to_answer:
                self._builtin.file(case)
            raise self._moods.pop(0)
        return self._builtin.file(case)


@pytest.fixture
def builtin(services: Services) -> BuiltinPlatform:
    return BuiltinPlatform(services.sessions, services.settings.zone)


@pytest.fixture
def confirmed(services: Services, box: Box, send: Send) -> UUID:
    send(*box.report().messages)
    case_id = services.cases.list().items[0].id
    services.cases.act(case_id, CaseAction.CONFIRM, OFFICER)
    return case_id


def file_with(services: Services, connector: Connector) -> int:
    return FilingWorker(services.sessions, services.site, {connector.name: connector}).run_due()


def make_due(services: Services) -> None:
    with services.sessions.write() as session:
        session.execute(update(FilingJob).values(next_try_at=now() - timedelta(seconds=1)))


def test_a_confirmed_case_gets_the_platforms_number(
    services: Services, builtin: BuiltinPlatform, confirmed: UUID
) -> None:
    assert file_with(services, builtin) == 1
    case = services.cases.get(confirmed)
    today = now().astimezone(services.settings.zone).strftime("%Y%m%d")
    assert case.external_ref == f"{today}-000001"
    assert case.state is CaseState.FILED
    assert (case.steps[-1].action, case.steps[-1].origin) == (CaseAction.REGISTER, Origin.PLATFORM)
    assert services.cases.list(query=case.external_ref).items[0].id == confirmed
    assert file_with(services, builtin) == 0


def test_a_case_that_waits_for_review_is_not_filed(
    services: Services, builtin: BuiltinPlatform, box: Box, send: Send
) -> None:
    send(*box.report().messages)
    assert file_with(services, builtin) == 0


def test_a_platform_that_does_not_answer_is_asked_again_later(
    services: Services, builtin: BuiltinPlatform, confirmed: UUID
) -> None:
    moody = MoodyPlatform(builtin, ConnectionError("no route"), TimeoutError("slow"))
    assert file_with(services, moody) == 1, "not again at once"
    make_due(services)
    assert file_with(services, moody) == 1
    assert services.cases.get(confirmed).external_ref is None
    make_due(services)
    file_with(services, moody)
    assert services.cases.get(confirmed).external_ref is not None


def test_a_platform_whose_answer_was_lost_has_one_case(
    services: Services, builtin: BuiltinPlatform, confirmed: UUID
) -> None:
    moody = MoodyPlatform(builtin, TimeoutError("the answer was lost"), forgets_to_answer=True)
    file_with(services, moody)
    make_due(services)
    file_with(services, moody)
    reference = services.cases.get(confirmed).external_ref
    assert reference is not None
    assert reference.endswith("-000001")


def test_a_worker_that_died_leaves_its_job_to_the_next(
    services: Services, builtin: BuiltinPlatform, confirmed: UUID
) -> None:
    class Death(BaseException):
        pass

    class Deadly:
        name = "builtin"

        def file(self, case: CaseDetail) -> str:
            raise Death

    with pytest.raises(Death):
        file_with(services, Deadly())
    assert file_with(services, builtin) == 0, "the job is taken for as long as a platform may need"
    make_due(services)
    assert file_with(services, builtin) == 1
    assert services.cases.get(confirmed).external_ref is not None


def test_a_refused_case_waits_for_a_person_who_files_it_again(
    services: Services, builtin: BuiltinPlatform, confirmed: UUID
) -> None:
    moody = MoodyPlatform(builtin, FilingRefused("the district is unknown"))
    file_with(services, moody)
    case = services.cases.get(confirmed)
    assert (case.steps[-1].action, case.steps[-1].note) == (CaseAction.FILING_FAILED, "the district is unknown")
    assert CaseAction.RETRY_FILING in case.allowed
    make_due(services)
    assert file_with(services, moody) == 0, "nobody asks again without a person"

    case = services.cases.act(confirmed, CaseAction.RETRY_FILING, OFFICER)
    assert CaseAction.RETRY_FILING not in case.allowed
    file_with(services, moody)
    assert services.cases.get(confirmed).external_ref is not None


def test_a_platform_that_never_answers_is_given_up_in_the_end(
    services: Services, builtin: BuiltinPlatform, confirmed: UUID
) -> None:
    away = MoodyPlatform(builtin, *[ConnectionError("no route")] * worker.MAX_ATTEMPTS)
    for _ in range(worker.MAX_ATTEMPTS):
        make_due(services)
        file_with(services, away)
    assert CaseAction.RETRY_FILING in services.cases.get(confirmed).allowed


def test_a_job_for_a_platform_that_is_not_there_is_visible(services: Services, confirmed: UUID) -> None:
    FilingWorker(services.sessions, services.site, {}).run_due()
    assert "builtin" in services.cases.get(confirmed).steps[-1].note


def test_pauses_grow_up_to_an_hour() -> None:
    pauses_s = [pause_after(attempts).total_seconds() for attempts in range(1, worker.MAX_ATTEMPTS)]
    assert pauses_s[:3] == [5, 10, 20]
    assert max(pauses_s) == pauses_s[-1] == 3600
