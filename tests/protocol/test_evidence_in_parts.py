"""Evidence files travel in parts, which a broker may repeat and reorder."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.evidence_parts import MIN_PART_BYTES, PART_BYTES, decode, split


@settings(max_examples=30)
@given(
    size=st.integers(0, 3 * PART_BYTES),
    part_bytes=st.sampled_from([PART_BYTES, PART_BYTES // 2, 40_000, 5000]),
    order=st.randoms(use_true_random=False),
)
def test_a_file_comes_together_in_any_order(size: int, part_bytes: int, order: random.Random) -> None:
    content = random.Random(size).randbytes(size)
    wire = [part.encode() for part in split(content, part_bytes)]
    wire += wire[:1]  # QoS 1 may repeat
    order.shuffle(wire)
    parts = {part.index: part for part in map(decode, wire)}
    assert len(parts) == parts[0].count
    assert b"".join(parts[index].data for index in sorted(parts)) == content
    assert {part.total_bytes for part in parts.values()} == {size}


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES])
def test_no_part_is_larger_than_the_limit_and_none_is_empty_but_that_of_an_empty_file(size: int) -> None:
    parts = list(split(b"x" * size))
    assert all(len(part.data) <= PART_BYTES for part in parts)
    assert size == 0 or all(part.data for part in parts)


def test_parts_that_would_be_too_many_are_refused() -> None:
    assert decode(next(split(b"x" * 10_000, MIN_PART_BYTES)).encode()).count == 5
    for part in split(b"x" * 10_000, MIN_PART_BYTES - 1):
        with pytest.raises(ValueError, match="does not fit"):
            decode(part.encode())


@given(st.binary(max_size=64))
def test_noise_is_no_part(noise: bytes) -> None:
    with pytest.raises(ValueError, match="not an evidence part"):
        decode(noise)


def test_a_part_that_was_cut_short_is_refused() -> None:
    whole = next(split(b"x" * 1000)).encode()
    with pytest.raises(ValueError, match="does not fit a file of 1000 bytes"):
        decode(whole[:-1])


@pytest.mark.parametrize(
    ("index", "count", "total"),
    [(1, 1, 10), (0, 2, 10), (0, 0, 10), (0, 1, 11), (5, 9, 10), (0, 1, 2**40)],
)
def test_a_header_that_lies_about_the_file_is_refused(index: int, count: int, total: int) -> None:
    header = struct.pack(">4sIIQ", b"KWE1", index, count, total)
    with pytest.raises(ValueError, match="does not fit"):
        decode(header + b"x" * 10)


def test_the_wire_is_as_the_documentation_draws_it() -> None:
    wire = next(split(b"picture")).encode()
    assert wire == b"KWE1" + bytes([0, 0, 0, 0]) + bytes([0, 0, 0, 1]) + bytes([0] * 7 + [7]) + b"picture"
