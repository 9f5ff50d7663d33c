"""The labels of evaluation clips: what should be reported, where, and when it is due."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rules.zone import Zone


@dataclass(frozen=True, slots=True)
class Expected:
    """One event that must be reported once."""

    kind: str
    zone: str
    what: str
    due_s: float


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled clip."""

    path: Path
    zones: tuple[Zone, ...]
    expected: tuple[Expected, ...]
    notes: str

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


def _clip(folder: Path, label: dict[str, object]) -> Clip:
    zones: list[dict[str, object]] = label["zones"]  # type: ignore[assignment]
    expected: list[dict[str, object]] = label["expected"]  # type: ignore[assignment]
    known = ("id", "kind", "polygon", "exclude", "classes", "dwell_s")
    return Clip(
        path=folder / str(label["clip"]),
        zones=tuple(Zone.model_validate({key: zone[key] for key in known if key in zone}) for zone in zones),
        expected=tuple(
            Expected(str(e["type"]), str(e["zone"]), str(e.get("object", "")), float(str(e["alarm_due_s"])))
            for e in expected
        ),
        notes=str(label.get("notes", "")),
    )
