"""The things KerbWatch watches for, with their names as a city platform knows them."""

from __future__ import annotations

from enum import StrEnum


class ViolationKind(StrEnum):
    """Which rule was broken. A zone is of one kind too."""

    ILLEGAL_PARKING = "illegal_parking"
    STREET_VENDING = "street_vending"
    UMBRELLA_STALL = "umbrella_stall"


class Subject(StrEnum):
    """What stands there. Cities count motor and non-motor vehicles as different kinds of case."""

    MOTOR_VEHICLE = "motor_vehicle"
    NON_MOTOR_VEHICLE = "non_motor_vehicle"
    STALL = "stall"
    UMBRELLA = "umbrella"


KIND_NAMES: dict[ViolationKind, dict[Subject, tuple[str, str]]] = {
    ViolationKind.ILLEGAL_PARKING: {
        Subject.MOTOR_VEHICLE: ("机动车乱停放", "Illegally parked motor vehicle"),
        Subject.NON_MOTOR_VEHICLE: ("非机动车乱停放", "Illegally parked bicycle or e-bike"),
    },
    ViolationKind.STREET_VENDING: {Subject.STALL: ("占道经营", "Street vending")},
    ViolationKind.UMBRELLA_STALL: {Subject.UMBRELLA: ("违规撑伞", "Umbrella stall")},
}
"""(Chinese, English) name of a case by kind and subject."""


def kind_name(kind: ViolationKind, subject: Subject, language: str = "zh") -> str:
    """Name a case for people; `language` starts with "zh" for Chinese, anything else is English."""
    chinese, english = KIND_NAMES[kind][subject]
    return chinese if language.lower().startswith("zh") else english
