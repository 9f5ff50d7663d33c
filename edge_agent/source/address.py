"""Where a camera's video is, how FFmpeg is told to fetch it, and what a failure to fetch it means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

import av

from protocol.redaction import redact, shown_address

_URL = re.compile(r"^(?P<scheme>[a-z][a-z0-9+.-]+)://", re.IGNORECASE)


class Kind(StrEnum):
    """How the video comes."""

    RTSP = "rtsp"
    HTTP = "http"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Address:
    """A camera's address, as configured. `shown` has no user name and no password in it."""

    url: str = field(repr=False)

    @property
    def kind(self) -> Kind:
        """How the video comes; whatever is no RTSP or HTTP address is a file."""
        match = _URL.match(self.url)
        scheme = match["scheme"].lower() if match else ""
        if scheme in ("rtsp", "rtsps"):
            return Kind.RTSP
        return Kind.HTTP if scheme in ("http", "https") else Kind.FILE

    @property
    def shown(self) -> str:
        """The address for logs, health and people."""
        return shown_address(self.url)

    def options(self, silence_s: float) -> dict[str, str]:
        """FFmpeg's options: TCP, only video is asked for, and a read ends after `silence_s` without a byte.

        The frame rate is taken from what the stream says, where FFmpeg would watch it for most of a second.
        """
        silence_us = str(int(silence_s * 1e6))
        if self.kind is Kind.RTSP:
            tcp = {"rtsp_transport": "tcp", "allowed_media_types": "video", "timeout": silence_us}
            return tcp | {"fpsprobesize": "2"}
        return {"rw_timeout": silence_us, "fpsprobesize": "2"} if self.kind is Kind.HTTP else {}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why video did not come, and what to do, in both languages."""

    cause: str
    hint_zh: str
    hint_en: str


_HINTS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str], ...] = (
    (av.HTTPUnauthorizedError, "请检查用户名和密码", "check the user name and password"),
    (av.HTTPForbiddenError, "该账号无权查看视频，请检查摄像机的用户权限", "this user may not view; check its rights"),
    (av.HTTPNotFoundError, "地址路径不存在，请检查码流路径", "no such path on the camera; check the stream's path"),
    (
        av.ConnectionRefusedError,
        "端口未开放，请检查端口及摄像机的 RTSP 服务",
        "check the port and the camera's RTSP service",
    ),
    (
        (av.TimeoutError, av.ExitError, av.BlockingIOError),
        "摄像机无应答，请检查电源、网线和 IP 地址",
        "nothing answers; check power, cable and IP address",
    ),
    (av.FileNotFoundError, "文件不存在，请检查路径", "there is no such file; check the path"),
    ((av.PermissionError, av.IsADirectoryError), "请检查路径和读取权限", "check the path and the right to read it"),
    (
        av.InvalidDataError,
        "内容不是可识别的视频，或文件未写完（MP4 在录制结束时才写索引）；请重新导出，或改录 .ts/.mkv",
        "this is no video that can be read, or it was cut off (an MP4 gets its index when recording ends); "
        "export it again, or record .ts or .mkv",
    ),
)


def explain(error: Exception) -> Failure:
    """Say why opening or reading failed and what to do about it."""
    cause = redact(getattr(error, "strerror", None) or str(error) or type(error).__name__)
    for kinds, hint_zh, hint_en in _HINTS:
        if isinstance(error, kinds):
            return Failure(cause, hint_zh, hint_en)
    return Failure(cause, "请检查地址和网络", "check the address and the network")
