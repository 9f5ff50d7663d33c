"""The rating's formula and the interval, as they are written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.figures.rating import GREEN_FROM, MIN_COUNTED, WEIGHTS, YELLOW_FROM, Colour, OwnerRecord, colour_of, rate
from central.figures.wilson import wilson_interval

DOCS = Path(__file__).parents[2] / "docs"


def record(**numbers: int) -> OwnerRecord:
    nothing = dict.fromkeys(("counted", "in_time", "told_first", "self_corrected", "repeats", "reopened"), 0)
    return OwnerRecord(**nothing | numbers)


def test_the_score_is_the_weighted_mean_of_the_shares() -> None:
    found = rate(record(counted=10, in_time=8, told_first=5, self_corrected=2, repeats=10, reopened=1))
    assert found.score == pytest.approx(40 * 0.8 + 30 * 0.4 + 20 * 0.5 + 10 * 0.9)
    assert found.colour is Colour.YELLOW


def test_an_owner_who_was_never_told_first_is_not_blamed_for_it() -> None:
    found = rate(record(counted=10, in_time=8))
    assert found.score == pytest.approx((40 * 0.8 + 20 + 10) / 0.7)
    assert "by_itself" not in found.shares


@pytest.mark.parametrize(
    ("score", "colour"),
    [(100, Colour.GREEN), (80, Colour.GREEN), (79.9, Colour.YELLOW), (60, Colour.YELLOW), (59.9, Colour.RED)],
)
def test_the_colours_begin_where_the_docs_say(score: float, colour: Colour) -> None:
    assert colour_of(score) is colour


def test_below_the_minimum_there_is_no_rating_however_good() -> None:
    few = record(counted=MIN_COUNTED - 1, in_time=MIN_COUNTED - 1)
    assert (rate(few).colour, rate(few).score) == (Colour.NONE, None)
    enough = record(counted=MIN_COUNTED, in_time=MIN_COUNTED)
    assert rate(enough).colour is Colour.GREEN


@given(st.integers(5, 50), st.integers(0, 50), st.integers(0, 99), st.data())
def test_being_in_time_once_more_never_makes_it_worse(
    counted: int, told: int, repeats: int, data: st.DataObject
) -> None:
    in_time = data.draw(st.integers(0, counted - 1))
    before, after = (
        rate(record(counted=counted, in_time=n, told_first=told, repeats=repeats)).score for n in (in_time, in_time + 1)
    )
    assert before is not None
    assert after is not None
    assert 0 <= before < after <= 100


@pytest.mark.parametrize("page", ["figures.md", "figures.zh-CN.md"])
def test_the_docs_give_the_numbers_of_the_code(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for name, weight in WEIGHTS.items():
        assert re.search(rf"\| `{name}` \| {weight} \|", text), name
    for number in (f"{GREEN_FROM:.0f}", f"{YELLOW_FROM:.0f}", f"**{MIN_COUNTED}**"):
        assert number in text


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    # Values of the score interval as statistics packages give them (e.g. R: prop.test(..., correct = FALSE)).
    [(0, 0, 0, 1), (5, 5, 0.5655, 1), (0, 10, 0, 0.2775), (8, 10, 0.4902, 0.9433), (81, 263, 0.2553, 0.3662)],
)
def test_few_verdicts_say_little(right: int, total: int, low: float, high: float) -> None:
    assert wilson_interval(right, total) == pytest.approx((low, high), abs=1e-4)


def test_more_right_than_all_is_no_share() -> None:
    with pytest.raises(ValueError, match="3 right of 2"):
        wilson_interval(3, 2)
