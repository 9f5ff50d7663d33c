"""How long, how many and how large: the bounds of what boxes and the centre may say, as types.

A message that breaks them is refused with the reason. Short explanations that nobody signs are cut instead, so that a
long error text of some library never costs the message that carries it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, JsonValue

MAX_SIGNED_BYTES = 96 * 1024
"""Of a signed document (violation, response) as it is published."""
MAX_MESSAGE_BYTES = 512 * 1024
"""Of any other message; evidence travels in parts (protocol.evidence_parts)."""

EARLIEST_YEAR, LATEST_YEAR = 1970, 2099
"""A box without a battery clock starts in 1970: it must be able to say so."""

MAX_RING_POINTS = 256
MAX_ZONE_POINTS = 512
"""Of polygon and exclusions together."""
MAX_EVIDENCE_FILES = 64
MAX_CAMERAS = 256
MAX_EVENTS = 250
"""Of one health message; boxes send at most SENT_EVENTS, which is how many the centre looks at."""
SENT_EVENTS = 50
MAX_NAME_CHARS = 100
MAX_ADDRESS_CHARS = 200
MAX_TEXT_CHARS = 500

_MAX_DETAIL_CHARS = 2000
_MAX_NUMBER = 1e12
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _in_sane_years(at: Any) -> Any:
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        raise ValueError(f"the year {at.year} is out of bounds: {EARLIEST_YEAR}..{LATEST_YEAR}")
    return at


def _printable(text: str) -> str:
    if found := _UNPRINTABLE.search(text):
        raise ValueError(f"has the control character U+{ord(found[0]):04X}")
    return text


def check_zone_points(polygon: Sequence[object], exclude: Sequence[Sequence[object]]) -> None:
    """Raise ValueError when a zone has more points, exclusions included, than a signed message has room for."""
    points = len(polygon) + sum(map(len, exclude))
    if points > MAX_ZONE_POINTS:
        raise ValueError(f"a zone has at most {MAX_ZONE_POINTS} points with its exclusions, this one has {points}")


def cut_text(text: str, most_chars: int = MAX_TEXT_CHARS) -> str:
    """Shorten `text` to `most_chars`, the last of them an ellipsis, and replace what cannot be printed or stored."""
    text = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text[: most_chars + 1])
    return text if len(text) <= most_chars else text[: most_chars - 1] + "…"


def _cut(value: Any) -> Any:
    return cut_text(value) if isinstance(value, str) else value


def _cut_name(value: Any) -> Any:
    return cut_text(value, MAX_NAME_CHARS) if isinstance(value, str) else value


def _finite(value: Any) -> Any:
    """Replace what JSON has no number for by null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= 2**53 else None
    if isinstance(value, str):
        return cut_text(value)
    if isinstance(value, dict):
        return {cut_text(str(key), MAX_NAME_CHARS): _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value


def _bounded_detail(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    try:
        small = _finite(value)
        long = len(json.dumps(small, default=str, ensure_ascii=False)) > _MAX_DETAIL_CHARS
    except RecursionError:
        return {"truncated": True}
    return {"truncated": True} if long else small


Timestamp = Annotated[AwareDatetime, AfterValidator(_in_sane_years)]
"""A moment with its offset from UTC, in the years 1970 to 2099."""
Identifier = Annotated[str, Field(max_length=MAX_NAME_CHARS), AfterValidator(_printable)]
Name = Annotated[str, Field(max_length=MAX_NAME_CHARS), AfterValidator(_printable)]
Address = Annotated[str, Field(max_length=MAX_ADDRESS_CHARS), AfterValidator(_printable)]
CutName = Annotated[str, BeforeValidator(_cut_name)]
"""A name that nobody relies on, e.g. of a software version: cut to 100 characters."""
CutText = Annotated[str, BeforeValidator(_cut)]
"""A sentence for people: cut to 500 characters."""
Detail = Annotated[dict[str, JsonValue], BeforeValidator(_bounded_detail)]
"""Figures beside a sentence: null for what is no number, left out when they are longer than 2000 characters."""
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
ByteCount = Annotated[int, Field(ge=0, le=2**53 - 1)]
Amount = Annotated[float, Field(ge=0, le=_MAX_NUMBER, allow_inf_nan=False)]
"""A finite number that is not negative: seconds, megabytes."""
Pixels = Annotated[int, Field(gt=0, le=100_000)]
