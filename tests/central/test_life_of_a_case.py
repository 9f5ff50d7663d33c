"""The table of the life of a case, and the pages that draw it."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.cases.drawing import mermaid, old_pages, table
from central.cases.lifecycle import (
    ACTION_NAMES,
    OPEN,
    STATE_NAMES,
    TABLE,
    TRANSITIONS,
    CaseAction,
    CaseState,
    IllegalStep,
    NotYours,
    Who,
    allowed_actions,
    check_step,
)

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_pages_draw_the_table_that_the_code_runs_on() -> None:
    assert old_pages(DOCS) == {}, "run: python -m central.cases.drawing docs"


def test_a_page_with_an_old_drawing_is_told(tmp_path: Path) -> None:
    for page in DOCS.glob("life-of-a-case*.md"):
        text = page.read_text(encoding="utf-8")
        (tmp_path / page.name).write_text(text.replace("filed --> dispatched", "filed --> closed"), encoding="utf-8")
    assert {path.name for path in old_pages(tmp_path)} == {"life-of-a-case.md", "life-of-a-case.zh-CN.md"}


@pytest.mark.parametrize(("language", "column"), [("zh", 0), ("en", 1)])
def test_every_state_and_every_step_is_drawn_or_listed(language: str, column: int) -> None:
    drawing, rows = mermaid(language), table(language)
    assert all(f'"{STATE_NAMES[state][column]}" as {state}' in drawing for state in CaseState)
    assert all(f"{ACTION_NAMES[action][column]} `{action}`" in rows for action in CaseAction)


def test_no_step_is_said_twice_with_different_ends() -> None:
    pairs = [(state, row.action) for row in TABLE for state in row.states]
    assert len(pairs) == len(set(pairs)) == len(TRANSITIONS)


def test_from_every_open_state_a_case_can_come_to_its_end() -> None:
    for state in OPEN:
        ends, seen = {state}, {state}
        while ends:
            ends = {to for (start, _), to in TRANSITIONS.items() if start in ends} - seen
            seen |= ends
        assert CaseState.CLOSED in seen


def test_a_box_closes_no_case_and_an_officer_reports_none() -> None:
    with pytest.raises(NotYours) as not_yours:
        check_step(CaseState.FILED, CaseAction.CLOSE, Who.BOX)
    assert "by officer or policy or platform, not by box" in not_yours.value.message_en
    with pytest.raises(IllegalStep) as problem:
        check_step(CaseState.REJECTED, CaseAction.DISPATCH, Who.OFFICER)
    assert "不予立案" in problem.value.message_zh
    assert problem.value.allowed == [CaseAction.REOPEN]
    assert CaseAction.OVERDUE not in allowed_actions(CaseState.REPORTED)
