"""The outbox keeps a violation until the centre's word, and the centre's word may come twice, late or never."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.queue import LONGEST_BACKOFF_S, PROMPT_REPEATS
from edge_agent.outbox.store import BoxStore
from protocol.messages import Ack, Refusal
from rules.event import EventPhase

Make = Callable[..., Outgoing]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BoxStore]:
    store = BoxStore(tmp_path, 10**9)
    yield store
    store.close()


def ids(store: BoxStore, now_s: float = 0) -> list[UUID]:
    return [waiting.id for waiting in store.outbox.due(now_s, 100)]


def test_the_oldest_is_sent_first(store: BoxStore, some_violation: Make) -> None:
    violations = [some_violation(f"s{number}") for number in (3, 1, 2)]
    for one in violations:
        store.commit([one], {})
    assert ids(store) == [one.violation.id for one in violations]
    assert [one.id for one in store.outbox.due(0, 1)] == [violations[0].violation.id]
    assert [one.id for one in store.outbox.due(0, 1, besides=[violations[0].violation.id])] == [
        violations[1].violation.id
    ]


def test_a_cleared_never_overtakes_its_confirmed(store: BoxStore, some_violation: Make) -> None:
    confirmed, cleared, other = some_violation("s1"), some_violation("s1", EventPhase.CLEARED), some_violation("s2")
    store.commit([confirmed, cleared, other], {})
    assert ids(store) == [confirmed.violation.id, other.violation.id]
    store.outbox.settle(Ack(stored=(confirmed.violation.id,)))
    assert ids(store) == [cleared.violation.id, other.violation.id]


def test_an_unanswered_one_is_sent_again_more_and_more_seldom(store: BoxStore, some_violation: Make) -> None:
    store.commit([some_violation()], {})
    (violation,) = ids(store)
    now_s, gaps = 0.0, []
    for _ in range(12):
        store.outbox.mark_sent(violation, now_s, ack_timeout_s=1.0)
        assert ids(store, now_s) == []
        due_s = store.outbox.next_due_s()
        assert due_s is not None
        assert ids(store, due_s) == [violation]
        gaps.append(round(due_s - now_s, 6))
        now_s = due_s
    assert gaps[0] >= 1.0
    assert all(later >= 1.5 * earlier or later == LONGEST_BACKOFF_S for earlier, later in itertools.pairwise(gaps))
    assert gaps[-1] == LONGEST_BACKOFF_S


def test_what_is_stored_goes_with_its_files_unless_another_lists_them(
    store: BoxStore, some_violation: Make, tmp_path: Path
) -> None:
    first, second = some_violation("s1"), some_violation("s2")
    shared = Outgoing(
        second.violation.model_copy(update={"evidence": (*second.violation.evidence, first.evidence[0].ref)}),
        (*second.evidence, first.evidence[0]),
    )
    store.commit([first, shared], {})
    store.outbox.settle(Ack(stored=(first.violation.id,)))
    left = {path.name for path in (tmp_path / "evidence").iterdir()}
    assert left == {file.ref.sha256 for file in shared.evidence}
    store.outbox.settle(Ack(stored=(second.violation.id,)))
    assert list((tmp_path / "evidence").iterdir()) == []
    assert store.outbox.wait_until_empty(0)


def test_a_repeated_or_unknown_acknowledgement_changes_nothing(store: BoxStore, some_violation: Make) -> None:
    one, other = some_violation("s1"), some_violation("s2")
    store.commit([one, other], {})
    ack = Ack(
        stored=(one.violation.id, UUID(int=7)), refused=(Refusal(id=UUID(int=8), reason="?"),), missing=("0" * 64,)
    )
    for _ in range(3):
        settled = store.outbox.settle(ack)
        assert (settled.refused, settled.asked_again) == ((), ())
    assert ids(store) == [other.violation.id]


def test_a_refused_one_waits_again_when_the_centre_asks_for_its_pictures(store: BoxStore, some_violation: Make) -> None:
    one, other = some_violation("s1"), some_violation("s2")
    store.commit([one, other], {})
    store.outbox.settle(Ack(refused=tuple(Refusal(id=each.violation.id, reason="key") for each in (one, other))))
    store.outbox.settle(Ack(missing=(one.violation.evidence[0].sha256,)))
    assert ids(store) == [one.violation.id]
    assert store.outbox.refused()[0].id == other.violation.id


def test_a_refused_one_is_kept_and_not_sent_again(store: BoxStore, some_violation: Make, tmp_path: Path) -> None:
    one = some_violation()
    store.commit([one], {})
    refusal = Refusal(id=one.violation.id, reason="unknown key")
    assert store.outbox.settle(Ack(refused=(refusal,))).refused == (refusal,)
    assert store.outbox.settle(Ack(refused=(refusal,))).refused == ()
    assert ids(store) == []
    store.close()
    again = BoxStore(tmp_path, 10**9)
    assert again.outbox.refused() == [refusal]
    assert (again.outbox.stats().waiting, again.outbox.stats().refused) == (0, 1)
    assert len(list((tmp_path / "evidence").iterdir())) == 4


def test_missing_evidence_makes_its_violation_due_now_but_not_for_ever_at_full_speed(
    store: BoxStore, some_violation: Make
) -> None:
    one = some_violation()
    store.commit([one], {})
    violation, sha256 = one.violation.id, one.evidence[0].ref.sha256
    for _ in range(PROMPT_REPEATS):
        store.outbox.mark_sent(violation, 0.0)
        assert store.outbox.settle(Ack(missing=(sha256,))).asked_again == (violation,)
        assert ids(store) == [violation]
    store.outbox.mark_sent(violation, 0.0)
    assert store.outbox.settle(Ack(missing=(sha256,))).asked_again == ()
    assert ids(store) == []


def test_after_a_restart_everything_is_due_at_once(store: BoxStore, some_violation: Make, tmp_path: Path) -> None:
    store.commit([some_violation()], {})
    store.outbox.mark_sent(ids(store)[0], 10**6)
    store.close()
    assert len(ids(BoxStore(tmp_path, 10**9))) == 1
