"""How far a download is, as one line that renews itself."""

from __future__ import annotations

from typing import Self, TextIO


class ProgressLine:
    """Use as a context manager and as a `models.sources.ProgressFn`.

    On a terminal one line is renewed; in a log there is one line for each tenth.
    """

    def __init__(self, label: str, stream: TextIO) -> None:
        self._label = label
        self._stream = stream
        self._live = stream.isatty()
        self._tenth = -1

    def __call__(self, done_bytes: int, total_bytes: int | None) -> None:
        """Show `done_bytes` of `total_bytes` (None: not known)."""
        megabytes = f"{done_bytes / 1e6:.1f}"
        tenth = 10 * done_bytes // total_bytes if total_bytes else done_bytes // 10_000_000
        if total_bytes:
            filled = 24 * min(done_bytes, total_bytes) // total_bytes
            bar = "#" * filled + "." * (24 - filled)
            text = f"{self._label} [{bar}] {megabytes} / {total_bytes / 1e6:.1f} MB"
        else:
            text = f"{self._label} {megabytes} MB"
        if self._live:
            self._stream.write(f"\r{text}\x1b[K")
        elif tenth != self._tenth:
            self._stream.write(f"{text}\n")
        self._tenth = tenth
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live and self._tenth >= 0:
            self._stream.write("\n")
            self._stream.flush()
