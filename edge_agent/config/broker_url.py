"""Where the broker is: mqtt://user:password@host:1883, or mqtts:// for TLS."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

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
        """Read an address; user and password may be percent-encoded. Raises ValueError that says what to do."""
        example = "write it as mqtt://host:1883, or mqtts://user:password@host:8883"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ValueError(f"is no address ({error}): {example}") from error
        if parts.scheme not in _PORTS:
            raise ValueError(f"must begin with mqtt:// or mqtts://: {example}")
        if not parts.hostname:
            raise ValueError(f"names no host: {example}")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(
                f"has something after the host and port: {example}; a '/', '?' or '#' in a password is "
                "written %2F, %3F, %23"
            )
        return cls(
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )
