"""The order in which an officer goes through cases: that of the queue, kept while cases come, go and are decided."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID


class ReviewOrder:
    """Ids of cases as in the queue, newest first, always with the case that is open."""

    def __init__(self, current: UUID) -> None:
        self._ids: list[UUID] = [current]
        self._current = current

    def open(self, case_id: UUID) -> None:
        """Go to a case. One that is not in the order stands before all others."""
        if case_id not in self._ids:
            self._ids.insert(0, case_id)
        self._current = case_id

    def refresh(self, ids: Iterable[UUID]) -> None:
        """Take over the queue as it is now.

        The open case may no longer be in it, because it was decided: then it keeps its place before the
        one that came after it.
        """
        fresh = list(ids)
        if self._current not in fresh:
            known = set(fresh)
            follower = next((i for i in self._below() if i in known), None)
            if follower is not None:
                fresh.insert(fresh.index(follower), self._current)
            elif len(self._ids) > 1 and not self._below():
                fresh.append(self._current)
            else:
                fresh.insert(0, self._current)
        self._ids = fresh

    @property
    def position(self) -> tuple[int, int]:
        """Where the open case stands, from 1, and of how many."""
        return self._ids.index(self._current) + 1, len(self._ids)

    def neighbour(self, step: int) -> UUID | None:
        """Give the case `step` places further (down the queue is positive); None past the ends."""
        at = self._ids.index(self._current) + step
        return self._ids[at] if 0 <= at < len(self._ids) else None

    def next_of(self, waiting: Iterable[UUID]) -> UUID | None:
        """Give the next of the `waiting` cases: the first one further down the queue, else the newest one."""
        candidates = [i for i in waiting if i != self._current]
        among = set(candidates)
        return next((i for i in self._below() if i in among), candidates[0] if candidates else None)

    def _below(self) -> list[UUID]:
        return self._ids[self._ids.index(self._current) + 1 :]
