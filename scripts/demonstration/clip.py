"""The street clip of the demo: OpenCV's `vtest.avi`, fetched where it can be had, verified, and kept in the cache."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from models.cache import default_cache_dir, put_in_place, sha256_of
from models.entry import UrlSource
from models.progress import ProgressLine
from models.sources import ProgressFn, SourceUnavailableError, take_from_url
from scripts._system_parts import can_install, update_lists
from scripts.demonstration.debian_archive import ArchiveError, extract_file
from scripts.demonstration.failure import DemoError

CLIP_NAME = "vtest.avi"
CLIP_SHA256 = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf"

_PACKAGE = "opencv-doc"
_UPSTREAM = "https://raw.githubusercontent.com/opencv/opencv/4.x/samples/data/vtest.avi"
_ASK_EVERY_S = 0.2


class _UnavailableError(Exception):
    """One of the places does not have it; the text says why."""


def cached_clip() -> Path:
    """Where the clip lies once it was fetched."""
    return default_cache_dir().parent / "clips" / CLIP_NAME


def is_cached() -> bool:
    """Say whether the right clip lies in the cache."""
    try:
        return sha256_of(cached_clip()) == CLIP_SHA256
    except OSError:
        return False


def fetch_clip() -> Path:
    """Give the clip, from the cache or from where it can be had; verified by its SHA-256. Raises DemoError."""
    target = cached_clip()
    if is_cached():
        return target
    reasons = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for place, take in ((f"Debian: {_PACKAGE}", _take_from_debian), ("OpenCV's repository", _take_from_opencv)):
            with tempfile.TemporaryDirectory(prefix=".fetching-", dir=target.parent) as folder:
                staged = Path(folder) / CLIP_NAME
                try:
                    with ProgressLine(f"{CLIP_NAME} ({place})", sys.stderr) as progress:
                        take(staged, progress)
                    _check(staged)
                except _UnavailableError as error:
                    reasons.append(f"{place}: {error}")
                    continue
                put_in_place(staged, target)
                return target
    except OSError as error:
        reasons.append(f"{target.parent}: {error}")
    shown = "\n".join(f"  {reason}" for reason in reasons)
    raise DemoError(
        f"无法获取演示视频 {CLIP_NAME}：\n{shown}\n请检查网络后重试；或用自己的视频：python3 scripts/demo.py "
        f"--clip 视频文件 --zones 区域.yaml；或将 {CLIP_NAME} 放到 {target}",
        f"The demo's clip {CLIP_NAME} cannot be had. Check the network and try again; or bring your own: "
        f"python3 scripts/demo.py --clip FILE --zones ZONES.yaml; or put {CLIP_NAME} at {target}",
    )


def _check(staged: Path) -> None:
    found = sha256_of(staged)
    if found != CLIP_SHA256:
        raise _UnavailableError(f"another file came (SHA-256 {found}, expected {CLIP_SHA256}); it is not used")


def _take_from_debian(staged: Path, progress: ProgressFn) -> None:
    """Download the package with apt-get (as any user; nothing is installed) and take the clip out of it."""
    if shutil.which("apt-get") is None:
        raise _UnavailableError("there is no apt-get here")
    said = _download(staged.parent, progress)
    if said is not None and can_install():
        update_lists()  # a fresh system has no lists of packages yet
        said = _download(staged.parent, progress)
    if said is not None:
        raise _UnavailableError(f"apt-get download {_PACKAGE} failed: {said}")
    try:
        extract_file(next(staged.parent.glob("*.deb")), CLIP_NAME, staged)
    except ArchiveError as error:
        raise _UnavailableError(str(error)) from error


def _download(folder: Path, progress: ProgressFn) -> str | None:
    """Fetch the package into `folder`; None when it came, else what apt-get said."""
    total_bytes = _package_bytes()
    with subprocess.Popen(
        ["apt-get", "-qq", "-o", "Acquire::http::Timeout=30", "download", _PACKAGE],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as apt:
        while apt.poll() is None:
            if total_bytes:
                progress(sum(file.stat().st_size for file in folder.glob("*.deb")), total_bytes)
            time.sleep(_ASK_EVERY_S)
        said = apt.stderr.read().strip().splitlines() if apt.stderr else []
    if apt.returncode == 0 and any(folder.glob("*.deb")):
        return None
    return " ".join([line for line in said if line.startswith("E:")][-2:]) or f"exit code {apt.returncode}"


def _package_bytes() -> int | None:
    """Ask apt how large the package is: `'ADDRESS' FILE BYTES HASH`. None when it does not know."""
    command = ["apt-get", "-qq", "download", "--print-uris", _PACKAGE]
    told = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    found = re.search(r"^'\S+' \S+ (\d+)", told.stdout, re.MULTILINE)
    return int(found[1]) if found else None


def _take_from_opencv(staged: Path, progress: ProgressFn) -> None:
    try:
        take_from_url(UrlSource(url=_UPSTREAM), staged.parent, progress).replace(staged)
    except SourceUnavailableError as error:
        raise _UnavailableError(str(error)) from error
