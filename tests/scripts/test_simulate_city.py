"""A small simulated day, through the centre's real parts, and the accounting after it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from central.tables import StoredViolation
from scripts.simulating.accounting import account
from scripts.simulating.day import simulated_day
from scripts.simulating.figures import figures_of
from scripts.simulating.page import page


def test_a_small_day_is_accounted_for_and_a_violation_without_its_case_is_noticed(tmp_path: Path) -> None:
    with simulated_day(tmp_path, boxes=4, violations=60, seed=1, minutes_per_step=5) as day:
        books, checks = account(day)
        assert [check for check in checks if not check.passed] == []
        assert len(day.ledger.sent) > 40
        assert books.platform
        assert "✗" not in page(figures_of(day, books, checks, 0.0) | {"boxes": 4, "seed": 1, "database": "sqlite"})

        with day.services.sessions.write() as session:
            lost = session.scalars(select(StoredViolation).limit(1)).one()
            lost.case_id = None
        found = [fault for check in account(day)[1] for fault in check.faults]
        assert f"violation {lost.id} belongs to no case" in found
