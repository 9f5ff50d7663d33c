"""Repeats of one kind at one place are one case; two things that stand side by side are two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from central.cases.joining import distance_m, overlap
from central.cases.lifecycle import CaseAction, CaseState, Origin, RejectReason
from central.cases.merging import BadMerge
from central.cases.service import Actor, TargetMissing
from central.services import Services
from protocol.kinds import Subject, ViolationKind
from protocol.messages import Ack, MapPosition, Phase

if TYPE_CHECKING:
    from tests.central.conftest import Box, Report

    Send = Callable[..., Ack]

OFFICER = Actor("officer-1", Origin.CONSOLE)
GONE_AFTER = timedelta(minutes=3)


@pytest.fixture
def site_text() -> str:
    return """
join: {window_minutes: 30, distance_m: 3}
closing: [{by_sight: close, reopen_minutes: 120}]
"""


@pytest.fixture
def stand(box: Box, send: Send) -> Callable[..., Report]:
    """Let something stand at a place for three minutes; it is cleared unless it `stays`."""

    def stand(stay: str, at: datetime, *, stays: bool = False, by: Box = box, **how: object) -> Report:
        report = by.report(stay, at=at, **how)  # type: ignore[arg-type]
        send(*report.messages)
        if not stays:
            send(*by.report(stay, Phase.CLEARED, at=at, **how).messages)  # type: ignore[arg-type]
        return report

    return stand


Stand = Callable[..., "Report"]


def test_a_stall_that_comes_back_within_half_an_hour_is_one_case(
    services: Services, stand: Stand, clock: Callable[[], datetime]
) -> None:
    at = clock()
    stand("first", at)
    stand("second", at + GONE_AFTER + timedelta(minutes=29), stays=True)
    (case,) = services.cases.list().items
    assert (case.repeats, case.standing, case.cleared_at) == (1, 1, None)
    detail = services.cases.get(case.id)
    assert [step.action for step in detail.steps] == [CaseAction.REPORT, CaseAction.CLEAR, CaseAction.REPEAT]
    assert detail.steps[-1].origin is Origin.BOX
    assert len(detail.violations) == 3
    assert len(detail.evidence) == 4 + 2 + 4


def test_one_that_comes_back_later_is_another_case(
    services: Services, stand: Stand, clock: Callable[[], datetime]
) -> None:
    stand("first", clock())
    stand("second", clock() + GONE_AFTER + timedelta(minutes=31))
    assert [case.repeats for case in services.cases.list().items] == [0, 0]


@pytest.mark.parametrize(
    "other",
    [
        {"box": (0.62, 0.2, 0.9, 0.5)},
        {"zone": "other-kerb"},
        {"camera": "cam-2"},
        {"subject": Subject.NON_MOTOR_VEHICLE},
        {"kind": ViolationKind.STREET_VENDING, "subject": Subject.STALL},
    ],
    ids=["beside it", "in another zone", "before another camera", "of another subject", "of another kind"],
)
def test_something_else_is_another_case(
    services: Services, stand: Stand, clock: Callable[[], datetime], other: dict[str, object]
) -> None:
    stand("first", clock())
    stand("second", clock() + timedelta(minutes=10), **other)
    assert len(services.cases.list().items) == 2


def test_two_cars_one_before_the_other_in_the_picture_are_two_cases(
    services: Services, stand: Stand, clock: Callable[[], datetime]
) -> None:
    stand("first", clock(), stays=True)
    stand("second", clock() + timedelta(minutes=10), stays=True)
    assert [case.standing for case in services.cases.list().items] == [1, 1]


def test_two_cameras_that_see_the_same_kerb_make_one_case_when_both_know_the_map(
    services: Services, stand: Stand, make_box: type[Box], send: Send, clock: Callable[[], datetime]
) -> None:
    other = make_box("box-2")
    send(other.status())
    here, one_metre_north = MapPosition(latitude=31.2, longitude=121.5), MapPosition(latitude=31.20001, longitude=121.5)
    stand("van", clock(), stays=True, position=here)
    stand("same van", clock() + timedelta(seconds=5), stays=True, by=other, position=one_metre_north)
    (case,) = services.cases.list().items
    assert (case.repeats, case.standing, case.latitude) == (1, 2, 31.2)

    def cleared(stay: str, by: Box, at: datetime) -> None:
        send(*by.report(stay, Phase.CLEARED, at=at).messages)

    cleared("same van", other, clock() + timedelta(seconds=5))
    case = services.cases.get(case.id)
    assert (case.standing, case.cleared_at) == (1, None), "the other camera still sees it"
    assert "1 more still there" in case.steps[-1].note


def test_cameras_that_do_not_know_the_map_or_look_elsewhere_make_two(
    services: Services, stand: Stand, make_box: type[Box], send: Send, clock: Callable[[], datetime]
) -> None:
    others = [make_box("box-2"), make_box("box-3")]
    send(*(other.status() for other in others))
    stand("van", clock(), stays=True, position=MapPosition(latitude=31.2, longitude=121.5))
    stand("same van", clock(), stays=True, by=others[0])
    stand("next van", clock(), stays=True, by=others[1], position=MapPosition(latitude=31.2001, longitude=121.5))
    assert len(services.cases.list().items) == 3


def test_a_closed_case_is_reopened_by_the_same_at_the_same_place(
    services: Services, stand: Stand, clock: Callable[[], datetime]
) -> None:
    stand("first", clock())
    (case,) = services.cases.list().items
    assert services.cases.act(case.id, CaseAction.CONFIRM, OFFICER).state is CaseState.CLOSED
    stand("second", clock() + timedelta(minutes=100), stays=True)
    (again,) = services.cases.list().items
    assert (again.state, again.repeats, again.closed_at, again.closed_how) == (CaseState.FILED, 1, None, None)
    assert services.cases.get(again.id).steps[-1].action is CaseAction.REOPEN
    stand("much later", clock() + timedelta(minutes=300))
    assert len(services.cases.list().items) == 2


def test_a_rejected_case_takes_nothing_in(services: Services, stand: Stand, clock: Callable[[], datetime]) -> None:
    stand("first", clock())
    (case,) = services.cases.list().items
    services.cases.act(case.id, CaseAction.REJECT, OFFICER, reason=RejectReason.WRONG_OBJECT)
    stand("second", clock() + timedelta(minutes=10))
    assert len(services.cases.list().items) == 2


def test_an_officer_merges_two_cases_and_the_one_carries_all(
    services: Services, stand: Stand, send: Send, box: Box, clock: Callable[[], datetime]
) -> None:
    stand("umbrella", clock(), stays=True, box=(0.1, 0.1, 0.2, 0.3))
    stand("table", clock(), stays=True, box=(0.7, 0.1, 0.9, 0.3))
    table, umbrella = services.cases.list().items
    with pytest.raises(TargetMissing):
        services.cases.act(table.id, CaseAction.MERGE, OFFICER)
    with pytest.raises(BadMerge, match="itself"):
        services.cases.act(table.id, CaseAction.MERGE, OFFICER, into=table.id)
    merged = services.cases.act(table.id, CaseAction.MERGE, OFFICER, into=umbrella.id, note="同一摊点")
    assert (merged.state, merged.merged_into_id, merged.violations) == (CaseState.MERGED, umbrella.id, [])
    assert merged.steps[-1].note == f"{umbrella.number} · 同一摊点"
    whole = services.cases.get(umbrella.id)
    assert (whole.standing, whole.repeats, len(whole.violations)) == (2, 1, 2)
    assert (whole.steps[-1].action, whole.steps[-1].note) == (CaseAction.ABSORB, table.number)
    assert whole.merged_from == [table.number]

    send(*box.report("table", Phase.CLEARED, at=clock(), box=(0.7, 0.1, 0.9, 0.3)).messages)
    assert services.cases.get(umbrella.id).standing == 1, "what comes later about the merged one belongs to the whole"


def test_only_an_open_case_of_the_same_kind_takes_another_in(
    services: Services, stand: Stand, clock: Callable[[], datetime]
) -> None:
    stand("van", clock())
    stand("stall", clock(), kind=ViolationKind.STREET_VENDING, subject=Subject.STALL)
    stand("car", clock(), box=(0.7, 0.1, 0.9, 0.3))
    van, stall, car = sorted(services.cases.list().items, key=lambda case: case.number)
    with pytest.raises(BadMerge, match="another kind"):
        services.cases.act(stall.id, CaseAction.MERGE, OFFICER, into=van.id)
    services.cases.act(van.id, CaseAction.REJECT, OFFICER, reason=RejectReason.PERMITTED)
    with pytest.raises(BadMerge, match="only an open case"):
        services.cases.act(car.id, CaseAction.MERGE, OFFICER, into=van.id)


def test_boxes_overlap_and_places_lie_apart_as_a_ruler_says() -> None:
    assert overlap((0, 0, 1, 1), (0, 0, 1, 1)) == 1
    assert overlap((0, 0, 0.5, 1), (0.25, 0, 0.75, 1)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 0.5, 1), (0.5, 0, 1, 1)) == 0
    # One minute of arc along a meridian is a nautical mile, within what the earth's shape makes of it.
    assert distance_m((31.0, 121.5), (31.0 + 1 / 60, 121.5)) == pytest.approx(1852, rel=0.005)
    assert distance_m((60.0, 10.0), (60.0, 10.1)) == pytest.approx(distance_m((0.0, 0.0), (0.0, 0.05)), rel=1e-4)
