"""Evidence files on the box's disk, each named by its SHA-256."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from edge_agent.durable import remove_parts, write_durably


def fault_in(path: Path, sha256: str) -> str:
    """Read a whole file and say what is wrong with it; empty when its content is what it is named by.

    Raises OSError when it cannot be told now (no permission, too many open files).
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.EIO):
            raise
        return os.strerror(error.errno)
    return "" if found == sha256 else "content changed on disk"


class EvidenceFolder:
    """A folder of files named by their content; what is there is whole (written durably)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        remove_parts(path)

    def path_of(self, sha256: str) -> Path:
        """Give where the file is, or would be."""
        return self.path / sha256

    def put(self, sha256: str, content: bytes) -> None:
        """Write a file durably; one that is there already stays. Raises OSError when the disk refuses."""
        if not self.has(sha256, len(content)):
            write_durably(self.path_of(sha256), content)

    def has(self, sha256: str, size_bytes: int) -> bool:
        """Say whether the file is there in its full length."""
        try:
            return self.path_of(sha256).stat().st_size == size_bytes
        except FileNotFoundError:
            return False

    def remove(self, names: Iterable[str]) -> None:
        """Delete files; one that is gone already is no error."""
        for sha256 in names:
            self.path_of(sha256).unlink(missing_ok=True)

    def remove_all_but(self, wanted: Collection[str]) -> None:
        """Delete every file that nothing refers to (left by a process that was killed before its commit)."""
        self.remove([path.name for path in self.path.iterdir() if path.name not in wanted])
