"""One line that renews itself on a terminal, and says little in a log. Standard library only."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_LOG_EVERY_S = 15.0
_RENEW_EVERY_S = 0.1


class StatusLine:
    """What is being done now. On a terminal each text takes the place of the last one; in a log few are printed."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._said_at_s = float("-inf")
        self._open = False
        self._shown = ""

    def show(self, text: str) -> None:
        """Put `text` in place of what was shown."""
        now_s = time.monotonic()
        if text == self._shown or now_s - self._said_at_s < (_RENEW_EVERY_S if self._live else _LOG_EVERY_S):
            return
        self._shown = text
        self._said_at_s = now_s
        self._stream.write(f"\r{text}\x1b[K" if self._live else f"{text}\n")
        self._stream.flush()
        self._open = self._live

    def say(self, text: str) -> None:
        """Print `text` to stay; what was shown is gone."""
        self.clear()
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Take away what was shown."""
        if self._open:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = ""
        self._open = False
        self._said_at_s = float("-inf")


def bar(share: float, width: int = 24) -> str:
    """Draw how much of something is done; `share` is 0..1."""
    filled = round(width * min(1.0, max(0.0, share)))
    return f"[{'#' * filled}{'.' * (width - filled)}]"


def speak_plainly() -> None:
    """Let Chinese be printed on any terminal: what it cannot show becomes `?`, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
