"""Minutes between two moments, and ranks in them, in words that SQLite and PostgreSQL both know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class minutes_between(FunctionElement[float]):  # noqa: N801 - used like a function of the database
    """Minutes from the first moment to the second, by the clock on the wall; NULL when one of them is."""

    name = "minutes_between"
    type = Float()
    inherit_cache = True


@compiles(minutes_between, "sqlite")
def _on_sqlite(element: minutes_between, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((julianday({end}) - julianday({start})) * 1440.0)"


@compiles(minutes_between, "postgresql")
def _on_postgresql(element: minutes_between, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(extract(epoch from {end} - {start}) / 60.0)::double precision"


def at_percent(
    value: ColumnElement[float], rank: ColumnElement[int], count: ColumnElement[int], percent: int
) -> ColumnElement[Any]:
    """Give the value below which `percent` of a group lie, by nearest rank: a value that a case really had.

    `rank` is the place of each row in its group by `value`, from 1; `count` is how many the group has.
    """
    return func.min(value).filter(rank * 100 >= count * percent)
