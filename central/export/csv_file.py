"""CSV (RFC 4180) that a double click opens rightly: UTF-8 with a byte order mark, so that Excel shows Chinese."""

from __future__ import annotations

import csv
import io

from central.export.sheets import Cell, Sheet

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: Cell) -> Cell:
    """Put an apostrophe before a text that a spreadsheet would calculate; numbers stay numbers.

    Names of zones and cameras come from outside: `=HYPERLINK(...)` in one is not to run at the officer's desk
    (OWASP, "CSV Injection").
    """
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_STARTS_A_FORMULA):
        return "'" + cell
    return cell


def write_csv(sheet: Sheet) -> bytes:
    """Write the table, its headings first; notes are left out, a program reads this."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([harmless(column.heading) for column in sheet.columns])
    writer.writerows([[_plain(harmless(cell)) for cell in row] for row in sheet.rows])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> Cell:
    return round(cell, 4) if isinstance(cell, float) else cell
