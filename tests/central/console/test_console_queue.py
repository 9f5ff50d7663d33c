"""What a row of the queue says, and which cases are in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from central.cases.lifecycle import CaseState
from central.cases.views import CaseSummary
from central.console.case_list import row_of
from central.console.filters import Filters, find_cases
from central.console.words import Words
from central.services import Services
from central.tables import Case
from protocol.kinds import ViolationKind
from protocol.messages import Ack, Phase

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]

SHANGHAI = ZoneInfo("Asia/Shanghai")


def only_case(services: Services) -> CaseSummary:
    (case,) = services.cases.list().items
    return case


def test_a_row_says_what_where_when_and_that_it_still_stands(services: Services, box: Box, send: Send) -> None:
    send(*box.report().messages)
    case = only_case(services)
    at = case.first_seen_at + timedelta(minutes=7, seconds=10)
    row = row_of(case, now=at, zone=SHANGHAI, words=Words("zh"), query="?kind=illegal_parking")
    assert row["kind_name"] == "机动车乱停放"
    assert row["place"] == "东门禁停区 · 东门"
    assert row["address"] == "人民路 18 号"
    assert row["seen"] == "09:01:00"
    assert row["stands"] == "已停留 7 分钟"
    assert row["state_name"] == "待核查"
    assert row["score"] == "82%"
    assert row["href"] == f"/cases/{case.id}?kind=illegal_parking"
    assert row["thumbnail"] == case.thumbnail_url


def test_a_row_says_in_english_that_the_street_is_clear(services: Services, box: Box, send: Send) -> None:
    send(*box.report().messages, *box.report(phase=Phase.CLEARED).messages)
    case = only_case(services)
    row = row_of(case, now=case.first_seen_at + timedelta(days=2), zone=SHANGHAI, words=Words("en"), query="")
    assert (row["gone"], row["stands"]) == (True, "stood 3 min")
    assert row["stands_hint"] == "street clear at 2026-11-23 09:03:00"


def test_rows_change_together_and_rarely_while_time_passes(services: Services, box: Box, send: Send) -> None:
    send(*box.report().messages)
    case = only_case(services)
    start = case.first_seen_at.replace(second=0)
    rows = [
        row_of(case, now=start + timedelta(minutes=1, seconds=s), zone=SHANGHAI, words=Words("zh"), query="")
        for s in range(30)
    ]
    assert all(row == rows[0] for row in rows)


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ({}, Filters()),
        ({"state": "all"}, Filters(state=None)),
        (
            {"state": "filed", "kind": "street_vending", "q": " 18 号 "},
            Filters(CaseState.FILED, ViolationKind.STREET_VENDING, "18 号"),
        ),
        ({"state": "nonsense", "kind": "nonsense"}, Filters()),
    ],
)
def test_filters_come_from_the_address(query: dict[str, str], filters: Filters) -> None:
    assert Filters.of_query(query) == filters


@pytest.mark.parametrize("filters", [Filters(), Filters(state=None, text="a&b=c?"), Filters(state=None, overdue=True)])
def test_filters_survive_the_way_through_the_address(filters: Filters) -> None:
    from urllib.parse import parse_qsl

    assert Filters.of_query(dict(parse_qsl(filters.query.removeprefix("?")))) == filters


def test_a_long_queue_is_read_in_pages_until_there_is_enough(services: Services, box: Box, send: Send) -> None:
    for n in range(53):
        send(*box.report(f"car {n}").messages)
    found, more = find_cases(services.cases, Filters(), at_least=10)
    assert (len(found), more) == (50, True)
    found, more = find_cases(services.cases, Filters(), at_least=51)
    assert (len({case.id for case in found}), more) == (53, False)
    assert [case.id for case in found] == sorted((case.id for case in found), reverse=True)


def test_the_overdue_ones_are_found_and_say_since_when(
    services: Services, box: Box, send: Send, clock: Callable[[], datetime]
) -> None:
    send(*box.report("late").messages, *box.report("in time").messages)
    with services.sessions.write() as session:
        late = session.scalars(select(Case).order_by(Case.id)).first()
        assert late is not None
        late.due_at = clock() - timedelta(minutes=10)
    found, _ = find_cases(services.cases, Filters(state=None, overdue=True), at_least=1)
    (case,) = found
    row = row_of(case, now=clock(), zone=SHANGHAI, words=Words("zh"), query="")
    assert (row["overdue"], row["overdue_hint"]) == ("超期 10 分钟", "应于 2026-11-23 08:50:00 前办理")
    others = [one for one in services.cases.list().items if one.id != case.id]
    assert row_of(others[0], now=clock(), zone=SHANGHAI, words=Words("zh"), query="")["overdue"] == ""
