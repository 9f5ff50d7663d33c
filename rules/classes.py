"""Class names, the groups that detectors confuse, and what each says: read once from vocabulary.yaml."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from protocol.kinds import Subject, ViolationKind
from rules.faults import FaultError


def read_yaml(name: str) -> dict[str, Any]:
    """Read one of this package's own data files."""
    data: dict[str, Any] = yaml.safe_load(resources.files("rules").joinpath(name).read_text(encoding="utf-8"))
    return data


@dataclass(frozen=True, slots=True)
class Scores:
    """Detector scores: `open` makes a stay believed, `keep` carries it on."""

    open: float
    keep: float


_VOCABULARY = read_yaml("vocabulary.yaml")
_GROUP_OF: dict[str, str] = {label: group for group, labels in _VOCABULARY["groups"].items() for label in labels}
_SCORES = {group: Scores(**values) for group, values in _VOCABULARY["scores"].items()}
_WEIGHTS: dict[str, float] = _VOCABULARY["stall_weights"]

PERSON = "person"
MOTOR_VEHICLE = "motor_vehicle"
_SUBJECTS = {MOTOR_VEHICLE: Subject.MOTOR_VEHICLE, "non_motor_vehicle": Subject.NON_MOTOR_VEHICLE}


def known_classes() -> tuple[str, ...]:
    """Give every class name that a zone may use."""
    return tuple(_GROUP_OF)


def check_classes(classes: tuple[str, ...]) -> None:
    """Raise ValueError for a class that no group knows, with the nearest names."""
    for label in classes:
        if label not in _GROUP_OF:
            near = difflib.get_close_matches(label, _GROUP_OF, n=3, cutoff=0.5)
            known = ", ".join(_GROUP_OF)
            hint_en, hint_zh = f"known are: {known}", f"可用的有：{known}"
            if near:
                hint_en, hint_zh = f"did you mean {', '.join(near)}?", f"是否想写 {'、'.join(near)}？"
            raise FaultError(f"unknown class {label!r}: {hint_en}", f"未知类别 {label!r}：{hint_zh}")


def group_of(label: str) -> str:
    """Give the group of a class; a class without one is a group by itself."""
    return _GROUP_OF.get(label, label)


def scores_of(label: str) -> Scores:
    """Give the two score thresholds of a class."""
    return _SCORES.get(group_of(label), _SCORES["default"])


def stall_weight(label: str) -> float:
    """Give how much a standing object of this class says that somebody sells here."""
    return _WEIGHTS.get(label, _WEIGHTS["default"])


def default_classes(kind: ViolationKind) -> tuple[str, ...]:
    """Give what a zone of `kind` looks for when it names no classes."""
    return tuple(_VOCABULARY["default_classes"][kind.value])


def subject_of(kind: ViolationKind, label: str) -> Subject:
    """Give what a violation of `kind` by an object of class `label` is a case of."""
    if kind is ViolationKind.STREET_VENDING:
        return Subject.STALL
    if kind is ViolationKind.UMBRELLA_STALL:
        return Subject.UMBRELLA
    return _SUBJECTS.get(group_of(label), Subject.MOTOR_VEHICLE)
