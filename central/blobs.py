"""Bytes by key, in a folder or an S3 bucket (obstore, chosen by URL). Every put is whole or not at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from central.problems import Problem
from protocol.redaction import redact, shown_address

# A box repeats what is not acknowledged; a worker that waits for minutes would lose its broker meanwhile.
_IMPATIENT: dict[str, Any] = {
    "client_options": {"connect_timeout": "5s", "timeout": "20s"},
    "retry_config": {"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
}


class StoreUnavailable(Problem):
    """The evidence store does not answer, or has no room."""

    code = "evidence_store_unavailable"
    status = 503

    def __init__(self, url: str, error: Exception) -> None:
        shown, why = shown_address(url), redact(str(error))
        super().__init__(
            f"证据存储 {shown} 暂不可用：{why}", f"The evidence store {shown} cannot be used at the moment: {why}"
        )


class BlobStore:
    """The bytes. `url`: a folder's path, `s3://bucket/prefix` (credentials by AWS_* variables), or `memory:///`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.folder: Path | None = None
        with self._explained():
            if "://" in url:
                self._store: ObjectStore = from_url(url, **(_IMPATIENT if url.startswith("s3") else {}))
            else:
                self.folder = Path(url).resolve()
                self._store = LocalStore(self.folder, mkdir=True)

    def put(self, key: str, content: bytes, *, durable: bool = True) -> None:
        """Store bytes; `durable`: they survive a power cut once this returns. Raises StoreUnavailable."""
        with self._explained():
            if not (self.folder and durable):
                self._store.put(key, content)
                return
            # On disk first, then under its name: what `exists` after a power cut is whole.
            staged = f"{key}.{os.getpid()}-{threading.get_ident()}.staged"
            self._store.put(staged, content)
            path = self.folder / key
            _sync(self.folder / staged)
            (self.folder / staged).replace(path)
            for folder in (path.parent, path.parent.parent):
                _sync(folder)

    def get(self, key: str) -> bytes:
        """Give the bytes. Raises FileNotFoundError, StoreUnavailable."""
        with self._explained():
            return bytes(self._store.get(key).bytes())

    def exists(self, key: str) -> bool:
        """Say whether there are bytes under `key`. Raises StoreUnavailable."""
        with self._explained():
            try:
                self._store.head(key)
            except FileNotFoundError:
                return False
            return True

    def keys(self, folder: str) -> list[str]:
        """Give the keys under `folder`. Raises StoreUnavailable."""
        with self._explained():
            return [entry["path"] for chunk in self._store.list(folder) for entry in chunk]

    def older(self, folder: str, age: timedelta) -> list[str]:
        """Give the keys under `folder` that were written longer ago than `age`. Raises StoreUnavailable."""
        before = datetime.now(UTC) - age
        with self._explained():
            return [
                entry["path"]
                for chunk in self._store.list(folder)
                for entry in chunk
                if entry["last_modified"] < before
            ]

    def delete(self, keys: Sequence[str]) -> None:
        """Remove bytes; those that are gone already do not matter. Raises StoreUnavailable."""
        for key in keys:
            with self._explained(), suppress(FileNotFoundError):
                self._store.delete(key)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except (BaseError, OSError, ValueError) as error:
            raise StoreUnavailable(self.url, error) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
