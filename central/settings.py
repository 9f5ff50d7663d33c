"""What the centre can be told, by environment (KERBWATCH_*) or command line."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """The centre's settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Path("data")
    database_url: str = ""
    evidence_url: str = ""
    broker: str | None = None
    share_group: str | None = None
    host: str = "127.0.0.1"
    port: int = 8080
    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = 1883
    auto_file: bool = False
    language: str = "zh-CN"
    time_zone: str = "Asia/Shanghai"
