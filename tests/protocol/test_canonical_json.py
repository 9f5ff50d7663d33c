"""Canonical JSON: a signature outlives whatever writes and reads the message on its way."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.canonical import canonical_json

JSON_DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    # A float beyond 2**53 is written as an integer, and read again it is one that JSON cannot carry safely.
    | st.floats(-(2.0**53) + 1, 2.0**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc路侧é\u20ac\U0001f600"), inner, max_size=4),
    max_leaves=12,
)


@given(JSON_DATA)
def test_what_was_written_and_read_again_has_the_same_bytes(data: object) -> None:
    assert canonical_json(json.loads(canonical_json(data))) == canonical_json(data)


@given(JSON_DATA)
def test_how_a_broker_or_a_database_spells_it_does_not_matter(data: object) -> None:
    elsewhere = json.dumps(data, indent=3, ensure_ascii=True)
    assert canonical_json(json.loads(elsewhere)) == canonical_json(data)


@given(st.dictionaries(st.text("abc"), st.integers(0, 9), min_size=2))
def test_the_order_of_keys_does_not_matter(data: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(data.items()))) == canonical_json(data)


def test_it_is_spelled_as_rfc_8785_says() -> None:
    data = {"numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27], "\u20ac": "Euro", "\r": "CR", "1": True}
    assert (
        canonical_json(data)
        == '{"\\r":"CR","1":true,"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"€":"Euro"}'.encode()
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**60, object(), {1: "a"}])
def test_what_json_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="canonical JSON"):
        canonical_json(value)
