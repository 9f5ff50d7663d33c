"""The embedded platform, for a site that has no other: it takes every case and numbers it by the day.

Its inspectors dispatch, handle and feed back at the console or through the API, as steps of the case itself.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from central import counters
from central.cases.views import CaseDetail, CaseSummary
from central.column_types import now
from central.database import Sessions, insert_or_ignore
from central.tables import BuiltinPlatformCase


class BuiltinPlatform:
    """Keeps its cases in a table of its own."""

    name = "builtin"

    def __init__(self, sessions: Sessions, zone: ZoneInfo) -> None:
        self._sessions = sessions
        self._zone = zone

    def file(self, case: CaseDetail) -> str:
        """Take the case, or open it again; give its number, e.g. 20261123-000001."""
        with self._sessions.write() as session:
            at = now()
            known = session.scalars(select(BuiltinPlatformCase).filter_by(case_id=case.id).with_for_update()).first()
            if known is not None:
                known.withdrawn_at = known.closed_at = None
                return known.number
            day, number = counters.number_of_the_day(session, "builtin", at, self._zone)
            insert_or_ignore(
                session,
                BuiltinPlatformCase,
                case_id=case.id,
                number=f"{day}-{number:06d}",
                received_at=at,
                content=CaseSummary.model_validate(case, from_attributes=True).model_dump(mode="json"),
            )
            return session.scalars(select(BuiltinPlatformCase.number).filter_by(case_id=case.id)).one()

    def withdraw(self, case: CaseDetail) -> None:
        """Strike the case out."""
        self._mark(case, "withdrawn_at")

    def close(self, case: CaseDetail) -> None:
        """Close the case."""
        self._mark(case, "closed_at")

    def _mark(self, case: CaseDetail, column: str) -> None:
        with self._sessions.write() as session:
            mine = update(BuiltinPlatformCase).where(BuiltinPlatformCase.case_id == case.id)
            session.execute(mine.values({column: now()}))
