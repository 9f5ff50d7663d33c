"""The MQTT topics. One place knows how they are spelled.

kerbwatch/v1/{device}/violation           box -> centre
kerbwatch/v1/{device}/evidence/{sha256}   box -> centre
kerbwatch/v1/{device}/ack                 centre -> box
kerbwatch/v1/{device}/status              box -> centre, retained; the last will says offline
kerbwatch/v1/{device}/health              box -> centre
kerbwatch/v1/{device}/request             centre -> box, never retained
kerbwatch/v1/{device}/response            box -> centre
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PREFIX = "kerbwatch/v1"
DEVICE_ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
"""What may name a device in a topic: no `/`, `+`, `#` or space, at most 63 characters."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHANNELS = frozenset({"violation", "ack", "status", "health", "request", "response"})


@dataclass(frozen=True, slots=True)
class Topic:
    """A parsed topic: which device, which channel, and for evidence which file."""

    device: str
    channel: str
    sha256: str | None = None


def violation(device: str) -> str:
    """Where a box publishes violations."""
    return f"{PREFIX}/{device}/violation"


def evidence(device: str, sha256: str) -> str:
    """Where a box publishes the parts of one evidence file."""
    return f"{PREFIX}/{device}/evidence/{sha256}"


def ack(device: str) -> str:
    """Where the centre says what it has stored for good."""
    return f"{PREFIX}/{device}/ack"


def status(device: str) -> str:
    """Where a box says that it is online (retained), and its last will that it is not."""
    return f"{PREFIX}/{device}/status"


def health(device: str) -> str:
    """Where a box tells how it and its cameras are."""
    return f"{PREFIX}/{device}/health"


def request(device: str) -> str:
    """Where the centre asks a box for a picture. Not retained: who comes later is not asked."""
    return f"{PREFIX}/{device}/request"


def response(device: str) -> str:
    """Where a box answers what it was asked, signed."""
    return f"{PREFIX}/{device}/response"


def from_boxes(share_group: str | None = None) -> list[str]:
    """What an ingest worker subscribes to; `share_group` spreads the load over several workers.

    Every worker hears every status, which is retained: shared subscriptions get no retained messages.
    """
    shared = f"$share/{share_group}/" if share_group else ""
    channels = ("evidence/+", "violation", "response", "health")
    return [status("+"), *(f"{shared}{PREFIX}/+/{channel}" for channel in channels)]


def parse(topic: str) -> Topic:
    """Take a topic apart. Raises ValueError when it is none of ours."""
    parts = topic.removeprefix(PREFIX + "/").split("/")
    if topic.startswith(PREFIX + "/") and re.match(DEVICE_ID_PATTERN, parts[0]):
        if len(parts) == 2 and parts[1] in _CHANNELS:
            return Topic(parts[0], parts[1])
        if len(parts) == 3 and parts[1] == "evidence" and _SHA256.fullmatch(parts[2]):
            return Topic(parts[0], "evidence", parts[2])
    raise ValueError(f"not a KerbWatch topic: {topic!r}")
