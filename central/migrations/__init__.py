"""The database's migrations (Alembic). `upgrade` runs at every start and by `kerbwatch-central migrate`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from central.problems import Problem

_ADVISORY_LOCK = 0x6B657262  # "kerb"


class NewerDatabase(Problem):
    """A newer release has changed the database's shape."""

    code = "database_of_a_newer_release"
    status = 503

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"数据库由更新的版本升级过（{revision}），本版本不认识：请安装那个版本，或恢复升级前的备份",
            f"A newer release has changed the database ({revision}) and this one does not know its shape: install that "
            "release, or restore the backup from before the upgrade",
        )


def config(connection: Connection | None = None) -> Config:
    """Make Alembic's configuration; it needs no ini file."""
    alembic = Config()
    alembic.set_main_option("script_location", str(Path(__file__).parent))
    alembic.attributes["connection"] = connection
    return alembic


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest shape. Does nothing when it is there already. Raises NewerDatabase."""
    with engine.execution_options(kerbwatch_writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":  # two workers may start at once
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        alembic = config(connection)
        known = {script.revision for script in ScriptDirectory.from_config(alembic).walk_revisions()}
        for revision in MigrationContext.configure(connection).get_current_heads():
            if revision not in known:
                raise NewerDatabase(revision)
        command.upgrade(alembic, "head")
