"""The messages, as pydantic models. Unknown fields are ignored, so that old and new boxes serve one centre.

Coordinates are fractions of the picture, 0..1, x to the right and y down; boxes are (x1, y1, x2, y2).
Times are timezone-aware; on the wire they are ISO 8601 with an offset.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from protocol.bounds import (
    MAX_CAMERAS,
    MAX_EVENTS,
    MAX_EVIDENCE_FILES,
    MAX_RING_POINTS,
    Address,
    Amount,
    ByteCount,
    Count,
    CutName,
    CutText,
    Detail,
    Identifier,
    Name,
    Pixels,
    Timestamp,
    check_zone_points,
)
from protocol.kinds import Subject, ViolationKind
from protocol.topics import DEVICE_ID_PATTERN

PROTOCOL_MAJOR = 1
PROTOCOL_VERSION = f"{PROTOCOL_MAJOR}.1"

DeviceId = Annotated[str, Field(pattern=DEVICE_ID_PATTERN)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
BoxXyxy = tuple[Fraction, Fraction, Fraction, Fraction]
Point = tuple[Fraction, Fraction]
Ring = Annotated[tuple[Point, ...], Field(max_length=MAX_RING_POINTS)]
EvidenceRefs = Annotated[tuple["EvidenceRef", ...], Field(max_length=MAX_EVIDENCE_FILES)]
Version = Annotated[str, Field(max_length=20)]


class Message(BaseModel):
    """What all messages share: immutable, tolerant of fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class TimeSource(StrEnum):
    """How a box knows when a picture was taken."""

    RTCP = "rtcp"
    ARRIVAL = "arrival"
    FILE = "file"


class EvidenceRole(StrEnum):
    """What a piece of evidence shows."""

    FIRST_SEEN = "first_seen"
    CONFIRMED = "confirmed"
    CLOSE_UP = "close_up"
    CLIP = "clip"
    AFTER = "after"
    ASKED = "asked"
    """Taken because an officer wanted to see the place now; of a PictureResponse, never of a violation."""


class Rendition(StrEnum):
    """The untouched picture, or its copy with zone, box and caption drawn on it."""

    ORIGINAL = "original"
    RENDERED = "rendered"


class EvidenceRef(Message):
    """One evidence file, named by its content."""

    role: EvidenceRole
    rendition: Rendition
    sha256: Sha256
    bytes: int = Field(gt=0, le=2**53 - 1)
    media_type: Identifier = Field(examples=["image/jpeg"])
    taken_at: Timestamp
    width_px: Pixels
    height_px: Pixels


class CameraPlace(Message):
    """Which camera, and where it looks."""

    id: Identifier
    name: Name = ""
    address: Address = ""
    direction: Name = Field(default="", description="for people, e.g. 由北向南 / facing south")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="WGS 84, degrees")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="WGS 84, degrees")


class MapPosition(Message):
    """A place on the ground, where a camera is calibrated against a map."""

    latitude: float = Field(ge=-90, le=90, description="WGS 84, degrees")
    longitude: float = Field(ge=-180, le=180, description="WGS 84, degrees")


class ZonePlace(Message):
    """The zone as it was when the violation happened, so that a picture can be explained years later."""

    id: Identifier
    name: Name = ""
    polygon: Ring
    exclude: tuple[Ring, ...] = ()

    @model_validator(mode="after")
    def _few_points(self) -> Self:
        check_zone_points(self.polygon, self.exclude)
        return self


class Proof(Message):
    """How sure the box is, and of what: looks at the place between first seen and this report."""

    looks: Count = Field(description="looks owed to the place")
    seen: Count = Field(description="the object was there")
    missed: Count = Field(description="the place was visible and the object was not found")
    unknown: Count = Field(description="the place could not be seen")
    longest_gap_s: Amount = Field(description="longest time without seeing it, seconds")
    score: Fraction = Field(description="mean detector score over the looks in which it was detected")


class Phase(StrEnum):
    """A violation is said twice: when it is certain, and when the street is clear again."""

    CONFIRMED = "confirmed"
    CLEARED = "cleared"


class Violation(Message):
    """One violation, confirmed or cleared. Travels signed (protocol.signing)."""

    version: Version = PROTOCOL_VERSION
    id: UUID = Field(description="of this message; the receiver is idempotent by it")
    stay_id: UUID = Field(description="of what stands there: the same for confirmed and cleared")
    phase: Phase
    device: DeviceId
    camera: CameraPlace
    zone: ZonePlace
    kind: ViolationKind
    subject: Subject
    label: Identifier = Field(description="the detector's class, e.g. car", examples=["car"])
    count: int = Field(default=1, ge=1, le=10_000, description="objects in it, for a heap of bikes")
    box: BoxXyxy = Field(description="where it stands")
    position: MapPosition | None = Field(
        default=None, description="the middle of the ground it stands on; only from cameras calibrated on a map"
    )
    dwell_s: Amount = Field(description="how long the zone lets it stand, seconds")
    first_seen_at: Timestamp
    confirmed_at: Timestamp
    cleared_at: Timestamp | None = None
    time_source: TimeSource
    proof: Proof
    model: Identifier = Field(default="", description="detector name", examples=["yolox-nano-coco"])
    evidence: EvidenceRefs = ()
    evidence_dropped: EvidenceRefs = Field(
        default=(), description="evidence that the box had and gave up because its disk was full"
    )


class Refusal(Message):
    """A violation or response that the centre keeps in quarantine for a person, and why."""

    id: UUID
    reason: CutText


