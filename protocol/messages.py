"""The messages, as pydantic models. Unknown fields are ignored, so that old and new boxes serve one centre.

Coordinates are fractions of the picture, 0..1, x to the right and y down; boxes are (x1, y1, x2, y2).
Times are timezone-aware; on the wire they are ISO 8601 with an offset.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from protocol.kinds import Subject, ViolationKind
from protocol.topics import DEVICE_ID_PATTERN

PROTOCOL_MAJOR = 1
PROTOCOL_VERSION = f"{PROTOCOL_MAJOR}.0"

DeviceId = Annotated[str, Field(pattern=DEVICE_ID_PATTERN)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
BoxXyxy = tuple[Fraction, Fraction, Fraction, Fraction]
Point = tuple[Fraction, Fraction]


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
    bytes: int = Field(gt=0)
    media_type: str = Field(examples=["image/jpeg"])
    taken_at: AwareDatetime
    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)


class CameraPlace(Message):
    """Which camera, and where it looks."""

    id: str
    name: str = ""
    address: str = ""
    direction: str = Field(default="", description="for people, e.g. 由北向南 / facing south")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="WGS 84, degrees")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="WGS 84, degrees")


class MapPosition(Message):
    """A place on the ground, where a camera is calibrated against a map."""

    latitude: float = Field(ge=-90, le=90, description="WGS 84, degrees")
    longitude: float = Field(ge=-180, le=180, description="WGS 84, degrees")


class ZonePlace(Message):
    """The zone as it was when the violation happened, so that a picture can be explained years later."""

    id: str
    name: str = ""
    polygon: tuple[Point, ...]
    exclude: tuple[tuple[Point, ...], ...] = ()


class Proof(Message):
    """How sure the box is, and of what: looks at the place between first seen and this report."""

    looks: int = Field(ge=0, description="looks owed to the place")
    seen: int = Field(ge=0, description="the object was there")
    missed: int = Field(ge=0, description="the place was visible and the object was not found")
    unknown: int = Field(ge=0, description="the place could not be seen")
    longest_gap_s: float = Field(ge=0, description="longest time without seeing it, seconds")
    score: Fraction = Field(description="mean detector score over the looks in which it was detected")


class Phase(StrEnum):
    """A violation is said twice: when it is certain, and when the street is clear again."""

    CONFIRMED = "confirmed"
    CLEARED = "cleared"


class Violation(Message):
    """One violation, confirmed or cleared. Travels signed (protocol.signing)."""

    version: str = PROTOCOL_VERSION
    id: UUID = Field(description="of this message; the receiver is idempotent by it")
    stay_id: UUID = Field(description="of what stands there: the same for confirmed and cleared")
    phase: Phase
    device: DeviceId
    camera: CameraPlace
    zone: ZonePlace
    kind: ViolationKind
    subject: Subject
    label: str = Field(description="the detector's class, e.g. car", examples=["car"])
    count: int = Field(default=1, ge=1, description="objects in it, for a heap of bikes")
    box: BoxXyxy = Field(description="where it stands")
    position: MapPosition | None = Field(
        default=None, description="the middle of the ground it stands on; only from cameras calibrated on a map"
    )
    dwell_s: float = Field(ge=0, description="how long the zone lets it stand, seconds")
    first_seen_at: AwareDatetime
    confirmed_at: AwareDatetime
    cleared_at: AwareDatetime | None = None
    time_source: TimeSource
    proof: Proof
    model: str = Field(default="", description="detector name", examples=["yolox-nano-coco"])
    evidence: tuple[EvidenceRef, ...] = ()
    evidence_dropped: tuple[EvidenceRef, ...] = Field(
        default=(), description="evidence that the box had and gave up because its disk was full"
    )


class Refusal(Message):
    """A violation or response that the centre keeps in quarantine for a person, and why."""

    id: UUID
    reason: str


class Ack(Message):
    """The centre's word on violations and responses: stored for good, refused, or evidence still missing."""

    stored: tuple[UUID, ...] = ()
    refused: tuple[Refusal, ...] = ()
    missing: tuple[Sha256, ...] = Field(default=(), description="evidence to send again")


class Status(Message):
    """Whether a box is there. Retained; the broker says offline by the box's last will."""

    version: str = PROTOCOL_VERSION
    device: DeviceId
    online: bool
    at: AwareDatetime
    name: str = ""
    software: str = ""
    public_key: dict[str, str] = Field(default_factory=dict, description="JWK, RFC 8037")


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

    id: str
    state: CameraState
    detail: str = ""
    last_frame_at: AwareDatetime | None = None
    looks: int = 0
    looks_late_p95_s: float = 0.0
    open_stays: int = 0


class HealthEvent(Message):
    """Something that a person should know, once."""

    at: AwareDatetime
    severity: Literal["info", "warning", "error"]
    code: str = Field(examples=["outbox_dropped_clip", "camera_unreachable", "config_refused"])
    text_zh: str
    text_en: str
    camera: str | None = None
    detail: dict[str, JsonValue] = Field(default_factory=dict)


class Health(Message):
    """How a box and its cameras are; every 30 s."""

    version: str = PROTOCOL_VERSION
    device: DeviceId
    at: AwareDatetime
    uptime_s: float
    software: str = ""
    provider: str = Field(default="", description="what runs the detector", examples=["CPUExecutionProvider"])
    model: str = ""
    outbox_waiting: int = 0
    outbox_refused: int = Field(default=0, description="violations that the centre has put into quarantine")
    outbox_bytes: int = 0
    rss_mb: float = 0.0
    disk_free_mb: float = 0.0
    cameras: tuple[CameraHealth, ...] = ()
    events: tuple[HealthEvent, ...] = ()


class PictureRequest(Message):
    """The centre asks a box for a picture of one camera as it is now. A box answers it once, however often it comes."""

    version: str = PROTOCOL_VERSION
    id: UUID = Field(description="of the request; the answer carries it too")
    kind: Literal["picture"] = Field(default="picture", description="what is asked for")
    device: DeviceId
    camera: str = Field(description="the camera's id")
    asked_at: AwareDatetime
    expires_at: AwareDatetime = Field(description="no picture is taken after this")
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
    text_zh: str
    text_en: str


class PictureResponse(Message):
    """A picture that was asked for, or why there is none. Travels signed (protocol.signing), after its evidence."""

    version: str = PROTOCOL_VERSION
    id: UUID = Field(description="of the request that this answers; the receiver is idempotent by it")
    device: DeviceId
    camera: str
    answered_at: AwareDatetime
    taken_at: AwareDatetime | None = Field(default=None, description="when the picture was taken")
    time_source: TimeSource | None = None
    camera_state: CameraState | None = Field(default=None, description="how the camera was; none where it is unknown")
    evidence: tuple[EvidenceRef, ...] = ()
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
