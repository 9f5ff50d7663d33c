"""demo.py and check.py as a person calls them: help at once, clear words for what cannot work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts._steps import closing_line

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def call(python: str, script: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a script with nothing but Python: no site-packages, nothing installed."""
    return subprocess.run(
        [python, str(SCRIPTS / script), *options], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("script", ["demo.py", "check.py"])
def test_help_needs_nothing_installed(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-S", str(SCRIPTS / script), "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    assert "usage:" in done.stdout
    assert "--no-system" in done.stdout


def test_a_clip_without_zones_is_a_mistake_that_is_explained(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    done = call(sys.executable, "demo.py", "--clip", str(tmp_path / "a.mp4"))
    assert done.returncode == 2
    assert "--clip needs --zones" in done.stderr


def test_a_clip_that_is_not_there_is_named() -> None:
    done = call(sys.executable, "demo.py", "--clip", "nowhere.mp4", "--zones", "z.yaml")
    assert done.returncode == 2
    assert "nowhere.mp4" in done.stderr


@pytest.mark.parametrize("script", ["demo.py", "check.py"])
def test_an_older_python_gets_a_sentence_and_no_traceback(script: str) -> None:
    # Version managers keep all Pythons side by side.
    beside = sorted(map(str, Path(sys.base_prefix).parent.glob("*3.[6-9]*/bin/python3")))
    older = next(filter(_works, [*(f"python3.{minor}" for minor in range(6, 11)), *beside]), None)
    if older is None:
        pytest.skip("no Python before 3.11 is installed")
    done = call(older, script)
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Traceback" not in done.stderr


def _works(python: str) -> bool:
    found = shutil.which(python)
    return found is not None and subprocess.run([found, "-V"], capture_output=True, check=False).returncode == 0


def test_a_terminal_that_knows_no_chinese_is_no_reason_to_fail() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "demo.py"), "--help"],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("312 passed, 4 skipped in 91.20s (0:01:31)", "312 passed, 4 skipped in 91.20s (0:01:31)"),
        ("===== 1 failed, 2 passed, 3 warnings in 0.12s =====", "1 failed, 2 passed, 3 warnings in 0.12s"),
        ("\x1b[32m\x1b[32m\x1b[1m3 passed\x1b[0m\x1b[32m in 0.50s\x1b[0m\x1b[0m", "3 passed in 0.50s"),
        ("no tests ran in 0.01s", "no tests ran in 0.01s"),
        ("FAILED tests/test_a.py::test_3_passed in 4 - assert 1", ""),
        ("........... [100%]", ""),
    ],
)
def test_pytestsclosing_line_is_known_from_others(printed: str, read: str) -> None:
    assert closing_line(printed.encode()) == read
