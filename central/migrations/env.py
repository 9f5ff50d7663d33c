"""Run by Alembic: takes the connection that central.migrations.upgrade gives."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Enum

from central.column_types import UtcDateTime
from central.tables import Base


def _render(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Write our own column types as the plain ones that they are in the database: a migration never changes."""
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String({item.length})"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=_render,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
