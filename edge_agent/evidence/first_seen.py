"""The first picture of each open stay, on disk: it is needed minutes later, perhaps after a restart.

    data_dir/stays/{camera}/{stay}.jpg    the picture
    data_dir/stays/{camera}/{stay}.json   when it was taken, where people are in it, its SHA-256

The JSON is written last: a picture without one, or with one that does not fit, does not count.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from edge_agent.durable import remove_parts, write_durably
from edge_agent.evidence.snapshot import Snapshot, decode_jpeg, encode_jpeg
from rules.observation import Box

MOST_PER_CAMERA = 200

_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_log = logging.getLogger(__name__)


class FirstSeenStills:
    """Keeps at most `most` first pictures per camera; the oldest goes first."""

    def __init__(self, data_dir: Path, jpeg_quality: int = 90, most: int = MOST_PER_CAMERA) -> None:
        self._folder = data_dir / "stays"
        self._jpeg_quality = jpeg_quality
        self._most = most
        self._folder.mkdir(parents=True, exist_ok=True)
        for camera in self._folder.iterdir():
            remove_parts(camera)

    def keep(self, camera: str, stay: str, picture: Snapshot) -> None:
        """Keep the first picture of a stay; one that is kept already stays. Raises OSError when the disk refuses."""
        path = self._path(camera, stay)
        if path.with_suffix(".json").exists():
            return
        path.parent.mkdir(exist_ok=True)
        self._make_room(path.parent)
        content = picture.jpeg or encode_jpeg(picture.frame, self._jpeg_quality)
        about = {
            "stay": stay,
            "taken_at": picture.taken_at.isoformat(),
            "people": [list(person) for person in picture.people or ()],
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        write_durably(path, content)
        write_durably(path.with_suffix(".json"), json.dumps(about).encode())

    def get(self, camera: str, stay: str) -> Snapshot | None:
        """Give the first picture of a stay, exactly as it was kept; None when there is none or it is damaged."""
        path = self._path(camera, stay)
        try:
            about = json.loads(path.with_suffix(".json").read_bytes())
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != about["sha256"]:
                raise ValueError("its content has changed")
            people = tuple(_box(person) for person in about["people"])
            return Snapshot(decode_jpeg(content), datetime.fromisoformat(about["taken_at"]), people, content)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("the first picture of stay %s of camera %s cannot be used: %s", stay, camera, error)
            return None

    def prune(self, camera: str, open_stays: Collection[str]) -> None:
        """Delete the pictures of stays that are no longer open."""
        keep = {self._path(camera, stay).stem for stay in open_stays}
        for path in _files(self._folder / _name(camera)):
            if path.stem not in keep:
                path.unlink(missing_ok=True)

    def _make_room(self, folder: Path) -> None:
        pictures = sorted((path for path in _files(folder) if path.suffix == ".jpg"), key=_age)
        for path in pictures[: max(0, len(pictures) - self._most + 1)]:
            path.with_suffix(".json").unlink(missing_ok=True)
            path.unlink(missing_ok=True)

    def _path(self, camera: str, stay: str) -> Path:
        return self._folder / _name(camera) / f"{_name(stay)}.jpg"


def _name(name: str) -> str:
    """Give a file name for any id: itself where that is safe, else its hash."""
    return name if _SAFE.fullmatch(name) else f"_{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _box(values: list[float]) -> Box:
    x1, y1, x2, y2 = (float(value) for value in values)
    return x1, y1, x2, y2
