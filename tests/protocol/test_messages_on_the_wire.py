"""Messages: old and new boxes serve one centre, and what makes no sense is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from protocol import messages
from protocol.kinds import KIND_NAMES, Subject, ViolationKind, kind_name
from protocol.messages import Ack, Health, Status, Violation, check_version


def test_a_field_of_a_newer_box_is_ignored(parked_van: Violation) -> None:
    newer = parked_van.model_dump(mode="json") | {"weather": "rain"}
    assert Violation.model_validate(newer) == parked_van


def test_times_keep_their_offset_and_stay_the_same_moment(parked_van: Violation) -> None:
    wire = parked_van.model_dump(mode="json") | {"first_seen_at": "2026-05-01T16:30:00+08:00"}
    assert Violation.model_validate(wire).first_seen_at == parked_van.first_seen_at


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"first_seen_at": "2026-05-01T08:30:00"}, "first_seen_at"),
        ({"box": [0.1, 0.2, 1.3, 0.4]}, "box"),
        ({"device": "box/17"}, "device"),
        ({"kind": "littering"}, "kind"),
        ({"id": "17"}, "id"),
        ({"count": 0}, "count"),
        ({"evidence": [{"role": "confirmed"}]}, "evidence"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    parked_van: Violation, change: dict[str, Any], place: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Violation.model_validate(parked_van.model_dump(mode="json") | change)
    assert refused.value.errors()[0]["loc"][0] == place


@pytest.mark.parametrize("model", [Violation, Ack, Status, Health])
def test_a_message_cannot_be_changed_after_it_was_made(model: type[messages.Message]) -> None:
    assert model.model_config.get("frozen")


@pytest.mark.parametrize("version", [messages.PROTOCOL_VERSION, "1.9"])
def test_a_minor_version_is_spoken(version: str) -> None:
    check_version(version)


@pytest.mark.parametrize("version", ["2.0", "0.9", "", "one", "11.0"])
def test_another_major_version_is_refused_with_what_to_do(version: str) -> None:
    with pytest.raises(ValueError, match="update"):
        check_version(version)


def test_every_kind_of_case_has_a_chinese_and_an_english_name() -> None:
    assert set(KIND_NAMES) == set(ViolationKind)
    assert {subject for names in KIND_NAMES.values() for subject in names} == set(Subject)
    assert kind_name(ViolationKind.ILLEGAL_PARKING, Subject.NON_MOTOR_VEHICLE, "zh-CN") == "非机动车乱停放"
    assert kind_name(ViolationKind.UMBRELLA_STALL, Subject.UMBRELLA, "en") == "Umbrella stall"
