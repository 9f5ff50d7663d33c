"""What an officer wants to see in the queue; kept in the page's address, so that it can be returned to and shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from central.cases.lifecycle import CaseState
from central.cases.service import CaseService
from central.cases.views import CaseSummary
from protocol.kinds import ViolationKind

_PAGE = 50
ALL = "all"


@dataclass(frozen=True, slots=True)
class Filters:
    """State and kind (None: all), free text, and whether only what is overdue. By default what waits for review."""

    state: CaseState | None = CaseState.REPORTED
    kind: ViolationKind | None = None
    text: str = ""
    overdue: bool = False

    @classmethod
    def of_query(cls, query: Mapping[str, str]) -> Self:
        """Read filters from a page's query parameters; what is not understood is left at its default."""
        state, kind = query.get("state", ""), query.get("kind", "")
        return cls(
            state=None if state == ALL else CaseState(state) if state in set(CaseState) else CaseState.REPORTED,
            kind=ViolationKind(kind) if kind in set(ViolationKind) else None,
            text=query.get("q", "").strip()[:100],
            overdue=query.get("overdue") == "1",
        )

    @property
    def query(self) -> str:
        """Write the filters as a query string with its "?", empty for the default."""
        values = {
            "state": "" if self.state is CaseState.REPORTED else str(self.state or ALL),
            "kind": str(self.kind or ""),
            "q": self.text,
            "overdue": "1" if self.overdue else "",
        }
        encoded = urlencode({name: value for name, value in values.items() if value})
        return f"?{encoded}" if encoded else ""

    @property
    def is_default(self) -> bool:
        """Whether nothing was chosen."""
        return self == type(self)()

    def waiting(self) -> Filters:
        """Give the same kind and text, but the cases that wait for review."""
        return replace(self, state=CaseState.REPORTED, overdue=False)


def find_cases(cases: CaseService, filters: Filters, at_least: int) -> tuple[list[CaseSummary], bool]:
    """Give `at_least` cases, newest first, in whole pages, and whether there are more."""
    found: list[CaseSummary] = []
    cursor: str | None = None
    while True:
        page = cases.list(
            state=filters.state,
            kind=filters.kind,
            query=filters.text or None,
            overdue=True if filters.overdue else None,
            limit=_PAGE,
            cursor=cursor,
        )
        found += page.items
        cursor = page.next
        if cursor is None or len(found) >= at_least:
            return found, cursor is not None
