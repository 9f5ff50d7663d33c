"""A box with its key: builds and signs violations, and sends their evidence."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from joserfc.jwk import OKPKey
from PIL import Image, ImageDraw

from protocol import messages, signing, topics
from protocol.ids import derived_id
from protocol.kinds import Subject, ViolationKind
from protocol.messages import EvidenceRef, EvidenceRole, Phase, Rendition, Violation

WIDTH_PX, HEIGHT_PX = 320, 180


@dataclass(frozen=True, slots=True)
class CameraKind:
    """What a camera of a box watches."""

    zone: str
    zone_name: str
    kind: ViolationKind
    subject: Subject
    label: str


CAMERAS = (
    CameraKind("kerb", "禁停路缘", ViolationKind.ILLEGAL_PARKING, Subject.MOTOR_VEHICLE, "car"),
    CameraKind("bikes", "非机动车禁停区", ViolationKind.ILLEGAL_PARKING, Subject.NON_MOTOR_VEHICLE, "bicycle"),
    CameraKind("shopfront", "门前三包区", ViolationKind.STREET_VENDING, Subject.STALL, "stall"),
    CameraKind("square", "广场", ViolationKind.UMBRELLA_STALL, Subject.UMBRELLA, "umbrella"),
)
SLOTS = 5
"""Places beside each other in one picture, which do not overlap."""


@dataclass(slots=True)
class SimulatedStay:
    """Something that stands in slot `slot` of a camera from `since` on; `gone_at`: None while it stands."""

    id: UUID
    box: Box
    camera: int
    slot: int
    since: datetime
    confirmed_at: datetime
    score: float
    gone_at: datetime | None = None


@dataclass(eq=False)
class Box:
    """A box of the city."""

    device: str
    pictures: dict[str, bytes]
    key: OKPKey = field(default_factory=signing.new_private_key)

    def status(self, at: datetime) -> tuple[str, bytes]:
        """Say hello, with the public key."""
        status = messages.Status(
            device=self.device,
            online=True,
            at=at,
            name=f"Cabinet {self.device}",
            software="0.1.0",
            public_key=signing.public_jwk(self.key),
        )
        return topics.status(self.device), status.model_dump_json().encode()

    def violation(self, stay: SimulatedStay, phase: Phase) -> tuple[Violation, bytes]:
        """Build and sign what the box has to say about a stay; give it with its signed form."""
        what = CAMERAS[stay.camera]
        ended_at = stay.gone_at if phase is Phase.CLEARED and stay.gone_at else None
        roles = (
            {EvidenceRole.AFTER: ended_at}
            if ended_at
            else {EvidenceRole.FIRST_SEEN: stay.since, EvidenceRole.CONFIRMED: stay.confirmed_at}
        )
        draw = Random(f"{stay.id} {phase}")
        left = 0.02 + 0.19 * stay.slot
        violation = Violation(
            id=derived_id(ended_at or stay.confirmed_at, self.device, str(stay.id), phase),
            stay_id=stay.id,
            phase=phase,
            device=self.device,
            camera=messages.CameraPlace(
                id=f"cam-{stay.camera + 1}", name=f"{self.device} · {stay.camera + 1}", address=f"{self.device} 路口"
            ),
            zone=messages.ZonePlace(
                id=what.zone, name=what.zone_name, polygon=((0.0, 0.1), (1.0, 0.1), (1.0, 0.9), (0.0, 0.9))
            ),
            kind=what.kind,
            subject=what.subject,
            label=what.label,
            box=(left, 0.4, left + 0.15, 0.7),
            dwell_s=(stay.confirmed_at - stay.since).total_seconds(),
            first_seen_at=stay.since,
            confirmed_at=stay.confirmed_at,
            cleared_at=ended_at,
            time_source=messages.TimeSource.FILE,
            proof=messages.Proof(looks=61, seen=59, missed=0, unknown=2, longest_gap_s=4.0, score=stay.score),
            model="yolox-nano-coco",
            evidence=tuple(
                self._evidence(draw.choice(sorted(self.pictures)), role, rendition, at)
                for role, at in roles.items()
                for rendition in Rendition
            ),
        )
        return violation, signing.sign(violation.model_dump(mode="json"), self.key)

    def _evidence(self, sha256: str, role: EvidenceRole, rendition: Rendition, at: datetime) -> EvidenceRef:
        return EvidenceRef(
            role=role,
            rendition=rendition,
            sha256=sha256,
            bytes=len(self.pictures[sha256]),
            media_type="image/jpeg",
            taken_at=at,
            width_px=WIDTH_PX,
            height_px=HEIGHT_PX,
        )


def draw_pictures(number: int = 24) -> dict[str, bytes]:
    """Draw small pictures that all boxes share; by their hashes."""
    pictures = {}
    for one in range(number):
        image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), (90 + 5 * one, 120, 200 - 5 * one))
        ImageDraw.Draw(image).text((8, 8), f"simulated street {one}", fill=(255, 255, 255))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG")
        pictures[hashlib.sha256(buffer.getvalue()).hexdigest()] = buffer.getvalue()
    return pictures
