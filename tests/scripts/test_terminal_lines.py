"""Progress: one line that renews itself on a terminal, few lines in a log."""

from __future__ import annotations

import io

import pytest

from scripts import _terminal
from scripts._terminal import StatusLine, bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_line_takes_its_own_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_terminal, "_RENEW_EVERY_S", 0.0)
    screen = Terminal()
    line = StatusLine(screen)
    line.show("1 of 2")
    line.show("2 of 2")
    line.say("done")
    assert screen.getvalue() == "\r1 of 2\x1b[K\r2 of 2\x1b[K\r\x1b[Kdone\n"


def test_after_something_is_said_the_line_comes_back_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_terminal, "_RENEW_EVERY_S", 0.0)
    screen = Terminal()
    line = StatusLine(screen)
    line.show("waiting")
    line.say("a case")
    line.show("waiting")
    assert screen.getvalue().endswith("a case\n\rwaiting\x1b[K")


def test_in_a_log_progress_is_seldom_and_nothing_is_said_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    line = StatusLine(log)
    line.show("1 of 9")
    line.show("2 of 9")
    line.say("a case")
    monkeypatch.setattr(_terminal, "_LOG_EVERY_S", 0.0)
    line.show("the end")
    line.show("the end")
    assert log.getvalue() == "1 of 9\na case\nthe end\n"


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, "[....]"), (0.5, "[##..]"), (1, "[####]"), (7, "[####]"), (-1, "[....]")]
)
def test_a_bar_is_never_longer_than_itself(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn
