"""Parts of the system that tests and pictures use, installed with apt-get where that is possible.

Standard library only. None of them is needed to run: where one is missing, the tests that use it are skipped by name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

from scripts._terminal import StatusLine

_FONTS = Path("/usr/share/fonts")
_SLOWEST_S = 900


@dataclass(frozen=True)
class SystemPart:
    """A Debian package (or several), what it is for, and how to see that it is there."""

    packages: tuple[str, ...]
    purpose: str
    is_there: Callable[[], bool]


def _has_program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _has_chinese_font() -> bool:
    return any(_FONTS.rglob("*CJK*")) or any(_FONTS.rglob("wqy-*"))


def _has_rtsp_server() -> bool:
    """GStreamer's server is used through the system's own Python, for which Debian packages its bindings."""
    python = Path("/usr/bin/python3")
    if not python.exists():
        return False
    command = [str(python), "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


MOSQUITTO = SystemPart(("mosquitto",), "a real MQTT broker", _has_program("mosquitto"))
CHROMIUM = SystemPart(("chromium",), "a real browser", _has_program("chromium", "chromium-browser", "google-chrome"))
PLAYWRIGHT_LIBRARY = SystemPart(("libatomic1",), "what drives the browser", lambda: find_library("atomic") is not None)
CHINESE_FONT = SystemPart(("fonts-noto-cjk",), "Chinese captions on pictures", _has_chinese_font)
RTSP_SERVER = SystemPart(
    ("gir1.2-gst-rtsp-server-1.0", "python3-gi", "gstreamer1.0-plugins-good", "gstreamer1.0-plugins-bad"),
    "a real RTSP camera",
    _has_rtsp_server,
)
FOR_TESTS = (MOSQUITTO, CHROMIUM, PLAYWRIGHT_LIBRARY, CHINESE_FONT, RTSP_SERVER)


def can_install() -> bool:
    """Say whether packages can be installed here: Debian's apt-get, and the right to use it."""
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def install_missing(parts: Sequence[SystemPart]) -> list[SystemPart]:
    """Install those of `parts` that are not there, and give those that are still missing. Never raises."""
    missing = [part for part in parts if not part.is_there()]
    if missing and can_install():
        install_packages([package for part in missing for package in part.packages])
        missing = [part for part in missing if not part.is_there()]
    for part in missing:
        names = " ".join(part.packages)
        StatusLine().say(f"未安装 {names}，相关部分将跳过 / {names} is not installed ({part.purpose}): skipped")
    return missing


def install_packages(packages: Sequence[str]) -> bool:
    """Install Debian packages, quietly; one by one when they cannot be had together. Say whether all came."""
    names = " ".join(packages)
    StatusLine().say(f"安装系统软件包 {names} / Installing the system's packages {names}")
    if _apt("install", *packages):
        return True
    update_lists()
    if _apt("install", *packages):
        return True
    came = [_apt("install", package) for package in packages]
    return all(came)


def update_lists() -> None:
    """Get the lists of packages anew; a fresh system has none. Never raises."""
    _apt("update")


def _apt(action: str, *packages: str) -> bool:
    command = ["apt-get", "-qq", "-y", "-o", "DPkg::Lock::Timeout=120", action]
    command += ["--no-install-recommends", *packages] if packages else []
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SLOWEST_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
