"""The box's configuration: one YAML file. Every key is checked; a key that is not known is a fault.

device: {id: box-17, name: 人民路 3 号箱}
time_zone: Asia/Shanghai
uplink: {broker: "mqtt://user:password@broker.city:1883"}
cameras:
  - id: gate-east
    source: rtsp://10.0.0.21/stream1
    zones:
      - {id: kerb, kind: illegal_parking, polygon: [[0.1, 0.6], [0.6, 0.6], [0.6, 0.9], [0.1, 0.9]]}
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from edge_agent.config.broker_url import Broker
from edge_agent.config.calibration import CalibrationConfig
from edge_agent.config.checks import (
    beside_the_file,
    check_broker,
    check_providers,
    check_source,
    check_there,
    check_time_zone,
)
from edge_agent.config.errors import ConfigError
from edge_agent.config.faults import faults_of, path_of, repeated_ids
from edge_agent.config.reading import read_text
from edge_agent.config.yaml_reading import YamlError, YamlText
from edge_agent.secret_url import SecretUrl
from protocol.bounds import MAX_CAMERAS, Address, Name
from protocol.messages import CameraPlace
from protocol.redaction import remember_secrets_in
from protocol.topics import DEVICE_ID_PATTERN
from rules.faults import FaultError
from rules.zone import Zone

__all__ = ["BoxConfig", "ConfigError", "load_config"]

FilePath = Annotated[Path, AfterValidator(beside_the_file), AfterValidator(check_there)]
PathId = Annotated[str, Field(pattern=DEVICE_ID_PATTERN)]


class _Group(BaseModel):
    # Nothing that stands in the file is quoted by whoever logs a fault: it may be a password.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


class DeviceConfig(_Group):
    """Who the box is. `id` is its name for ever; `name` is for people."""

    id: PathId
    name: Name = ""


class UplinkConfig(_Group):
    """How the box reaches the centre. `in_flight` violations may wait for the centre's word at once."""

    broker: Annotated[SecretUrl, AfterValidator(check_broker)]
    keepalive_s: int = Field(default=60, ge=5, le=3600)
    in_flight: int = Field(default=4, ge=1, le=64)
    ack_timeout_s: float = Field(default=30.0, gt=0, le=3600)
    ca_file: FilePath | None = Field(default=None, description="PEM, when the city signs its own certificates")
    centre_key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")] | None = Field(
        default=None, description="fingerprint that `kerbwatch-central centre-key` prints; none: the first one seen"
    )

    @cached_property
    def address(self) -> Broker:
        """The broker's address, taken apart."""
        return Broker.parse(self.broker.reveal())


class DetectorConfig(_Group):
    """Which detector looks, and with what."""

    model: str = "yolox-nano-coco"
    catalog: FilePath | None = None
    threads: int = Field(default=1, ge=1, le=256)
    providers: Annotated[Literal["auto"] | tuple[str, ...], BeforeValidator(check_providers)] = "auto"


class OutboxConfig(_Group):
    """How much may wait on the disk."""

    budget_mb: float = Field(default=2048, gt=0)


class EvidenceConfig(_Group):
    """How pictures are kept."""

    jpeg_quality: int = Field(default=90, ge=30, le=100)
    blur_people: bool = True
    keep_original: bool = True
    clip_s: float = Field(default=10.0, ge=0, le=15, description="video before the confirmation, seconds; 0 for none")


class RecordingConfig(_Group):
    """How many observations are kept on the disk for replay, all cameras together; 0 keeps none."""

    budget_mb: float = Field(default=1024, ge=0)


class CameraConfig(_Group):
    """One camera and its zones. Coordinates are WGS 84 degrees; `direction` is for people, e.g. 由北向南."""

    id: PathId
    name: Name = ""
    source: Annotated[SecretUrl, AfterValidator(check_source)]
    address: Address = ""
    direction: Name = ""
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    look_every_s: float | None = Field(default=None, gt=0)
    calibration: CalibrationConfig | None = None
    zones: tuple[Zone, ...] = ()

    @property
    def place(self) -> CameraPlace:
        """The camera as messages name it (without its source, which may hold a password)."""
        return CameraPlace(
            id=self.id,
            name=self.name,
            address=self.address,
            direction=self.direction,
            latitude=self.latitude,
            longitude=self.longitude,
        )


def _check_cameras(cameras: tuple[CameraConfig, ...]) -> tuple[CameraConfig, ...]:
    if not cameras:
        raise FaultError("is empty: a box needs at least one camera", "为空，设备至少需要一台摄像机")
    if len(cameras) > MAX_CAMERAS:
        raise FaultError(
            f"has {len(cameras)} cameras: a box serves at most {MAX_CAMERAS}, use another box",
            f"有 {len(cameras)} 台摄像机：一台设备最多 {MAX_CAMERAS} 台，请使用另一台设备",
        )
    return cameras


class BoxConfig(_Group):
    """Everything that a box is told."""

    device: DeviceConfig
    time_zone: Annotated[str, AfterValidator(check_time_zone)] = "Asia/Shanghai"
    uplink: UplinkConfig
    detector: DetectorConfig = DetectorConfig()
    look_every_s: float = Field(default=2.0, gt=0)
    outbox: OutboxConfig = OutboxConfig()
    health_every_s: float = Field(default=30.0, gt=0)
    evidence: EvidenceConfig = EvidenceConfig()
    recording: RecordingConfig = RecordingConfig()
    cameras: Annotated[tuple[CameraConfig, ...], AfterValidator(_check_cameras)]

    @cached_property
    def zone_info(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)


def load_config(path: Path) -> BoxConfig:
    """Read a configuration; relative paths in it are meant from its own folder. Raises ConfigError."""
    try:
        text = read_text(path)
        remember_secrets_in(text)
        document = YamlText(text)
    except YamlError as error:
        raise ConfigError(path, [("", error, None)]) from None
    if not isinstance(document.data, dict):
        fault = FaultError(
            "must be a group of `key: value` lines that begins with `device:`", "应为以 `device:` 开头的一组“键: 值”"
        )
        raise ConfigError(path, [("", fault, None)])
    return _validate(path, document)


def _validate(path: Path, document: YamlText) -> BoxConfig:
    config: BoxConfig | None = None
    faults = repeated_ids(document.data)
    try:
        config = BoxConfig.model_validate(document.data, context={"folder": path.resolve().parent})
    except ValidationError as error:
        faults = [*faults_of(error, BoxConfig, document.data), *faults]
    if config is None or faults:
        raise ConfigError(path, [(path_of(loc), fault, document.line_of(loc)) for loc, fault in faults])
    return config
