"""the centre's key, the boxes' passwords, and which start of a box speaks.

Revision: 0005
After: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "centre_keys",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("made_at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_centre_keys")),
    )
    op.create_table(
        "device_credentials",
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("password_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_credentials")),
    )
    op.add_column("devices", sa.Column("instance", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("devices", sa.Column("instance_before", sa.String(length=64), nullable=False, server_default=""))


def downgrade() -> None:
    """Take back."""
    op.drop_column("devices", "instance_before")
    op.drop_column("devices", "instance")
    op.drop_table("device_credentials")
    op.drop_table("centre_keys")
