"""Checks of single values of a configuration. None of their texts repeats an address: it may hold a password."""

from __future__ import annotations

import difflib
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import ValidationInfo

from edge_agent.config.broker_url import Broker
from edge_agent.config.faults import did_you_mean
from edge_agent.secret_url import SecretUrl
from protocol.redaction import redact
from rules.faults import FaultError

_SCHEMES = ("rtsp", "rtsps", "http", "https", "file")


def check_time_zone(name: str) -> str:
    """Take the name of a time zone. Raises FaultError."""
    known = available_timezones()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=2, cutoff=0.5)
        if not near:
            raise FaultError(
                "unknown time zone: write it as Area/City, e.g. Asia/Shanghai",
                "未知时区，请写成 洲/城市，如 Asia/Shanghai",
            )
        raise FaultError(
            f"unknown time zone {name!r}: did you mean {' or '.join(near)}?",
            f"未知时区 {name!r}，是否想写 {' 或 '.join(near)}？",
        )
    return name


def check_broker(url: SecretUrl) -> SecretUrl:
    """Take a broker's address. Raises FaultError."""
    Broker.parse(url.reveal())
    return url


def beside_the_file(path: Path, info: ValidationInfo) -> Path:
    """A relative path is meant from the folder of the configuration file."""
    folder = (info.context or {}).get("folder")
    with suppress(RuntimeError):  # ~ of somebody who is not there
        path = path.expanduser()
    return Path(folder) / path if folder else path


def check_there(path: Path) -> Path:
    """Take the path of a file that is there. Raises FaultError."""
    try:
        there = path.is_file()
    except OSError:  # a name that is too long
        there = False
    if not there:
        shown = redact(str(path))
        raise FaultError(f"no such file: {shown}", f"文件不存在：{shown}")
    return path


def check_source(source: SecretUrl, info: ValidationInfo) -> SecretUrl:
    """Take a camera's address, or the path of a video file. Raises FaultError."""
    address = source.reveal()
    if not address.strip():
        raise FaultError(
            "is empty: give rtsp://..., http(s)://... or the path of a video file",
            "为空，请填写 rtsp://...、http(s)://... 或视频文件的路径",
        )
    scheme = re.match(r"^([A-Za-z][A-Za-z0-9+.-]*):(/*)", address)
    if scheme is None or (not scheme[2] and len(scheme[1]) == 1):
        if "@" in address.partition("/")[0]:
            raise FaultError(
                "looks like an address without its beginning: write rtsp:// before it",
                "像是缺少开头的地址，请在前面写上 rtsp://",
            )
        return SecretUrl(str(beside_the_file(Path(address), info)))
    if len(scheme[2]) != 2 and len(scheme[1]) > 1:
        name = scheme[1].lower() if scheme[1].lower() in _SCHEMES else "rtsp"
        raise FaultError(f"an address begins with {name}:// and two slashes", f"地址应以 {name}:// 开头，有两个斜杠")
    if scheme[1].lower() not in _SCHEMES:
        hint = did_you_mean(scheme[1], _SCHEMES)
        raise FaultError(f"{scheme[1]}:// cannot be read: {hint.en}", f"无法读取 {scheme[1]}:// 地址：{hint.zh}")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if scheme[1].lower() != "file" and not host:
        raise FaultError(
            "is no address: write rtsp://user:password@host:554/path; a '/', '?', '#' or '@' in a password is written "
            "%2F, %3F, %23, %40",
            "不是有效的地址：请写成 rtsp://用户:密码@主机:554/路径；密码中的 / ? # @ 要写成 %2F、%3F、%23、%40",
        )
    return source


def check_providers(value: object) -> object:
    """Take `auto` or names of execution providers. Raises FaultError."""
    if value == "auto" or (isinstance(value, list | tuple) and value and all(isinstance(v, str) for v in value)):
        return value
    raise FaultError(
        "must be auto, or a list of ONNX Runtime providers, e.g. [CPUExecutionProvider]",
        "应为 auto，或 ONNX Runtime 执行提供者的列表，例如 [CPUExecutionProvider]",
    )
