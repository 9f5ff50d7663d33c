"""How much is on its way at once: the window, pure and without a clock."""

from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.uplink.send_window import LONGEST_PAUSE_S, SendWindow


def test_the_window_fills_and_empties() -> None:
    window, violations = SendWindow(4, 30), [uuid4() for _ in range(4)]
    for now_s, violation in enumerate(violations):
        assert window.room(now_s) == 4 - now_s
        window.sent(violation, now_s)
    assert window.room(5) == 0
    window.heard(violations[:2], 6)
    assert window.room(6) == 2


def test_a_silent_centre_gets_one_at_a_time_more_and_more_seldom() -> None:
    window, now_s, pauses = SendWindow(4, 30), 0.0, []
    for _ in range(8):
        window.sent(uuid4(), now_s)
        now_s += 30
        assert window.room(now_s) == 0
        resume_s = window.changes_s(now_s)
        assert resume_s is not None
        pauses.append(round(resume_s - now_s, 6))
        now_s = resume_s
        assert window.room(now_s) == 1
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_S
    window.heard([], now_s)
    assert window.room(now_s) == 4


def test_one_that_is_never_answered_does_not_hold_up_a_centre_that_answers_others() -> None:
    window, stuck, other = SendWindow(2, 30), uuid4(), uuid4()
    window.sent(stuck, 0)
    window.sent(other, 1)
    window.heard([other], 2)
    assert window.room(31) == 2
    assert window.silences == 0


def test_time_offline_is_nobodys_silence() -> None:
    window, violation = SendWindow(2, 30), uuid4()
    window.sent(violation, 0)
    window.reconnected(1000, forgotten=False)
    assert (window.room(1001), window.silences) == (1, 0)
    window.reconnected(2000, forgotten=True)
    assert (window.room(2000), list(window.on_their_way)) == (2, [])


@given(
    st.lists(st.tuples(st.sampled_from(["sent", "heard", "wait"]), st.integers(0, 5), st.floats(0, 100)), max_size=60)
)
def test_there_is_never_more_on_its_way_than_the_window_and_never_a_deadlock(
    steps: list[tuple[str, int, float]],
) -> None:
    window, now_s = SendWindow(3, 10), 0.0
    for what, number, wait_s in steps:
        now_s += wait_s
        room = window.room(now_s)
        if what == "sent" and room:
            window.sent(UUID(int=number), now_s)
        elif what == "heard":
            window.heard([UUID(int=number)], now_s)
        assert len(window.on_their_way) <= 3
        if window.room(now_s) == 0:
            next_s = window.changes_s(now_s)
            assert next_s is not None
            assert next_s > now_s
