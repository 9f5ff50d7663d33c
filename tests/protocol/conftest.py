"""A violation to say, and a box that signs it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from joserfc.jwk import OKPKey

from protocol.kinds import Subject, ViolationKind
from protocol.messages import (
    CameraPlace,
    EvidenceRef,
    EvidenceRole,
    Phase,
    Proof,
    Rendition,
    TimeSource,
    Violation,
    ZonePlace,
)
from protocol.signing import new_private_key

SEEN_AT = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def key() -> OKPKey:
    return new_private_key()


@pytest.fixture
def parked_van() -> Violation:
    """A van that stood for a minute on the kerb."""
    return Violation(
        id=UUID("019690a5-0000-7000-8000-000000000001"),
        stay_id=UUID("019690a5-0000-7000-8000-000000000002"),
        phase=Phase.CONFIRMED,
        device="box-17",
        camera=CameraPlace(id="gate-east", name="东门", address="人民路 3 号", direction="由北向南"),
        zone=ZonePlace(id="kerb", name="路侧", polygon=((0.1, 0.6), (0.6, 0.6), (0.6, 0.9))),
        kind=ViolationKind.ILLEGAL_PARKING,
        subject=Subject.MOTOR_VEHICLE,
        label="truck",
        box=(0.3, 0.5, 0.5, 0.7),
        dwell_s=60,
        first_seen_at=SEEN_AT,
        confirmed_at=SEEN_AT + timedelta(seconds=60),
        time_source=TimeSource.RTCP,
        proof=Proof(looks=31, seen=30, missed=0, unknown=1, longest_gap_s=4, score=0.83),
        model="yolox-nano-coco",
        evidence=(
            EvidenceRef(
                role=EvidenceRole.FIRST_SEEN,
                rendition=Rendition.ORIGINAL,
                sha256="a" * 64,
                bytes=120_000,
                media_type="image/jpeg",
                taken_at=SEEN_AT,
                width_px=1280,
                height_px=720,
            ),
        ),
    )
