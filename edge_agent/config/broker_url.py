"""Where the broker is: mqtt://user:password@host:1883, or mqtts:// for TLS."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from rules.faults import FaultError

_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker's address. Its text names host and port only, so that no password gets into a log."""

    host: str
    port: int
    tls: bool
    username: str | None
    password: str | None = field(repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, url: str) -> Broker:
        """Read an address; user and password may be percent-encoded.

        Raises FaultError that says what to do, and nothing of what stands there: it may be the password.
        """
        example = "write it as mqtt://host:1883, or mqtts://user:password@host:8883"
        example_zh = "请写成 mqtt://主机:1883，或 mqtts://用户:密码@主机:8883"
        encoded = "a '/', '?', '#' or '@' in a password is written %2F, %3F, %23, %40"
        encoded_zh = "密码中的 / ? # @ 要写成 %2F、%3F、%23、%40"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # its text would quote what stands there
            raise FaultError(
                f"is no address: {example}; {encoded}", f"不是有效的地址：{example_zh}；{encoded_zh}"
            ) from None
        if parts.scheme not in _PORTS:
            raise FaultError(
                f"must begin with mqtt:// or mqtts://: {example}", f"应以 mqtt:// 或 mqtts:// 开头：{example_zh}"
            )
        if not parts.hostname:
            raise FaultError(f"names no host: {example}", f"缺少主机名：{example_zh}")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise FaultError(
                f"has something after the host and port: {example}; {encoded}",
                f"主机和端口之后还有内容：{example_zh}；{encoded_zh}",
            )
        return cls(
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )
