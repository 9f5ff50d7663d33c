"""Places, and the patterns by which a site file names them."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AfterValidator


@dataclass(frozen=True, slots=True)
class Place:
    """A zone of a camera of a box, by their ids."""

    device: str
    camera: str
    zone: str

    def matches(self, pattern: str) -> bool:
        """Say whether `pattern` ("zone" or "device/camera/zone", with * and ?) names this place."""
        if "/" not in pattern:
            return fnmatchcase(self.zone, pattern)
        parts = zip((self.device, self.camera, self.zone), pattern.split("/"), strict=True)
        return all(fnmatchcase(name, part) for name, part in parts)

    def is_among(self, patterns: tuple[str, ...]) -> bool:
        """Say whether any of `patterns` names this place; no patterns at all name every place."""
        return not patterns or any(self.matches(pattern) for pattern in patterns)


def _check_pattern(pattern: str) -> str:
    if pattern.count("/") not in (0, 2) or not all(part.strip() for part in pattern.split("/")):
        raise ValueError(
            f'{pattern!r} 不是地点，请写区域编号（如 "kerb"）或 "设备/摄像机/区域"，可用 * / '
            f'{pattern!r} names no place: write a zone id like "kerb", or "device/camera/zone", * for any of them'
        )
    return pattern


PlacePattern = Annotated[str, AfterValidator(_check_pattern)]
