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

import difflib
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from edge_agent.config.broker_url import Broker
from edge_agent.config.calibration import CalibrationConfig
from edge_agent.config.faults import did_you_mean, faults_of, path_of, repeated_ids
from edge_agent.config.yaml_reading import YamlError, YamlText
from protocol.bounds import MAX_CAMERAS, Address, Name
from protocol.messages import CameraPlace
from protocol.topics import DEVICE_ID_PATTERN
from rules.zone import Zone

_SCHEMES = ("rtsp", "rtsps", "http", "https", "file")


class ConfigError(ValueError):
    """A configuration cannot be used; the text lists every fault, one a line."""

    def __init__(self, path: Path | str, faults: list[str]) -> None:
        self.path = str(path)
        self.faults = tuple(faults)
        super().__init__(
            f"配置 {path} 有 {len(faults)} 处错误 / The configuration {path} has {len(faults)} fault(s):\n"
            + "\n".join(faults)
        )


def _check_time_zone(name: str) -> str:
    if name not in available_timezones():
        near = difflib.get_close_matches(name, available_timezones(), n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "write it as Area/City, e.g. Asia/Shanghai"
        raise ValueError(f"unknown time zone {name!r}: {hint}")
    return name


def _check_broker(url: str) -> str:
    Broker.parse(url)
    return url


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    """A relative path is meant from the folder of the configuration file."""
    folder = (info.context or {}).get("folder")
    return Path(folder) / path.expanduser() if folder else path


def _check_there(path: Path) -> Path:
    if not path.is_file():
        raise ValueError(f"no such file: {path}")
    return path


def _check_source(source: str, info: ValidationInfo) -> str:
    if not source.strip():
        raise ValueError("is empty: give rtsp://..., http(s)://... or the path of a video file")
    scheme = re.match(r"^([A-Za-z][A-Za-z0-9+.-]*)://", source)
    if scheme is None:
        return str(_beside_the_file(Path(source), info))
    if scheme[1].lower() not in _SCHEMES:
        raise ValueError(f"{scheme[1]}:// cannot be read: {did_you_mean(scheme[1], _SCHEMES)}")
    return source


def _check_providers(value: object) -> object:
    if value == "auto" or (isinstance(value, list | tuple) and value and all(isinstance(v, str) for v in value)):
        return value
    raise ValueError("must be auto, or a list of ONNX Runtime providers, e.g. [CPUExecutionProvider]")


FilePath = Annotated[Path, AfterValidator(_beside_the_file), AfterValidator(_check_there)]
PathId = Annotated[str, Field(pattern=DEVICE_ID_PATTERN)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeviceConfig(_Group):
    """Who the box is. `id` is its name for ever; `name` is for people."""

    id: PathId
    name: Name = ""


class UplinkConfig(_Group):
    """How the box reaches the centre. `in_flight` violations may wait for the centre's word at once."""

    broker: Annotated[str, AfterValidator(_check_broker)]
    keepalive_s: int = Field(default=60, ge=5, le=3600)
    in_flight: int = Field(default=4, ge=1, le=64)
    ack_timeout_s: float = Field(default=30.0, gt=0, le=3600)
    ca_file: FilePath | None = Field(default=None, description="PEM, when the city signs its own certificates")

    @cached_property
    def address(self) -> Broker:
        """The broker's address, taken apart."""
        return Broker.parse(self.broker)


class DetectorConfig(_Group):
    """Which detector looks, and with what."""

    model: str = "yolox-nano-coco"
    catalog: FilePath | None = None
    threads: int = Field(default=1, ge=1, le=256)
    providers: Annotated[Literal["auto"] | tuple[str, ...], BeforeValidator(_check_providers)] = "auto"


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
    source: Annotated[str, AfterValidator(_check_source)]
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
        raise ValueError("is empty: a box needs at least one camera")
    if len(cameras) > MAX_CAMERAS:
        raise ValueError(f"has {len(cameras)} cameras: a box serves at most {MAX_CAMERAS}, use another box")
    return cameras


class BoxConfig(_Group):
    """Everything that a box is told."""

    device: DeviceConfig
    time_zone: Annotated[str, AfterValidator(_check_time_zone)] = "Asia/Shanghai"
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
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(path, [f"cannot be read ({error.strerror}): check the path"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, [f"is not UTF-8 text (byte {error.start}): save it as UTF-8"]) from error
    try:
        document = YamlText(text)
    except YamlError as error:
        raise ConfigError(path, [str(error)]) from error
    if not isinstance(document.data, dict):
        raise ConfigError(path, ["must be a group of `key: value` lines that begins with `device:`"])
    return _validate(path, document)


def _validate(path: Path, document: YamlText) -> BoxConfig:
    config: BoxConfig | None = None
    faults = repeated_ids(document.data)
    try:
        config = BoxConfig.model_validate(document.data, context={"folder": path.resolve().parent})
    except ValidationError as error:
        faults = [*faults_of(error, BoxConfig, document.data), *faults]
    if config is None or faults:
        raise ConfigError(path, [_with_line(document, loc, text) for loc, text in faults])
    return config


def _with_line(document: YamlText, loc: tuple[Any, ...], text: str) -> str:
    line = document.line_of(loc)
    return f"{path_of(loc)}: {text}" + (f" (line {line})" if line else "")
