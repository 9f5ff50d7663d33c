"""What the centre can be told, by environment (KERBWATCH_*) or command line."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from central.broker_address import BrokerAddress
from central.problems import Problem

ENV_PREFIX = "KERBWATCH_"


class BadSettings(Problem):
    """A setting does not make sense."""

    code = "bad_settings"


class Settings(BaseModel):
    """The centre's settings. Every field can be given as KERBWATCH_ and its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Field(default=Path("data"), description="database and evidence of a first run lie here")
    database_url: str = Field(
        default="", description="SQLAlchemy URL, e.g. postgresql+psycopg://user@host/name; empty: SQLite in data_dir"
    )
    evidence_url: str = Field(default="", description="a folder or s3://bucket/prefix; empty: a folder in data_dir")
    broker: str | None = Field(default=None, description="mqtt://[user:password@]host[:port]; none: the embedded one")
    broker_ca: Path | None = Field(
        default=None, description="certificates (PEM) of the authority that signed the broker's; none: the system's"
    )
    share_group: str | None = Field(
        default=None, description="workers of the same group share the load; external brokers only"
    )
    host: str = Field(default="127.0.0.1", description="where console and API listen")
    port: int = Field(default=8080, ge=0, le=65535, description="0 takes a free one")
    mqtt_host: str = Field(
        default="127.0.0.1", description="where the embedded broker listens; not loopback: with a password for each box"
    )
    mqtt_port: int = Field(default=1883, ge=0, le=65535, description="0 takes a free one")
    auto_file: bool = Field(default=False, description="file new cases without a person")
    language: str = Field(default="zh-CN", description="of the console, until a user chooses: zh-CN or en")
    time_zone: str = Field(default="Asia/Shanghai", description="of the site: dates in case numbers, times on pages")
    site_file: Path | None = Field(
        default=None, description="working hours, owners, deadlines, policies; none: site.yaml in data_dir, if there"
    )
    max_evidence_mb: int = Field(default=64, ge=1, description="a larger evidence file is refused")
    picture_wait_s: int = Field(
        default=120, ge=2, le=3600, description="how long a box may take to give the picture that an officer asks for"
    )
    secure_cookie: bool = Field(default=False, description="the site is served by https only")
    trusted_proxies: str = Field(
        default="",
        description="reverse proxies whose X-Forwarded-For is believed: addresses or networks with commas, e.g. "
        "127.0.0.1,10.0.0.0/8; empty: none",
    )

    @field_validator("broker")
    @classmethod
    def _check_broker(cls, url: str | None) -> str | None:
        if not url:
            return None
        BrokerAddress.parse(url)
        return url

    @field_validator("time_zone")
    @classmethod
    def _check_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is no time zone; write it like Asia/Shanghai") from error
        return name

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, listed: str) -> str:
        for one in filter(None, (part.strip() for part in listed.split(","))):
            try:
                ip_network(one)
            except ValueError as error:
                raise ValueError(f"{one!r} is no address or network; write it like 127.0.0.1 or 10.0.0.0/8") from error
        return listed.strip()

    @classmethod
    def load(cls, environ: Mapping[str, str], **given: object) -> Self:
        """Take settings from `given` (None: not given), then from `environ`, then the defaults.

        Raises BadSettings that names the setting.
        """
        values: dict[str, object] = {
            name: environ[ENV_PREFIX + name.upper()]
            for name in cls.model_fields
            if ENV_PREFIX + name.upper() in environ
        }
        values.update({name: value for name, value in given.items() if value is not None})
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            found = "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()
            )
            raise BadSettings(f"设置有误：{found}", f"Bad settings: {found}") from error

    @property
    def database(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'kerbwatch.db').resolve()}"

    @property
    def evidence(self) -> str:
        """The evidence store's URL or folder."""
        return self.evidence_url or str((self.data_dir / "evidence").resolve())

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def broker_address(self) -> BrokerAddress | None:
        """The external broker's address; None for the embedded broker."""
        return BrokerAddress.parse(self.broker, self.broker_ca) if self.broker else None
