"""What a platform must be able to do for us, and what it may."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from central.cases.views import CaseDetail


class FilingRefused(Exception):  # noqa: N818 - it is the platform's answer
    """The platform will not take this, however often it is asked. The text says why."""


class Connector(Protocol):
    """One kind of city-management platform."""

    name: str

    def file(self, case: CaseDetail) -> str:
        """Hand the case over; give the platform's number for it.

        Called again with the same case it must give the same number and make no second case; a case that it holds as
        closed or withdrawn is open again then. Raises FilingRefused when asking again is of no use; any other
        exception means "try later".
        """
        ...


@runtime_checkable
class TakesWithdrawals(Protocol):
    """A platform that can be told that a case should not have been filed."""

    def withdraw(self, case: CaseDetail) -> None:
        """Take the case with number `case.external_ref` back. Telling it twice changes nothing. Raises as `file`."""
        ...


@runtime_checkable
class TakesClosings(Protocol):
    """A platform that can be told that the street is clear."""

    def close(self, case: CaseDetail) -> None:
        """Close the case with number `case.external_ref`. Telling it twice changes nothing. Raises as `file`."""
        ...