class Ack(Message):
    """The centre's word on violations and responses: stored for good, refused, or evidence still missing.

    Since 1.1 it is signed (protocol.acks). One without ids only shows the centre's key.
    """

    version: Version = PROTOCOL_VERSION
    kind: Literal["ack"] = "ack"
    device: DeviceId | None = Field(default=None, description="the box that it is for")
    at: Timestamp | None = Field(default=None, description="when it was signed")
    key: dict[Identifier, Address] | None = Field(
        default=None, max_length=16, description="the centre's public key, JWK, RFC 8037"
    )
    jws: Annotated[str, Field(max_length=1000)] | None = Field(
        default=None, description="detached JWS over all other fields; none from a centre before 1.1"
    )
    stored: tuple[UUID, ...] = ()
    refused: tuple[Refusal, ...] = ()
    missing: tuple[Sha256, ...] = Field(default=(), description="evidence to send again")


class Status(Message):
    """Whether a box is there. Retained; the broker says offline by the box's last will."""

    version: Version = PROTOCOL_VERSION
    device: DeviceId
    online: bool
    at: Timestamp
    name: Name = ""
    software: CutName = ""
    public_key: dict[Identifier, Address] = Field(default_factory=dict, max_length=16, description="JWK, RFC 8037")
    instance: Annotated[str, Field(max_length=64)] = Field(
        default="", description="random, anew at each start of the box: two that alternate are two boxes of one id"
    )


class CameraState(StrEnum):
    """How a camera is."""

    STARTING = "starting"
    OK = "ok"
    UNREACHABLE = "unreachable"
    STALLED = "stalled"
    BLACK = "black"
    FROZEN = "frozen"
    VIEW_CHANGED = "view_changed"
    ENDED = "ended"


class CameraHealth(Message):
    """One camera, since the last health message."""

    id: Identifier
    state: CameraState
    detail: CutText = ""
    last_frame_at: Timestamp | None = None
    looks: Count = 0
    looks_late_p95_s: Amount = 0.0
    open_stays: Count = 0


class HealthEvent(Message):
    """Something that a person should know, once."""

    at: Timestamp
    severity: Literal["info", "warning", "error"]
    code: Identifier = Field(examples=["outbox_dropped_clip", "camera_unreachable", "config_refused"])
    text_zh: CutText
    text_en: CutText
    camera: Identifier | None = None
    detail: Detail = Field(default_factory=dict)


class Health(Message):
    """How a box and its cameras are; every 30 s."""

    version: Version = PROTOCOL_VERSION
    device: DeviceId
    at: Timestamp
    uptime_s: Amount
    software: CutName = ""
    provider: CutName = Field(default="", description="what runs the detector", examples=["CPUExecutionProvider"])
    model: CutName = ""
    outbox_waiting: Count = 0
    outbox_refused: Count = Field(default=0, description="violations that the centre has put into quarantine")
    outbox_bytes: ByteCount = 0
    rss_mb: Amount = 0.0
    disk_free_mb: Amount = 0.0
    cameras: tuple[CameraHealth, ...] = Field(default=(), max_length=MAX_CAMERAS)
    events: tuple[HealthEvent, ...] = Field(default=(), max_length=MAX_EVENTS)


class PictureRequest(Message):
    """The centre asks a box for a picture of one camera as it is now. A box answers it once, however often it comes."""

    version: Version = PROTOCOL_VERSION
    id: UUID = Field(description="of the request; the answer carries it too")
    kind: Literal["picture"] = Field(default="picture", description="what is asked for")
    device: DeviceId
    camera: Identifier = Field(description="the camera's id")
    asked_at: Timestamp
    expires_at: Timestamp = Field(description="no picture is taken after this")
    asked_by: str = Field(default="", max_length=200, description="who asked, for the box's log")


class WhyNoPicture(StrEnum):
    """Why a box gives no picture."""

    UNKNOWN_CAMERA = "unknown_camera"
    NO_PICTURE = "no_picture"
    CAMERA_DARK = "camera_dark"
    EXPIRED = "expired"
    TOO_MANY = "too_many"


class NoPicture(Message):
    """The reason, and the same for people."""

    reason: WhyNoPicture
    text_zh: CutText
    text_en: CutText


class PictureResponse(Message):
    """A picture that was asked for, or why there is none. Travels signed (protocol.signing), after its evidence."""

    version: Version = PROTOCOL_VERSION
    id: UUID = Field(description="of the request that this answers; the receiver is idempotent by it")
    device: DeviceId
    camera: Identifier
    answered_at: Timestamp
    taken_at: Timestamp | None = Field(default=None, description="when the picture was taken")
    time_source: TimeSource | None = None
    camera_state: CameraState | None = Field(default=None, description="how the camera was; none where it is unknown")
    evidence: EvidenceRefs = ()
    refused: NoPicture | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        given = self.taken_at is not None and bool(self.evidence)
        if given == (self.refused is not None) or (self.refused and (self.taken_at or self.evidence)):
            raise ValueError("an answer has a picture (taken_at and evidence), or says why it has none (refused)")
        return self


def check_version(version: str) -> None:
    """Raise ValueError when `version` ("major.minor") is of a major version that we do not speak."""
    major = version.partition(".")[0]
    if major != str(PROTOCOL_MAJOR):
        raise ValueError(
            f"protocol version {version!r} is not supported: this side speaks {PROTOCOL_MAJOR}.x; update it"
        )
