"""The demo's services: their words are kept, one that ends by itself is noticed, one that does not end is killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from scripts.demonstration import processes
from scripts.demonstration.failure import DemoError
from scripts.demonstration.processes import Service

PATIENCE_S = 20.0


def service(folder: Path, program: str) -> Service:
    return Service("the-box", [sys.executable, "-c", program], folder / "log", {"WORD": "hello"})


def wait_until_it_says(running: Service, word: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while word not in running.said():
        assert time.monotonic() < end_s, running.said()
        time.sleep(0.02)


def test_a_service_that_ends_by_itself_is_noticed_with_its_last_words(tmp_path: Path) -> None:
    with service(tmp_path, "import os; print('设备', os.environ['WORD']); raise SystemExit(3)") as ended:
        ended._process.wait(PATIENCE_S)
        with pytest.raises(DemoError, match="the-box ended by itself with exit code 3") as told:
            ended.check()
    assert "| 设备 hello" in str(told.value)


def test_a_service_is_asked_to_end(tmp_path: Path) -> None:
    program = "import signal, sys, time\nsignal.signal(15, lambda *_: sys.exit(0))\nprint('ready')\ntime.sleep(600)"
    with service(tmp_path, program) as running:
        wait_until_it_says(running, "ready")
        running.check()
    assert running.exit_code == 0


def test_a_service_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_STOP_LIMIT_S", 0.1)
    program = "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('ready')\ntime.sleep(600)"
    with service(tmp_path, program) as running:
        wait_until_it_says(running, "ready")
    assert running.exit_code == -9


def test_ctrl_c_at_the_keyboard_is_for_the_demo_alone(tmp_path: Path) -> None:
    with service(tmp_path, "import os; print(os.getsid(0) == os.getpid(), 'said')") as running:
        wait_until_it_says(running, "said")
    assert running.said().startswith("True")


def test_the_settings_of_a_real_centre_do_not_reach_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERBWATCH_DATABASE_URL", "postgresql://the-citys-own")
    monkeypatch.setenv("KERBWATCH_CACHE", "/cache")
    program = "import os; print(*(name for name in sorted(os.environ) if name.startswith('KERB')), 'said')"
    with service(tmp_path, program) as running:
        wait_until_it_says(running, "said")
    assert running.said() == "KERBWATCH_CACHE said\n"


def test_only_the_end_of_a_long_log_is_shown(tmp_path: Path) -> None:
    with service(tmp_path, "for i in range(9999): print('line', i)") as running:
        wait_until_it_says(running, "line 9998\n")
    assert running.last_words(2) == "  | line 9997\n  | line 9998"


def test_a_command_that_is_not_installed_is_named() -> None:
    with pytest.raises(DemoError, match="kerbwatch-nothing is not installed"):
        processes.command("kerbwatch-nothing")
