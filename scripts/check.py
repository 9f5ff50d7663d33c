#!/usr/bin/env python3
"""Everything that a change has to pass: style, types, import contracts, tests. Needs Python 3.11+ and a network.

python3 scripts/check.py                everything
python3 scripts/check.py --fast         without what needs a broker, a browser or whole processes
python3 scripts/check.py -k van -x      options that are not known here go to pytest
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts._bootstrap import ROOT, TO_DEVELOP, SetupError, enter_environment
from scripts._steps import Report
from scripts._system_parts import FOR_TESTS, can_install, install_missing
from scripts._terminal import speak_plainly

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
        install_missing(FOR_TESTS)
    report, python = Report(ROOT), sys.executable
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
