"""The order in which an officer goes from case to case."""

from __future__ import annotations

from uuid import UUID

from central.console.review_order import ReviewOrder

A, B, C, D, NEW = (UUID(int=n) for n in (1, 2, 3, 4, 5))


def order_at(current: UUID, *ids: UUID) -> ReviewOrder:
    order = ReviewOrder(current)
    order.refresh(ids)
    return order


def test_the_next_case_is_the_one_below_in_the_queue() -> None:
    order = order_at(B, A, B, C)
    assert (order.neighbour(1), order.neighbour(-1), order.position) == (C, A, (2, 3))


def test_there_is_nothing_past_the_ends() -> None:
    assert order_at(A, A, B).neighbour(-1) is None
    assert order_at(B, A, B).neighbour(1) is None


def test_a_new_case_above_does_not_change_what_comes_next() -> None:
    order = order_at(B, A, B, C)
    order.refresh([NEW, A, B, C])
    assert (order.neighbour(1), order.position) == (C, (3, 4))


def test_a_decided_case_that_left_the_queue_keeps_its_place_while_it_is_open() -> None:
    order = order_at(B, A, B, C)
    order.refresh([NEW, A, C])
    assert (order.neighbour(-1), order.neighbour(1)) == (A, C)


def test_the_last_case_keeps_its_place_too() -> None:
    order = order_at(C, A, B, C)
    order.refresh([A, B])
    assert (order.neighbour(-1), order.neighbour(1)) == (B, None)


def test_a_case_opened_by_a_link_goes_on_with_the_newest_case() -> None:
    order = order_at(D, A, B)
    assert (order.neighbour(1), order.position) == (A, (1, 3))


def test_after_a_decision_the_next_waiting_case_below_comes_first() -> None:
    order = order_at(B, A, B, C, D)
    assert order.next_of([A, D]) == D


def test_with_none_below_the_newest_waiting_case_comes() -> None:
    assert order_at(C, A, B, C).next_of([NEW, A]) == NEW


def test_when_all_is_decided_there_is_no_next_case() -> None:
    assert order_at(A, A).next_of([A]) is None
    assert order_at(A, A).next_of([]) is None


def test_going_to_a_case_that_is_not_in_the_order_is_possible() -> None:
    order = order_at(B, A, B)
    order.open(NEW)
    order.refresh([A, B])
    assert (order.position, order.neighbour(1)) == ((1, 3), A)
