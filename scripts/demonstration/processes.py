"""A program of KerbWatch as a process of its own: started, watched, and stopped in order."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from scripts.demonstration.failure import DemoError

_STOP_LIMIT_S = 20.0
_TAIL_BYTES = 8192


def command(name: str) -> Path:
    """Give one of KerbWatch's commands, as it is installed beside the Python that runs this. Raises DemoError."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        raise DemoError(
            f"{sys.executable} 中未安装 {name}，请去掉 --no-install 后重试。",
            f"{name} is not installed in {sys.executable}: run this without --no-install.",
        )
    return Path(found)


def _surroundings() -> dict[str, str]:
    """Give the environment without the settings of a real centre or box: the demo must not write into its database."""
    kept = ("KERBWATCH_CACHE",)
    return {name: value for name, value in os.environ.items() if not name.startswith("KERBWATCH_") or name in kept}


class Service:
    """A running program; all that it says goes into `log`. As a context manager it is stopped at the end."""

    def __init__(self, name: str, command: Sequence[str | Path], log: Path, env: Mapping[str, str]) -> None:
        self.name = name
        self.log = log
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                env={**_surroundings(), **env, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
                start_new_session=True,  # Ctrl-C is for the demo, which then stops its services in order
            )

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def said(self) -> str:
        """Give all that it has said."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def last_words(self, lines: int = 15) -> str:
        """Give the end of what it has said."""
        with self.log.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - _TAIL_BYTES))
            text = log.read().decode("utf-8", errors="replace")
        return "\n".join(f"  | {line}" for line in text.splitlines()[-lines:])

    def check(self) -> None:
        """Raise DemoError with its last words when it has ended."""
        if self.exit_code is not None:
            raise self.failure()

    def failure(self) -> DemoError:
        """Say that it ended, and what it said last."""
        return DemoError(
            f"{self.name} 意外退出（{self.exit_code}），日志末尾：",
            f"{self.name} ended by itself with exit code {self.exit_code}. Its last words:\n{self.last_words()}",
        )

    def stop(self) -> None:
        """Ask it to end and wait; one that does not is killed."""
        if self.exit_code is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_LIMIT_S)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()
