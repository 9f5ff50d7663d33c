"""The database's migrations (Alembic). `upgrade` runs at every start and by `kerbwatch-central migrate`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

_ADVISORY_LOCK = 0x6B657262  # "kerb"


def config(connection: Connection | None = None) -> Config:
    """Make Alembic's configuration; it needs no ini file."""
    alembic = Config()
    alembic.set_main_option("script_location", str(Path(__file__).parent))
    alembic.attributes["connection"] = connection
    return alembic


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest shape. Does nothing when it is there already."""
    with engine.execution_options(kerbwatch_writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":  # two workers may start at once
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        command.upgrade(config(connection), "head")
