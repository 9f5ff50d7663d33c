"""A ZIP that is given away while it is written: no more than one file of it is in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The same content makes the same file, whenever it is written."""


class _Outlet(io.RawIOBase):
    """Collects what the archive writes until it is taken."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        chunk = bytes(data)  # type: ignore[call-overload]
        self._chunks.append(chunk)
        return len(chunk)

    def take(self) -> bytes:
        taken, self._chunks = b"".join(self._chunks), []
        return taken


def zip_stream(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Give the archive of `files` (name, content) chunk by chunk.

    Pictures are compressed already, so they are stored. When `files` fails half-way the archive has no directory, and
    no reader takes it for whole.
    """
    outlet = _Outlet()
    archive = zipfile.ZipFile(outlet, "w")
    for name, content in files:
        kind = zipfile.ZIP_DEFLATED if name.endswith((".json", ".csv", ".txt", ".yaml", ".md")) else zipfile.ZIP_STORED
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.compress_type = kind
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, content)
        yield outlet.take()
    archive.close()
    yield outlet.take()
