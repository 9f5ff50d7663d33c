"""Where weights are kept on this machine, and how a file gets there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.entry import FileSource, ModelEntry

_CHUNK_BYTES = 1 << 20


def default_cache_dir() -> Path:
    """$KERBWATCH_CACHE, else the user's cache folder (XDG Base Directory Specification), plus `models`."""
    own = os.environ.get("KERBWATCH_CACHE")
    if own:
        return Path(own).expanduser() / "models"
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(xdg) if Path(xdg).is_absolute() else Path.home() / ".cache"  # the specification: ignore relative ones
    return base / "kerbwatch" / "models"


def weights_path(entry: ModelEntry, cache_dir: Path | None = None) -> Path:
    """Where the weights of `entry` lie, fetched or not. The hash in the name lets old and new versions coexist."""
    if isinstance(entry.source, FileSource):
        return entry.source.file
    return (cache_dir or default_cache_dir()) / f"{entry.name}-{entry.sha256[:16]}.onnx"


def sha256_of(path: Path) -> str:
    """Hash a file, in lower-case hexadecimal. Raises OSError where it cannot be read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def staging_folder(target: Path) -> Iterator[Path]:
    """Give a fresh folder on the same file system as `target`, so that a rename into place is atomic."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=target.parent) as folder:
        yield Path(folder)


def put_in_place(staged: Path, target: Path) -> None:
    """Make `staged` be `target`: on the disk first, then renamed, so that a power cut leaves no half file."""
    with staged.open("rb+") as file:
        os.fsync(file.fileno())
    staged.replace(target)
