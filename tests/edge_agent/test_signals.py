"""The box is told to end, or to read its configuration again, also by people who press keys in a hurry."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from edge_agent.signals import Control, listening

Eventually = Callable[[Callable[[], object], str], None]


@pytest.fixture(autouse=True)
def _no_hard_end() -> Iterator[None]:
    """Nothing ends the tests' own process for good."""
    yield
    faulthandler.cancel_dump_traceback_later()


def test_a_hundred_signals_in_a_row_are_one_word_to_end(eventually: Eventually) -> None:
    control = Control()
    with listening(control):
        for number in range(100):
            os.kill(os.getpid(), (signal.SIGTERM, signal.SIGINT)[number % 2])
        eventually(control.stop.is_set, "the word has come")
    assert not control.reload_asked


def test_signals_that_come_while_their_own_lock_is_held_do_no_harm(eventually: Eventually) -> None:
    control = Control()
    with listening(control), control.stop._cond:  # type: ignore[attr-defined]  # what a handler that sets the event would wait for, for ever
        os.kill(os.getpid(), signal.SIGTERM)
    eventually(control.stop.is_set, "the word has come")


def test_a_hangup_asks_for_the_configuration_and_ends_nothing(eventually: Eventually) -> None:
    control = Control()
    with listening(control):
        os.kill(os.getpid(), signal.SIGHUP)
        eventually(lambda: control.reload_asked, "the word has come")
    assert control.take_reload()
    assert not control.take_reload()
    assert not control.stop.is_set()


def test_the_handlers_that_were_there_before_are_there_again() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with listening(Control()):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_another_thread_than_the_main_one_takes_no_signals() -> None:
    found = []

    def work() -> None:
        with listening(Control()):
            found.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [before]


HANGING = """
import re, sys
from edge_agent import signals
signals.EXIT_WITHIN_S = 0.3
with signals.listening(signals.Control()):
    print("ready", flush=True)
    while True:
        pass
"""


def test_a_process_that_hangs_is_ended_all_the_same() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HANGING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as box:
        assert box.stdout is not None
        assert box.stdout.readline() == "ready\n"
        box.terminate()
        _, said = box.communicate(timeout=60)
    assert box.returncode == 1
    assert "most recent call first" in said
