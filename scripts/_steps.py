"""The steps of a check: run one after the other, each told with its time, pytest's closing line kept for the end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from scripts._terminal import StatusLine

_SUMMARY = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+ in [\d.:s() ]+|no tests ran.*?)\s*=*$")


class Report:
    """What passed and what did not, with the time that each step took."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._steps: list[tuple[str, bool, float]] = []
        self._screen = StatusLine(sys.stdout)

    def step(self, name: str, *command: str) -> None:
        """Run a command; what it says is shown when it fails."""
        self._screen.say(f"--- {name}")
        started_s = time.monotonic()
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode != 0:
            self._screen.say((done.stdout + done.stderr).rstrip())
        self._add(name, done.returncode == 0, started_s)

    def tests(self, *command: str) -> str:
        """Run the tests, shown as they run; give pytest's closing line."""
        self._screen.say("--- tests")
        started_s = time.monotonic()
        summary = ""
        with subprocess.Popen(command, cwd=self._folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as pytest:
            assert pytest.stdout is not None
            # In the pieces in which they come: pytest ends a line of dots only when it is full.
            rest = b""
            while piece := os.read(pytest.stdout.fileno(), 65536):
                sys.stdout.buffer.write(piece)
                sys.stdout.flush()
                *lines, rest = (rest + piece).split(b"\n")
                summary = next(filter(None, map(closing_line, reversed(lines))), summary)
        self._add("tests", pytest.returncode == 0, started_s)
        return closing_line(rest) or summary

    def close(self) -> bool:
        """Print how each step went; say whether all is well."""
        self._screen.say("")
        for name, passed, seconds in self._steps:
            self._screen.say(f"{'ok    ' if passed else 'FAILED'} {name:<20} {seconds:6.1f} s")
        return all(passed for _, passed, _ in self._steps)

    def _add(self, name: str, passed: bool, started_s: float) -> None:
        self._steps.append((name, passed, time.monotonic() - started_s))


def closing_line(line: bytes) -> str:
    """Give what pytest closes with, e.g. `3 passed in 0.50s`; empty when `line` is none of these."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line.decode("utf-8", "replace")).strip()
    found = _SUMMARY.match(plain)
    return found[1].strip() if found else ""
