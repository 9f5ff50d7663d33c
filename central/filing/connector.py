"""What a platform must be able to do for us."""

from __future__ import annotations

from typing import Protocol

from central.cases.views import CaseDetail


class FilingRefused(Exception):  # noqa: N818 - it is the platform's answer
    """The platform will not take this case, however often it is asked. The text says why."""


class Connector(Protocol):
    """One kind of city-management platform."""

    name: str

    def file(self, case: CaseDetail) -> str:
        """Hand the case over; give the platform's number for it.

        Called again with the same case it must give the same number and make no second case. Raises
        FilingRefused when asking again is of no use; any other exception means "try later".
        """
        ...
