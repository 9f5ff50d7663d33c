"""Numbers that only grow, handed out inside a transaction: two never get the same one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.database import insert_for
from central.tables import Counter

CASES_REVISION = "cases_revision"
OPENINGS = "openings"
"""Advanced, and so held, by whoever looks for the case that a new violation belongs to."""

WRITE_PROBES = "write_probes"
"""Advanced to prove that the database can be written."""


def advance(session: Session, name: str) -> int:
    """Give the next value of the counter `name`, from 1. Holds its row until the transaction ends."""
    statement: Any = insert_for(session, Counter).values(name=name, value=1)
    statement = statement.on_conflict_do_update(
        index_elements=[Counter.name], set_={"value": Counter.value + 1}
    ).returning(Counter.value)
    return int(session.execute(statement).scalar_one())


def current(session: Session, name: str) -> int:
    """Give the counter's present value; 0 when it was never advanced."""
    return session.scalar(select(Counter.value).where(Counter.name == name)) or 0


def number_of_the_day(session: Session, series: str, at: datetime, zone: ZoneInfo) -> tuple[str, int]:
    """Give the site's date at `at` (YYYYMMDD) and the next number of `series` on that day."""
    day = at.astimezone(zone).strftime("%Y%m%d")
    return day, advance(session, f"{series}:{day}")
