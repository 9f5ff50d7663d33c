"""A table to take away: what CSV and XLSX are made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Cell = str | int | float | None


class Look(StrEnum):
    """How a column is shown in a spreadsheet."""

    TEXT = "text"
    COUNT = "count"
    MINUTES = "minutes"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, how its cells look, how wide it is (in characters)."""

    heading: str
    look: Look = Look.COUNT
    width: int = 12


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a title; shares are 0..1, an empty cell is None. Notes stand below the table."""

    title: str
    columns: list[Column]
    rows: list[list[Cell]]
    notes: list[str] = field(default_factory=list)
