"""Signals of the box's process: SIGTERM and SIGINT end it, SIGHUP has the configuration read again.

A Python handler must not take a lock, since it may interrupt the very code that holds it. So the handlers here do
nothing: the interpreter writes each signal's number into a pipe (`signal.set_wakeup_fd`), also while the main thread is
busy in native code, and a thread of its own acts on what it reads.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

EXIT_WITHIN_S = 9.0
"""A process that has been told to end is ended after so long, whatever hangs. All that must last is on disk by then."""

_ENDING = (signal.SIGTERM, signal.SIGINT)
_RELOADING = getattr(signal, "SIGHUP", None)  # Windows has none
_LEAVE = 0  # no signal has this number

_log = logging.getLogger(__name__)


class Control:
    """What the process has been told to do. Thread-safe."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        """Set once the process is to end."""
        self._reload = threading.Event()

    def ask_reload(self) -> None:
        """Have the configuration read again as soon as possible."""
        self._reload.set()

    @property
    def reload_asked(self) -> bool:
        """Whether the configuration is to be read again."""
        return self._reload.is_set()

    def take_reload(self) -> bool:
        """Return whether the configuration is to be read again; whoever asks does it."""
        asked = self._reload.is_set()
        self._reload.clear()
        return asked


@contextmanager
def listening(control: Control) -> Iterator[None]:
    """Tell `control` of signals meanwhile. Does nothing outside the main thread, which alone may take signals.

    From the first SIGTERM or SIGINT on the process has EXIT_WITHIN_S to end; then it is ended with exit code 1 and the
    stacks of its threads on standard error.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    listener = threading.Thread(target=_listen, args=(reader, control), name="signals", daemon=True)
    wanted = [*_ENDING]
    if _RELOADING is not None and signal.getsignal(_RELOADING) is not signal.SIG_IGN:  # nohup means it
        wanted.append(_RELOADING)
    before_fd = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    before = {number: signal.signal(number, _do_nothing) for number in wanted}
    listener.start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before_fd)
        os.set_blocking(writer, True)
        os.write(writer, bytes([_LEAVE]))
        listener.join()
        os.close(writer)
        os.close(reader)


def end_within(seconds: float) -> None:
    """End the process with exit code 1 when it still runs after `seconds`, whatever its threads are waiting for."""
    with suppress(RuntimeError, ValueError, OSError):  # standard error is no file: then without the stacks
        faulthandler.dump_traceback_later(seconds, exit=True)
        return
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()


def _do_nothing(_number: int, _frame: object) -> None:
    """Take a signal; `_listen` acts on it."""


def _listen(reader: int, control: Control) -> None:
    while numbers := os.read(reader, 64):
        for number in numbers:
            if number == _LEAVE:
                return
            if number == _RELOADING:
                control.ask_reload()
            elif number in _ENDING and not control.stop.is_set():
                control.stop.set()
                end_within(EXIT_WITHIN_S)
                _log.info("told to end by %s", signal.Signals(number).name)
