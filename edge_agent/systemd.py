"""Telling systemd how the service is (sd_notify(3)): one datagram to $NOTIFY_SOCKET, nothing without one."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress


class ServiceManager:
    """The service manager that started this process, if there is one that wants to know."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")

    def ready(self, status: str) -> None:
        """The service works; also after `reloading`."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """The configuration is being read again."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The service ends."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """Something useful was done: the watchdog (WatchdogSec=) starts to count anew."""
        self._tell("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Say in one line what the service is at."""
        self._tell(f"STATUS={text}")

    def _tell(self, *lines: str) -> None:
        if not self._address.startswith(("/", "@")):
            return
        # Linux's abstract sockets begin with a NUL, written as @.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.settimeout(1.0)
            channel.sendto("\n".join(lines).encode(), address)
