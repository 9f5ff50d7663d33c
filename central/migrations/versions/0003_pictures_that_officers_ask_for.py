"""pictures that officers ask boxes for.

Revision: 0003
After: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "picture_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=128), nullable=False),
        sa.Column("asked_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("answered_at", _WHEN, nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("signed_by", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_picture_requests_case_id_cases")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_picture_requests_device_id_devices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture_requests")),
    )
    op.create_index("ix_picture_requests_case_id", "picture_requests", ["case_id"])
    op.create_index(
        "ix_picture_requests_device_id_state_expires_at", "picture_requests", ["device_id", "state", "expires_at"]
    )
    op.create_table(
        "picture_evidence",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("rendition", sa.String(32), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("taken_at", _WHEN, nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["picture_requests.id"], name=op.f("fk_picture_evidence_request_id_picture_requests")
        ),
        sa.PrimaryKeyConstraint("request_id", "position", name=op.f("pk_picture_evidence")),
    )
    op.create_index("ix_picture_evidence_sha256", "picture_evidence", ["sha256"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("picture_evidence")
    op.drop_table("picture_requests")
