"""What a message may hold: everything that a box says fits, and what cannot be shown or stored is refused or cut."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from joserfc.jwk import OKPKey
from pydantic import JsonValue, ValidationError

from protocol import bounds
from protocol.messages import CameraHealth, CameraState, EvidenceRef, Health, HealthEvent, Violation, ZonePlace
from protocol.signing import UnsignableError, read_json, sign, unwrap, verify

AT = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)


def health(**changes: Any) -> Health:
    return Health.model_validate({"device": "box-17", "at": AT.isoformat(), "uptime_s": 5.0} | changes)


@pytest.mark.parametrize(
    "date",
    [
        "0001-01-01T00:00:00+00:00",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59+00:00",
        "9999-12-31T23:59:59-23:59",
        "1969-12-31T23:59:59+00:00",
        "2100-01-01T00:00:00+00:00",
    ],
)
@pytest.mark.parametrize("field", ["first_seen_at", "confirmed_at", "cleared_at"])
def test_a_date_out_of_this_world_is_refused_with_its_place(parked_van: Violation, field: str, date: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Violation.model_validate(parked_van.model_dump(mode="json") | {field: date})
    (fault,) = refused.value.errors()
    assert fault["loc"] == (field,)
    assert "out of bounds" in fault["msg"]


def test_a_box_without_a_battery_clock_can_say_that_it_is_there() -> None:
    assert health(at="1970-01-01T00:00:12+00:00").at.year == 1970


@pytest.mark.parametrize(
    "change",
    [
        {"uptime_s": math.inf},
        {"uptime_s": 1e308},
        {"uptime_s": -1},
        {"disk_free_mb": math.nan},
        {"outbox_bytes": 10**400},
        {"outbox_waiting": 2**31},
        {"cameras": [{"id": "c", "state": "ok", "looks_late_p95_s": math.inf}]},
        {"cameras": [{"id": "c", "state": "ok"}] * (bounds.MAX_CAMERAS + 1)},
        {"cameras": [{"id": "c" * 101, "state": "ok"}]},
        {"cameras": [{"id": "c\0", "state": "ok"}]},
    ],
)
def test_numbers_and_lists_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        health(**change)


def test_a_long_error_text_of_a_camera_is_cut_and_the_message_goes_out() -> None:
    camera = CameraHealth(id="c", state=CameraState.UNREACHABLE, detail="x" * 20_000)
    event = HealthEvent(
        at=AT,
        severity="error",
        code="camera_unreachable",
        text_zh="长" * 6_000,
        text_en="null \0 and half \ud800",
        detail={"ratio": math.nan, "count": 3},
    )
    assert len(camera.detail) == len(event.text_zh) == bounds.MAX_TEXT_CHARS
    assert event.text_zh.endswith("…")
    assert event.text_en == "null \N{REPLACEMENT CHARACTER} and half \N{REPLACEMENT CHARACTER}"
    assert event.detail == {"ratio": None, "count": 3}
    assert read_json(health(cameras=[camera], events=[event]).model_dump_json().encode())["events"]


def test_figures_beside_an_event_that_are_too_many_are_left_out() -> None:
    long: dict[str, JsonValue] = {str(number): "x" * 90 for number in range(50)}
    event = HealthEvent(at=AT, severity="info", code="c", text_zh="", text_en="", detail=long)
    assert event.detail == {"truncated": True}


def test_the_largest_violation_that_the_types_allow_can_be_sent_and_verified(
    parked_van: Violation, key: OKPKey
) -> None:
    ring = [[1 / 3, 2 / 3]] * bounds.MAX_RING_POINTS
    name, address = "长" * bounds.MAX_NAME_CHARS, "长" * bounds.MAX_ADDRESS_CHARS
    camera = {"id": "c" * 100, "name": name, "address": address, "direction": name, "latitude": 1 / 3, "longitude": 1}
    file = parked_van.evidence[0].model_dump(mode="json") | {"bytes": 2**53 - 1, "taken_at": AT.isoformat()}
    largest = parked_van.model_copy(
        update=Violation.model_validate(
            parked_van.model_dump(mode="json")
            | {
                "camera": camera,
                "zone": {"id": "z" * 100, "name": name, "polygon": ring, "exclude": [ring]},
                "label": name,
                "model": name,
                "evidence": [file] * bounds.MAX_EVIDENCE_FILES,
                "evidence_dropped": [file] * bounds.MAX_EVIDENCE_FILES,
            }
        ).__dict__
    )
    document = sign(largest.model_dump(mode="json"), key)
    assert len(document) <= bounds.MAX_SIGNED_BYTES
    message, signature = unwrap(document)
    verify(message, signature, key.as_dict(private=False))  # type: ignore[arg-type]
    assert Violation.model_validate(message) == largest


def test_a_zone_of_too_many_points_is_refused(parked_van: Violation) -> None:
    ring = [[0.1, 0.2]] * 200
    with pytest.raises(ValidationError, match="at most 512 points with its exclusions, this one has 600"):
        ZonePlace.model_validate({"id": "z", "polygon": ring, "exclude": [ring, ring]})
    with pytest.raises(ValidationError):
        EvidenceRef.model_validate(parked_van.evidence[0].model_dump() | {"width_px": 10**9})


@pytest.mark.parametrize("text", [b'{"x": NaN}', b'{"x": -Infinity}', b"[" * 50_000, b"\xff", b"1" * 5_000])
def test_what_is_no_json_is_said_to_be_none(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_json(text)


def test_what_nobody_can_have_signed_is_told_apart_from_a_wrong_signature(key: OKPKey) -> None:
    _, signature = unwrap(sign({"id": str(UUID(int=1))}, key))
    for wrong in (1e400, 2**60, "\ud800"):
        with pytest.raises(UnsignableError):
            verify({"x": wrong}, signature, key.as_dict(private=False))  # type: ignore[arg-type]
