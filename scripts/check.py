#!/usr/bin/env python3
"""Everything that a change has to pass: style, types, import contracts, tests. Needs Python 3.11+ and a network.

python3 scripts/check.py                everything
python3 scripts/check.py --fast         without what needs a broker, a browser or whole processes
python3 scripts/check.py -k van -x      options that are not known here go to pytest
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts._bootstrap import ROOT, TO_DEVELOP, SetupError, enter_environment
from scripts._system_parts import CHINESE_FONT, CHROMIUM, MOSQUITTO, RTSP_SERVER, can_install, install_missing
from scripts._terminal import StatusLine, speak_plainly

_SUMMARY = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+ in [\d.:s() ]+|no tests ran.*?)\s*=*$")
_MOST_WORKERS = 4


def _options() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        description="检查全部内容：风格、类型、导入约定、测试 / Check style, types, import contracts and tests.",
        epilog="Other options go to pytest, e.g. -k NAME, -x, --lf, or a folder of tests.",
    )
    parser.add_argument("--fast", action="store_true", help="without tests of whole processes and of system parts")
    parser.add_argument("--no-system", action="store_true", help="install nothing with apt-get")
    parser.add_argument("--no-install", action="store_true", help="run in this Python as it is, without .venv")
    return parser.parse_known_args()


class Report:
    """What passed and what did not, with the time that each step took."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, bool, float]] = []
        self._screen = StatusLine(sys.stdout)

    def step(self, name: str, *command: str) -> None:
        """Run a command; what it says is shown when it fails."""
        self._screen.say(f"--- {name}")
        started_s = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode != 0:
            self._screen.say((done.stdout + done.stderr).rstrip())
        self._add(name, done.returncode == 0, started_s)

    def tests(self, *command: str) -> str:
        """Run the tests, shown as they run; give pytest's closing line."""
        self._screen.say("--- tests")
        started_s = time.monotonic()
        summary = ""
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as pytest:
            assert pytest.stdout is not None
            # In the pieces in which they come: pytest ends a line of dots only when it is full.
            rest = b""
            while piece := os.read(pytest.stdout.fileno(), 65536):
                sys.stdout.buffer.write(piece)
                sys.stdout.flush()
                *lines, rest = (rest + piece).split(b"\n")
                summary = next(filter(None, map(_closing_line, reversed(lines))), summary)
        self._add("tests", pytest.returncode == 0, started_s)
        return _closing_line(rest) or summary

    def close(self) -> bool:
        """Print how each step went; say whether all is well."""
        self._screen.say("")
        for name, passed, seconds in self._steps:
            self._screen.say(f"{'ok    ' if passed else 'FAILED'} {name:<20} {seconds:6.1f} s")
        return all(passed for _, passed, _ in self._steps)

    def _add(self, name: str, passed: bool, started_s: float) -> None:
        self._steps.append((name, passed, time.monotonic() - started_s))


def _closing_line(line: bytes) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line.decode("utf-8", "replace")).strip()
    found = _SUMMARY.match(plain)
    return found[1].strip() if found else ""


def _pytest(options: argparse.Namespace, others: list[str]) -> list[str]:
    command = [sys.executable, "-m", "pytest", f"--color={'yes' if sys.stdout.isatty() else 'no'}", "-ra"]
    workers = min(os.cpu_count() or 1, _MOST_WORKERS)
    if workers > 1:
        command += ["-n", str(workers), "--dist", "worksteal"]
    if options.fast:
        command += ["--ignore=tests/e2e", "-m", "not system"]
    return command + others


def main() -> int:
    """Run all and give the exit code."""
    speak_plainly()
    options, others = _options()
    try:
        if not options.no_install:
            enter_environment(__file__, TO_DEVELOP, system=not options.no_system)
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not (options.fast or options.no_system) and can_install():
        install_missing([MOSQUITTO, CHROMIUM, CHINESE_FONT, RTSP_SERVER])
    report, python = Report(), sys.executable
    report.step("ruff check", python, "-m", "ruff", "check", ".")
    report.step("ruff format", python, "-m", "ruff", "format", "--check", ".")
    report.step("mypy", python, "-m", "mypy")
    report.step("import contracts", str(Path(python).with_name("lint-imports")))
    report.step("weights", str(Path(python).with_name("kerbwatch-models")), "pull")
    summary = report.tests(*_pytest(options, others))
    all_is_well = report.close()
    print(summary or "no tests ran", flush=True)
    return 0 if all_is_well else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.stderr.write("\n已停止 / stopped\n")
        sys.exit(130)
