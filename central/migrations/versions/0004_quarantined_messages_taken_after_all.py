"""quarantined messages taken after all.

Revision: 0004
After: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("quarantine") as table:
        table.add_column(sa.Column("readmitted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("quarantine") as table:
        table.drop_column("readmitted_at")
