"""Files that are whole or not there, also after a power cut."""

from __future__ import annotations

import os
from pathlib import Path

PART_SUFFIX = ".part"
"""What is still being written is called `.name.pid.part`; it is rubbish once the process is gone."""


def write_durably(path: Path, content: bytes, *, mode: int = 0o644, replace: bool = True) -> None:
    """Write `content` to `path`: on disk and under its name, or not at all.

    With `replace=False` an existing file is left as it is. Raises FileExistsError then, and OSError when the
    disk refuses (full, read-only).
    """
    part = path.with_name(f".{path.name}.{os.getpid()}{PART_SUFFIX}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        if replace:
            part.replace(path)
        else:
            os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable: a synced file under an unsynced name can vanish with the power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_parts(folder: Path) -> None:
    """Remove what a killed process left half-written in `folder`."""
    for part in folder.glob(f".*{PART_SUFFIX}"):
        part.unlink(missing_ok=True)
