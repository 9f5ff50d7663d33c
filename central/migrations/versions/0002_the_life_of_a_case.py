"""the life of a case: whose it is, its deadlines, its stays, and what others are told.

Revision: 0002
After: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def _of_cases() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("district", sa.Text(), nullable=False, server_default=""),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False, server_default=""),
        sa.Column("officer", sa.String(length=128), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("standing", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("notified_at", _WHEN, nullable=True),
        sa.Column("notify_until", _WHEN, nullable=True),
        sa.Column("filed_at", _WHEN, nullable=True),
        sa.Column("dispatched_at", _WHEN, nullable=True),
        sa.Column("handled_at", _WHEN, nullable=True),
        sa.Column("proposed_close_at", _WHEN, nullable=True),
        sa.Column("closed_at", _WHEN, nullable=True),
        sa.Column("closed_how", sa.String(32), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", _WHEN, nullable=True),
        sa.Column("overdue_at", _WHEN, nullable=True),
    )


def _of_stays() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("camera_id", sa.Text(), nullable=True),
        sa.Column("zone_id", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Double(), nullable=True) for name in ("x1", "y1", "x2", "y2", "latitude", "longitude")),
        *(sa.Column(name, _WHEN, nullable=True) for name in ("first_seen_at", "confirmed_at", "cleared_at")),
    )


def upgrade() -> None:
    """Apply. Cases that are there keep all they have; what their steps tell is filled in."""
    for column in _of_cases():
        op.add_column("cases", column)
    op.create_index("ix_cases_due_at", "cases", ["due_at"])
    op.create_index("ix_cases_merged_into_id", "cases", ["merged_into_id"])
    op.add_column("case_steps", sa.Column("due_at", _WHEN, nullable=True))
    for column in _of_stays():
        op.add_column("stays", column)
    op.create_index("ix_stays_device_id_camera_id_first_seen_at", "stays", ["device_id", "camera_id", "first_seen_at"])
    op.create_index("ix_stays_latitude", "stays", ["latitude"])
    op.add_column("builtin_platform_cases", sa.Column("withdrawn_at", _WHEN, nullable=True))
    op.add_column("builtin_platform_cases", sa.Column("closed_at", _WHEN, nullable=True))
    op.add_column("filing_jobs", sa.Column("order", sa.String(32), nullable=False, server_default="file"))
    with op.batch_alter_table("filing_jobs", schema=None) as batch_op:
        batch_op.drop_constraint("uq_filing_jobs_case_id_connector", type_="unique")
        batch_op.create_unique_constraint("uq_filing_jobs_case_id_connector_order", ["case_id", "connector", "order"])
    op.create_table(
        "notice_jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", _WHEN, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("delivered_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notice_jobs_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_jobs")),
        sa.UniqueConstraint("case_id", name=op.f("uq_notice_jobs_case_id")),
    )
    op.create_index("ix_notice_jobs_state_next_try_at", "notice_jobs", ["state", "next_try_at"])
    _fill_in()


def _fill_in() -> None:
    op.execute("UPDATE cases SET standing = CASE WHEN cleared_at IS NULL THEN 1 ELSE 0 END")
    for column in ("first_seen_at", "confirmed_at", "cleared_at"):  # a case was of one stay
        op.execute(f"UPDATE stays SET {column} = (SELECT c.{column} FROM cases c WHERE c.id = stays.case_id)")
    decided = "SELECT {what} FROM case_steps s WHERE s.case_id = cases.id AND s.action IN ({actions}) {where}"
    filed_at = decided.format(what="MIN(s.at)", actions="'confirm'", where="")
    officer = decided.format(
        what="MAX(s.actor)", actions="'confirm', 'reject'", where="AND s.origin IN ('console', 'api')"
    )
    op.execute(f"UPDATE cases SET filed_at = ({filed_at}), officer = ({officer})")


def downgrade() -> None:
    """Take back."""
    op.drop_table("notice_jobs")
    op.execute("DELETE FROM filing_jobs WHERE \"order\" <> 'file'")
    with op.batch_alter_table("filing_jobs", schema=None) as batch_op:
        batch_op.drop_constraint("uq_filing_jobs_case_id_connector_order", type_="unique")
        batch_op.create_unique_constraint("uq_filing_jobs_case_id_connector", ["case_id", "connector"])
        batch_op.drop_column("order")
    for column in ("closed_at", "withdrawn_at"):
        op.drop_column("builtin_platform_cases", column)
    op.drop_index("ix_stays_latitude", "stays")
    op.drop_index("ix_stays_device_id_camera_id_first_seen_at", "stays")
    for column in reversed(_of_stays()):
        op.drop_column("stays", column.name)
    op.drop_column("case_steps", "due_at")
    op.drop_index("ix_cases_merged_into_id", "cases")
    op.drop_index("ix_cases_due_at", "cases")
    for column in reversed(_of_cases()):
        op.drop_column("cases", column.name)
