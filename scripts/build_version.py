"""The version of a build: a new one for every commit, so that a box that is given a newer build takes it.

    0.1.0                                 a commit with the tag v0.1.0
    0.1.0.dev20261126073922+gf312cfa1c2d  any other: when it was committed (UTC), and which commit it is
    0.1.0.dev20261126073922               a copy without a history: when its newest file was written

A shallow clone, an archive of git's (GitHub's too), a source distribution and a plain copy all know it;
KERBWATCH_BUILD_VERSION overrides it. `python3 scripts/build_version.py` prints it. Standard library only.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

BASE = "0.1.0"
"""The release that is being worked on."""

ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("protocol", "rules", "models", "calibration", "edge_agent", "central")
_STAMP = Path("scripts") / "build_commit.txt"
"""git writes the commit into this file when it makes an archive (`export-subst` in .gitattributes)."""


def find_version(root: Path = ROOT) -> str:
    """Return the version of the sources in `root` (PEP 440)."""
    return (
        os.environ.get("KERBWATCH_BUILD_VERSION")
        or _of_source_distribution(root)
        or _of_git(root)
        or _of_archive(root)
        or _of_newest_file(root)
    )


def _of_source_distribution(root: Path) -> str | None:
    try:
        found = re.search(r"^Version: (\S+)$", (root / "PKG-INFO").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return None
    return found[1] if found else None


def _of_git(root: Path) -> str | None:
    top = _git(root, "rev-parse", "--show-toplevel")
    if not top or Path(top).resolve() != root.resolve():  # a copy inside another repository
        return None
    about = _git(root, "log", "-1", "--format=%ct %h", "--abbrev=11")
    if not about:
        return None
    tag = _git(root, "describe", "--tags", "--exact-match", "--match", "v[0-9]*")
    return tag.removeprefix("v") if tag else _version(*about.split())


def _of_archive(root: Path) -> str | None:
    try:
        found = re.match(r"(\d+) ([0-9a-f]{7,40})", (root / _STAMP).read_text(encoding="utf-8"))
    except OSError:
        return None
    return _version(found[1], found[2][:11]) if found else None


def _of_newest_file(root: Path) -> str:
    times_s = [path.stat().st_mtime for name in _PACKAGES for path in (root / name).rglob("*.py")]
    return _version(str(int(max(times_s, default=0.0))))


def _version(committed_at_s: str, commit: str = "") -> str:
    stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(int(committed_at_s)))
    return f"{BASE}.dev{stamp}" + (f"+g{commit}" if commit else "")


def _git(root: Path, *command: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


VERSION = find_version()
"""What pyproject.toml asks for."""

if __name__ == "__main__":
    print(VERSION)
