"""XLSX: one table a sheet, headings fixed, numbers as numbers."""

from __future__ import annotations

import io
import re
from typing import Any

import xlsxwriter

from central.export.sheets import Cell, Look, Sheet

_MAX_TEXT = 32_767
"""Excel refuses a file with a longer text in a cell."""
_FORMATS = {Look.TEXT: "@", Look.COUNT: "0", Look.MINUTES: "0.0", Look.SHARE: "0.0%"}


def write_workbook(sheets: list[Sheet]) -> bytes:
    """Write all tables. Texts are written as texts, never as formulas or links, whatever they begin with."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        looks = {look: book.add_format({"num_format": shown}) for look, shown in _FORMATS.items()}
        fine = book.add_format({"italic": True, "font_color": "#666666"})
        names: set[str] = set()
        for sheet in sheets:
            page = book.add_worksheet(_sheet_name(sheet.title, names))
            for x, column in enumerate(sheet.columns):
                page.set_column(x, x, column.width)
                page.write_string(0, x, column.heading, bold)
            for y, row in enumerate(sheet.rows, start=1):
                for x, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
                    _write(page, y, x, cell, looks[column.look])
            for y, note in enumerate(sheet.notes, start=len(sheet.rows) + 2):
                page.write_string(y, 0, note, fine)
            page.freeze_panes(1, 1)
            if sheet.rows:
                page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    return out.getvalue()


def _write(page: Any, y: int, x: int, cell: Cell, look: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        page.write_string(y, x, cell[:_MAX_TEXT])
    else:
        page.write_number(y, x, cell, look)


def _sheet_name(title: str, taken: set[str]) -> str:
    """Make a name that Excel takes: at most 31 characters, none of []:*?/\\, no other sheet's."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip().strip("'")[:31] or "1"
    name, n = plain, 2
    while name.lower() in taken:
        name, n = f"{plain[:27]} {n}", n + 1
    taken.add(name.lower())
    return name
