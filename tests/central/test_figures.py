"""What the figures say about cases, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from central.cases.states import CaseAction, CaseState, RejectReason
from central.database import Sessions
from central.figures.groupings import Grouping
from central.figures.period import BadPeriod
from central.figures.precision import right_and_wrong
from central.figures.rating import Colour
from central.figures.service import Figures
from central.figures.views import Group, Times
from protocol.kinds import Subject, ViolationKind
from tests.central.figures_book import Book, figures_of

A, R = CaseAction, RejectReason
DAY = date(2026, 11, 23)


@pytest.fixture
def book(sessions: Sessions) -> Book:
    return Book(sessions)


@pytest.fixture
def figures(sessions: Sessions) -> Figures:
    return figures_of(sessions)


def groups(figures: Figures, by: Grouping, first: date = DAY, last: date = DAY) -> dict[str, Group]:
    return {group.key: group for group in figures.by(by, figures.select(first, last)).groups}


def rounded(times: Times | None) -> tuple[int, float, float] | None:
    """Give count, median and 90 %; the two databases differ far behind the point."""
    return None if times is None else (times.count, round(times.median_min, 3), round(times.p90_min, 3))


def test_every_case_is_counted_once_and_where_it_is_now(book: Book, figures: Figures) -> None:
    book.case()
    book.case((1, A.NOTIFY), (9, A.SELF_CORRECT), repeats=2)
    book.case((3, A.CONFIRM), (5, A.DISPATCH), (60, A.OVERDUE), (70, A.CLOSE))
    book.case((3, A.CONFIRM), (5, A.CLOSE), (9, A.REOPEN), (12, A.CLOSE), (15, A.REOPEN))
    book.case((4, A.REJECT, R.DUPLICATE))
    book.case((4, A.MERGE))
    total = figures.overview(figures.select(DAY, DAY)).total
    assert total.cases == sum(total.by_state.values()) == 6
    assert total.by_state == {
        CaseState.REPORTED: 1,
        CaseState.SELF_CORRECTED: 1,
        CaseState.CLOSED: 1,
        CaseState.FILED: 1,
        CaseState.REJECTED: 1,
        CaseState.MERGED: 1,
    }
    assert (total.repeats, total.overdue, total.reopened) == (2, 1, 1)
    assert (total.rejected, total.self_corrected, total.rejected_because) == (1, 1, {R.DUPLICATE: 1})


def test_times_are_of_the_first_answer_and_of_closing(book: Book, figures: Figures) -> None:
    for minutes in (1, 2, 3, 4, 5, 6, 7, 8, 9, 50):
        book.case((minutes, A.CONFIRM), (minutes * 10, A.CLOSE))
    book.case()  # nobody has answered it yet
    total = figures.overview(figures.select(DAY, DAY)).total
    assert rounded(total.response) == (10, 5, 9)
    assert rounded(total.closing) == (10, 50, 90)


def test_telling_the_owner_is_the_first_answer(book: Book, figures: Figures) -> None:
    book.case((0.5, A.NOTIFY), (20, A.CONFIRM))
    total = figures.overview(figures.select(DAY, DAY)).total
    assert rounded(total.response) == (1, 0.5, 0.5)
    assert total.closing is None


def test_a_case_after_a_rejection_that_was_taken_back_is_no_rejection(book: Book, figures: Figures) -> None:
    book.case((1, A.REJECT, R.OTHER), (2, A.REOPEN), (3, A.REJECT, R.PERMITTED))
    book.case((1, A.REJECT, R.OTHER), (2, A.REOPEN), (3, A.CONFIRM))
    assert figures.overview(figures.select(DAY, DAY)).total.rejected_because == {R.PERMITTED: 1}


def test_cases_are_told_apart_by_whatever_is_asked(book: Book, figures: Figures) -> None:
    book.case((1, A.CONFIRM), district="east", owner_id="shop-1")
    book.case((1, A.CONFIRM), district="east", owner_id="shop-1", officer="officer-2")
    book.case(camera_id="cam-2", camera_name="西门", zone_id="gate", zone_name="西门", model="yolox-s")
    book.case(device_id="box-2", kind=ViolationKind.STREET_VENDING, subject=Subject.STALL)
    sizes = {
        by: {key: group.cases for key, group in groups(figures, by).items()}
        for by in Grouping
        if by not in (Grouping.DAY, Grouping.MONTH)
    }
    assert sizes == {
        Grouping.KIND: {"illegal_parking/motor_vehicle": 3, "street_vending/stall": 1},
        Grouping.DISTRICT: {"east": 2, "": 2},
        Grouping.ZONE: {"box-1/cam-1/kerb": 2, "box-1/cam-2/gate": 1, "box-2/cam-1/kerb": 1},
        Grouping.OWNER: {"shop-1": 2, "": 2},
        Grouping.OFFICER: {"officer-1": 1, "officer-2": 1, "": 2},
        Grouping.CAMERA: {"box-1/cam-1": 2, "box-1/cam-2": 1, "box-2/cam-1": 1},
        Grouping.DEVICE: {"box-1": 3, "box-2": 1},
        Grouping.MODEL: {"yolox-nano": 3, "yolox-s": 1},
    }
    named = {by: groups(figures, by) for by in Grouping}
    assert named[Grouping.DISTRICT]["east"].name_zh == "城东街道"
    assert named[Grouping.OWNER]["shop-1"].name_en == "shop-1 店"
    assert named[Grouping.OWNER][""].name_en == "not registered"
    assert named[Grouping.DEVICE]["box-2"].name_zh == "Cabinet box-2"
    assert named[Grouping.KIND]["street_vending/stall"].name_zh == "占道经营"
    assert named[Grouping.CAMERA]["box-1/cam-2"].name_zh == "西门"


def test_a_zone_that_was_renamed_has_its_newest_name(book: Book, figures: Figures) -> None:
    for name in ("ZZ 旧名", "AA 新名"):
        book.case((1, A.CONFIRM), zone_name=name)
    assert groups(figures, Grouping.ZONE)["box-1/cam-1/kerb"].name_zh == "AA 新名"
    (precision,) = figures.precision(Grouping.ZONE, figures.select(DAY, DAY)).groups
    assert precision.name_en == "AA 新名"


def test_a_day_begins_at_midnight_of_the_site(book: Book, figures: Figures) -> None:
    midnight = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    book.case(at=midnight - timedelta(milliseconds=1))
    book.case(at=midnight)
    book.case(at=midnight + timedelta(days=1, milliseconds=-1))
    book.case(at=midnight + timedelta(days=1))
    by_day = groups(figures, Grouping.DAY, date(2026, 11, 22), date(2026, 11, 24))
    assert {day: group.cases for day, group in by_day.items()} == {"2026-11-22": 1, "2026-11-23": 2, "2026-11-24": 1}
    assert figures.overview(figures.select(DAY, DAY)).total.cases == 2


def test_a_night_that_the_clocks_change_belongs_to_its_day(book: Book, sessions: Sessions) -> None:
    berlin = figures_of(sessions, ZoneInfo("Europe/Berlin"))
    for hour_utc in (22, 23, 24, 46, 47):  # 25 October 2026 has 25 hours there: from 22:00 to 23:00 UTC
        book.case(at=datetime(2026, 10, 24, tzinfo=UTC) + timedelta(hours=hour_utc))
    by_day = groups(berlin, Grouping.DAY, date(2026, 10, 24), date(2026, 10, 26))
    assert {day: group.cases for day, group in by_day.items()} == {"2026-10-25": 4, "2026-10-26": 1}
    by_month = groups(berlin, Grouping.MONTH, date(2026, 9, 15), date(2026, 11, 5))
    assert {month: group.cases for month, group in by_month.items()} == {"2026-10": 5}


def test_days_without_a_case_are_in_the_trend_and_a_long_period_goes_by_month(book: Book, figures: Figures) -> None:
    book.case()
    days = figures.overview(figures.select(date(2026, 11, 21), date(2026, 11, 25)))
    assert [group.cases for group in days.trend] == [0, 0, 1, 0, 0]
    months = figures.overview(figures.select(date(2026, 1, 10), date(2026, 12, 5)))
    assert months.trend_by is Grouping.MONTH
    assert [group.key for group in months.trend][-2:] == ["2026-11", "2026-12"]
    assert [group.cases for group in months.trend][-2:] == [1, 0]


def test_only_the_kind_and_district_that_were_asked_for_are_counted(book: Book, figures: Figures) -> None:
    book.case(district="east")
    book.case(kind=ViolationKind.UMBRELLA_STALL, subject=Subject.UMBRELLA)
    vans = figures.select(DAY, DAY, kind=ViolationKind.ILLEGAL_PARKING)
    assert figures.overview(vans).total.cases == 1
    assert figures.overview(figures.select(DAY, DAY, district="")).total.cases == 1
    assert figures.overview(figures.select(DAY, DAY, district="west")).total.cases == 0
    assert figures.districts() == {"east": "城东街道"}


def test_a_period_that_ends_before_it_begins_is_refused(figures: Figures) -> None:
    with pytest.raises(BadPeriod) as problem:
        figures.select(date(2026, 11, 24), DAY)
    assert "2026-11-24" in problem.value.message_zh
    with pytest.raises(BadPeriod):
        figures.select(date(1026, 11, 23), DAY)


def test_an_owner_who_puts_things_right_is_green_and_one_who_does_not_is_red(book: Book, figures: Figures) -> None:
    for _ in range(6):
        book.case((0, A.NOTIFY), (5, A.SELF_CORRECT), owner_id="shop-1")
        late = (0, A.NOTIFY), (15, A.CONFIRM), (16, A.DISPATCH), (200, A.OVERDUE), (240, A.CLOSE)
        book.case(*late, owner_id="shop-2", repeats=3)
    book.case((0, A.CONFIRM))  # nobody's
    red, green = figures.owners(figures.select(DAY, DAY)).owners
    assert (red.owner, red.name, red.colour, red.late, red.repeats) == ("shop-2", "shop-2 店", Colour.RED, 6, 18)
    assert (green.owner, green.colour, green.score, green.self_corrected) == ("shop-1", Colour.GREEN, 100.0, 6)
    # 40 * 0 in time, 30 * 0 by itself, 20 * 6/24 not repeated, 10 * 1 not reopened
    assert red.score == pytest.approx(15)


def test_what_is_not_the_owners_doing_is_not_counted_against_it(book: Book, figures: Figures) -> None:
    for _ in range(5):
        book.case((300, A.OVERDUE), (301, A.CONFIRM), (302, A.DISPATCH), (330, A.CLOSE), owner_id="shop-1")
    book.case((1, A.REJECT, R.WRONG_OBJECT), owner_id="shop-1")
    book.case((1, A.CONFIRM), (2, A.WITHDRAW), owner_id="shop-1")
    book.case((1, A.CONFIRM), (2, A.DISPATCH), owner_id="shop-1")  # still has time
    book.case((1, A.NOTIFY), (2, A.NOTICE_FAILED), (3, A.CONFIRM), (9, A.CLOSE), owner_id="shop-1")  # was not told
    (owner,) = figures.owners(figures.select(DAY, DAY)).owners
    assert (owner.cases, owner.counted, owner.late, owner.told_first) == (9, 6, 0, 0)
    assert (owner.colour, owner.score, set(owner.shares)) == (Colour.GREEN, 100, {"in_time", "no_repeat", "stays_well"})


def test_an_owner_with_few_cases_is_not_rated(book: Book, figures: Figures) -> None:
    for _ in range(4):
        book.case((1, A.CONFIRM), (2, A.DISPATCH), (99, A.OVERDUE), owner_id="shop-1")
    (owner,) = figures.owners(figures.select(DAY, DAY)).owners
    assert (owner.counted, owner.late, owner.colour, owner.score) == (4, 4, Colour.NONE, None)


def test_precision_is_what_people_said_about_the_camera(book: Book, figures: Figures, sessions: Sessions) -> None:
    for _ in range(3):
        book.case((1, A.CONFIRM))
    book.case((1, A.REJECT, R.WRONG_OBJECT))
    book.case((1, A.REJECT, R.NOT_A_VIOLATION), (2, A.REOPEN), (3, A.CONFIRM))  # changed their mind: right
    book.case((1, A.REJECT, R.OTHER))
    for reason in (R.DUPLICATE, R.PERMITTED, R.ALREADY_GONE):
        book.case((1, A.REJECT, reason))
    book.case((1, A.CONFIRM), (2, A.WITHDRAW))
    book.case((1, A.CONFIRM), officer="policy")  # nobody has looked at it
    book.case()
    book.case((1, A.REJECT, R.WRONG_OBJECT), camera_id="cam-2", camera_name="西门", model="yolox-s")
    east, west = figures.precision(Grouping.CAMERA, figures.select(DAY, DAY)).groups
    assert (east.key, east.right, east.wrong, east.apart) == ("box-1/cam-1", 4, 2, 4)
    assert east.share == pytest.approx(4 / 6)
    assert (west.key, west.right, west.wrong, west.share) == ("box-1/cam-2", 0, 1, 0)
    assert 0.29 < east.low < 0.31
    assert 0.89 < east.high < 0.91
    with sessions.read() as session:
        parking = {"kind": ViolationKind.ILLEGAL_PARKING, "device": "box-1"}
        assert right_and_wrong(session, camera="cam-1", **parking) == (4, 2)  # type: ignore[arg-type]
        assert right_and_wrong(session, camera="cam-2", **parking, model="yolox-s") == (0, 1)  # type: ignore[arg-type]
        assert right_and_wrong(session, camera="cam-2", **parking, model="other") == (0, 0)  # type: ignore[arg-type]
        assert right_and_wrong(session, device="box-1", camera="cam-1", kind=ViolationKind.STREET_VENDING) == (0, 0)


def test_nothing_to_count_is_no_error(figures: Figures) -> None:
    selection = figures.select(DAY, DAY)
    assert figures.overview(selection).total.cases == 0
    assert figures.by(Grouping.ZONE, selection).groups == []
    assert figures.owners(selection).owners == []
    assert figures.precision(Grouping.CAMERA, selection).groups == []
