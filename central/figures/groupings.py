"""By what the cases are counted: for each a key that does not change, and a name for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, case, func, literal, type_coerce

from central.cases.states import Names
from central.figures.period import Period, Slice
from central.tables import Case
from protocol.kinds import KIND_NAMES, Subject, ViolationKind


class Grouping(StrEnum):
    """By what to count."""

    MONTH = "month"
    DAY = "day"
    KIND = "kind"
    DISTRICT = "district"
    ZONE = "zone"
    OWNER = "owner"
    OFFICER = "officer"
    CAMERA = "camera"
    DEVICE = "device"
    MODEL = "model"


GROUPING_NAMES: dict[Grouping, Names] = {
    Grouping.MONTH: ("月份", "Month"),
    Grouping.DAY: ("日期", "Day"),
    Grouping.KIND: ("类型", "Kind"),
    Grouping.DISTRICT: ("辖区", "District"),
    Grouping.ZONE: ("区域", "Zone"),
    Grouping.OWNER: ("责任单位", "Owner"),
    Grouping.OFFICER: ("办理人", "Officer"),
    Grouping.CAMERA: ("摄像机", "Camera"),
    Grouping.DEVICE: ("设备", "Box"),
    Grouping.MODEL: ("检测模型", "Detector"),
}

NOBODY: dict[Grouping, Names] = {
    Grouping.DISTRICT: ("未划分", "not assigned"),
    Grouping.OWNER: ("未登记", "not registered"),
    Grouping.OFFICER: ("未经人工", "no person yet"),
    Grouping.MODEL: ("未知", "unknown"),
}
"""What the empty key means."""


_AFTER_NUMBER = "\x1f"


@dataclass(frozen=True, slots=True)
class Keys:
    """A grouping in SQL: the key, and what is known of its name; the greatest of the group is read by `names_of`."""

    key: ColumnElement[str]
    name: ColumnElement[str]


def keys_of(grouping: Grouping | None, period: Period) -> Keys:
    """Say how to group; None puts all cases into one group."""
    if grouping is None:
        return Keys(literal(""), literal(""))
    if grouping in (Grouping.MONTH, Grouping.DAY):
        label = _slice_label(period.months() if grouping is Grouping.MONTH else period.days())
        return Keys(label, label)
    columns: dict[Grouping, tuple[Any, Any]] = {
        Grouping.KIND: (_joined(type_coerce(Case.kind, String), type_coerce(Case.subject, String)), literal("")),
        Grouping.DISTRICT: (Case.district, Case.district),
        Grouping.ZONE: (_joined(Case.device_id, Case.camera_id, Case.zone_id), _newest(Case.zone_name)),
        Grouping.OWNER: (func.coalesce(Case.owner_id, ""), func.coalesce(Case.owner_id, "")),
        Grouping.OFFICER: (func.coalesce(Case.officer, ""), func.coalesce(Case.officer, "")),
        Grouping.CAMERA: (_joined(Case.device_id, Case.camera_id), _newest(Case.camera_name)),
        Grouping.DEVICE: (Case.device_id, Case.device_id),
        Grouping.MODEL: (Case.model, Case.model),
    }
    return Keys(*columns[grouping])


def names_of(grouping: Grouping, key: str, name: str) -> Names:
    """Name a group for people; `name` is what `keys_of` found, or what the site calls it."""
    name = name.rpartition(_AFTER_NUMBER)[2]
    if grouping is Grouping.KIND:
        kind, _, subject = key.partition("/")
        return KIND_NAMES.get(ViolationKind(kind), {}).get(Subject(subject)) or (key, key)
    if key == "" and grouping in NOBODY:
        return NOBODY[grouping]
    return name or key, name or key


def _joined(*columns: Any) -> Any:
    joined = columns[0]
    for column in columns[1:]:
        joined = joined + "/" + column
    return joined


def _newest(name: Any) -> Any:
    """Put the case's number before a name, so that the greatest is that of the newest case: zones are renamed."""
    return Case.number + _AFTER_NUMBER + name


def _slice_label(slices: list[Slice]) -> ColumnElement[str]:
    """Label a case with the slice that it was opened in; no case lies before the first."""
    return case(*((Case.opened_at < cut.end, literal(cut.label)) for cut in slices), else_=literal(slices[-1].label))
