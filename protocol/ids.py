"""Identifiers: UUID version 7 (RFC 9562), random or derived from what they name.

A derived id is the same whenever the same event is reported again, also after a power cut between
"decided" and "written down". That is what lets every receiver be idempotent by id.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from uuid import UUID


def _uuid7(unix_ms: int, tail: bytes) -> UUID:
    """Lay out 48 bits of time and 74 bits of `tail` (at least 10 bytes) as RFC 9562, section 5.7."""
    value = (unix_ms & (2**48 - 1)) << 80 | int.from_bytes(tail[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def new_id(at: datetime) -> UUID:
    """Make a fresh id that sorts by `at` (timezone-aware)."""
    return _uuid7(int(at.timestamp() * 1000), os.urandom(10))


def derived_id(at: datetime, *names: str) -> UUID:
    """Make the one id that the event called `names` at `at` (timezone-aware) always has."""
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    return _uuid7(int(at.timestamp() * 1000), digest)
