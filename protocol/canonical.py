"""Canonical JSON (RFC 8785, JCS): the same data gives the same bytes on any machine."""

from __future__ import annotations

from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:
    """Serialise plain JSON data (dict, list, str, int, float, bool, None).

    Raises ValueError for what JSON cannot carry (NaN, integers beyond 2**53, half characters, other types, what
    is nested too deeply).
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise ValueError(f"not canonical JSON data: {error}") from error
