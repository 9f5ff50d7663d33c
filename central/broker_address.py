"""Where the broker is and how to get in: mqtt://user:password@host:1883, or mqtts:// for TLS."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_FORM = (
    "write it as mqtt://[user:password@]host[:port], or mqtts:// for TLS; in user and password write "
    "@ : / ? # % as %40 %3A %2F %3F %23 %25"
)


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker's address. Its text names scheme, host and port only, so that no password gets into a log."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: Path | None = None
    """Certificates (PEM) of the authorities to trust instead of the system's; for TLS."""

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    @classmethod
    def parse(cls, url: str, ca_file: Path | None = None) -> Self:
        """Read an address; user and password are percent-decoded (RFC 3986). Raises ValueError that says what to do."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # its text quotes the address, and so the password
            raise ValueError(f"the port cannot be read: {_FORM}") from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError(_FORM)
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError(f"something stands after host and port: {_FORM}")
        return cls(
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=parts.scheme == "mqtts",
            ca_file=ca_file,
        )
