"""The labels of evaluation clips: what should be reported, where, and when it is due."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.observation import Box
from rules.zone import Zone


@dataclass(frozen=True, slots=True)
class Expected:
    """One event that must be reported once. `box` is where its object stands (normalised xyxy), None when not told."""

    kind: str
    zone: str
    what: str
    due_s: float
    since_s: float | None = None
    cleared_s: float | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled clip. `view_changed_s` is when its camera was turned for good, None when it was not."""

    path: Path
    zones: tuple[Zone, ...]
    expected: tuple[Expected, ...]
    notes: str
    view_changed_s: float | None = None

    @property
    def name(self) -> str:
        """File name, as predictions name the clip."""
        return self.path.name


class TruthError(ValueError):
    """A truth folder or label cannot be used; the text says which and why."""


def load_truth(folder: Path) -> list[Clip]:
    """Read every label (NAME.json beside its video) of a folder, in the order of names. Raises TruthError."""
    clips = []
    for path in sorted(folder.glob("*.json")):
        try:
            label = json.loads(path.read_text(encoding="utf-8"))
            if "expected" not in label:
                continue
            clips.append(_clip(path.parent, label))
        except (KeyError, TypeError, ValueError) as error:
            raise TruthError(f"{path}: not a label: {error!r}") from error
    if not clips:
        raise TruthError(f"{folder}: no labels (NAME.json beside NAME.mp4) found")
    missing = [clip.name for clip in clips if not clip.path.is_file()]
    if missing:
        raise TruthError(f"{folder}: videos are missing: {', '.join(missing)}")
    return clips


def _clip(folder: Path, label: dict[str, Any]) -> Clip:
    known = ("id", "kind", "polygon", "exclude", "classes", "dwell_s")
    return Clip(
        path=folder / str(label["clip"]),
        zones=tuple(Zone.model_validate({key: zone[key] for key in known if key in zone}) for zone in label["zones"]),
        expected=tuple(_expected(event) for event in label["expected"]),
        notes=str(label.get("notes", "")),
        view_changed_s=_seconds(label.get("view_changed_s")),
    )


def _expected(event: dict[str, Any]) -> Expected:
    box = None
    if event.get("bbox_norm"):
        x, y, width, height = (float(value) for value in event["bbox_norm"])
        box = (x, y, x + width, y + height)
    return Expected(
        kind=str(event["type"]),
        zone=str(event["zone"]),
        what=str(event.get("object", "")),
        due_s=float(event["alarm_due_s"]),
        since_s=_seconds(event.get("dwell_start_s")),
        cleared_s=_seconds(event.get("cleared_s")),
        box=box,
    )


def _seconds(value: object) -> float | None:
    return None if value is None else float(str(value))
