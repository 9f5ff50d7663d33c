"""Evidence files in parts: MQTT brokers dislike large messages, and a bad network repeats small ones.

A part is a 20-byte header (big-endian) and at most 256 KiB of the file:

    offset  size  what
    0       4     "KWE1"
    4       4     index of this part, from 0
    8       4     number of parts
    12      8     size of the whole file in bytes
    20      ..    the bytes
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

PART_BYTES = 256 * 1024
_MAGIC = b"KWE1"
_HEADER = struct.Struct(">4sIIQ")


@dataclass(frozen=True, slots=True)
class EvidencePart:
    """One part of an evidence file."""

    index: int
    count: int
    total_bytes: int
    data: bytes

    def encode(self) -> bytes:
        """Lay the part out for the wire."""
        return _HEADER.pack(_MAGIC, self.index, self.count, self.total_bytes) + self.data


def split(content: bytes) -> Iterator[EvidencePart]:
    """Cut a file into parts of at most PART_BYTES; an empty file is one empty part."""
    count = max(1, -(-len(content) // PART_BYTES))
    for index in range(count):
        yield EvidencePart(index, count, len(content), content[index * PART_BYTES : (index + 1) * PART_BYTES])


def decode(payload: bytes) -> EvidencePart:
    """Read one part. Raises ValueError when the header or the length does not fit."""
    if len(payload) < _HEADER.size or payload[:4] != _MAGIC:
        raise ValueError("not an evidence part: header is missing")
    _, index, count, total = _HEADER.unpack_from(payload)
    data = payload[_HEADER.size :]
    expected = min(PART_BYTES, total - index * PART_BYTES)
    if index >= count or count != max(1, -(-total // PART_BYTES)) or len(data) != expected:
        raise ValueError(
            f"evidence part {index + 1} of {count} does not fit a file of {total} bytes: it carries {len(data)} bytes"
        )
    return EvidencePart(index, count, total, data)
