"""Evidence files in parts: MQTT brokers dislike large messages, and a bad network repeats small ones.

A part is a 20-byte header (big-endian) and at most 256 KiB of the file. All parts of a file but the last are of one
size; a box makes them smaller, down to 2 KiB, where a broker refuses larger packets.

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
"""The most that a part holds."""
MIN_PART_BYTES = 2048
"""Smaller ones would be too many."""
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


def count_parts(total_bytes: int, part_bytes: int = PART_BYTES) -> int:
    """Count the parts of a file; an empty one is one empty part."""
    return max(1, -(-total_bytes // part_bytes))


def split(content: bytes, part_bytes: int = PART_BYTES) -> Iterator[EvidencePart]:
    """Cut a file into parts of at most `part_bytes`."""
    count = count_parts(len(content), part_bytes)
    for index in range(count):
        yield EvidencePart(index, count, len(content), content[index * part_bytes : (index + 1) * part_bytes])


def decode(payload: bytes) -> EvidencePart:
    """Read one part. Raises ValueError when the header or the length does not fit."""
    if len(payload) < _HEADER.size or payload[:4] != _MAGIC:
        raise ValueError("not an evidence part: header is missing")
    _, index, count, total = _HEADER.unpack_from(payload)
    data = payload[_HEADER.size :]
    if not _fits(index, count, total, len(data)):
        raise ValueError(
            f"evidence part {index + 1} of {count} does not fit a file of {total} bytes: it carries {len(data)} bytes"
        )
    return EvidencePart(index, count, total, data)


def _fits(index: int, count: int, total: int, length: int) -> bool:
    if count == 1:
        return index == 0 and length == total <= PART_BYTES
    if index >= count:
        return False
    if index < count - 1:
        part_bytes = length
    else:  # the last one takes what the others left
        part_bytes, rest = divmod(total - length, index)
        if rest or not 0 < length <= part_bytes:
            return False
    return MIN_PART_BYTES <= part_bytes <= PART_BYTES and count == count_parts(total, part_bytes)
