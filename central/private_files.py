"""Database, evidence and keys are for the service's own user alone, whatever the umask it was started with."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from central.settings import Settings

_FOR_OTHERS = 0o077


def make_new_files_private() -> None:
    """Set this process's umask, so that every file it makes is 0600 at most, and every folder 0700."""
    os.umask(_FOR_OTHERS)


def close_old_files(settings: Settings) -> None:
    """Close to others what an earlier release left open: the SQLite database and the folder of evidence.

    What belongs to another user, or is not there, is left as it is.
    """
    for path in (*_database_files(settings.database), _evidence_folder(settings.evidence)):
        if path is not None:
            with suppress(OSError):
                path.chmod(path.stat().st_mode & ~_FOR_OTHERS & 0o7777)


def _database_files(url: str) -> list[Path]:
    try:
        parsed = make_url(url)
    except ArgumentError:  # said where the database is opened
        return []
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return []
    return [Path(parsed.database + suffix) for suffix in ("", "-wal", "-shm")]


def _evidence_folder(url: str) -> Path | None:
    return None if "://" in url else Path(url)
