"""The embedded platform, for a site that has no other: it takes every case and numbers it by the day."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select

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
        """Take the case; give its number, e.g. 20261123-000001."""
        number_of = select(BuiltinPlatformCase.number).where(BuiltinPlatformCase.case_id == case.id)
        with self._sessions.read() as session:
            known = session.scalar(number_of)
        if known is not None:
            return known
        with self._sessions.write() as session:
            at = now()
            day, number = counters.number_of_the_day(session, "builtin", at, self._zone)
            insert_or_ignore(
                session,
                BuiltinPlatformCase,
                case_id=case.id,
                number=f"{day}-{number:06d}",
                received_at=at,
                content=CaseSummary.model_validate(case, from_attributes=True).model_dump(mode="json"),
            )
            return session.scalars(number_of).one()
