"""Tables to take away, opened the way a clerk opens them."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from central.export.csv_file import write_csv
from central.export.sheets import Column, Look, Sheet
from central.export.workbook import write_workbook

EVIL = ['=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", " =1"]


def sheet(*rows: list[str | int | float | None], title: str = "区域") -> Sheet:
    columns = [Column("区域", Look.TEXT), Column("案件数"), Column("准确率", Look.SHARE)]
    return Sheet(title, columns, list(rows), notes=["=说明"])


def test_excel_shows_chinese_in_a_csv() -> None:
    written = write_csv(sheet(["东门", 3, 0.51234567]))
    assert written.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(written.decode("utf-8-sig")))) == [
        ["区域", "案件数", "准确率"],
        ["东门", "3", "0.5123"],
    ]


@pytest.mark.parametrize("evil", EVIL)
def test_a_name_that_is_a_formula_is_not_run_from_a_csv(evil: str) -> None:
    _, row = csv.reader(io.StringIO(write_csv(sheet([evil, -3, None])).decode("utf-8-sig"), newline=""))
    assert row == ["'" + evil, "-3", ""]


def test_a_name_that_is_a_formula_is_a_text_in_a_workbook() -> None:
    rows: list[list[str | int | float | None]] = [[evil, 1, 0.5] for evil in [*EVIL, "http://example.org", "{=1}"]]
    book = openpyxl.load_workbook(io.BytesIO(write_workbook([sheet(*rows)])))
    for cell, row in zip(book["区域"]["A"][1:], rows, strict=False):
        assert (cell.data_type, cell.value, cell.hyperlink) == ("s", row[0], None)
    assert book["区域"]["A"][len(rows) + 2].data_type == "s"


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    page = openpyxl.load_workbook(io.BytesIO(write_workbook([sheet(["东门", 3, 0.5], ["西门", 0, None])])))["区域"]
    assert [[cell.value for cell in row] for row in page.iter_rows(max_row=3)] == [
        ["区域", "案件数", "准确率"],
        ["东门", 3, 0.5],
        ["西门", 0, None],
    ]
    assert page["C2"].number_format == "0.0%"
    assert page.freeze_panes == "B2"


def test_titles_that_excel_would_not_take_are_made_plain() -> None:
    titles = ["a/b:c*[d]?", "x" * 40, "X" * 40, "", "'q'"]
    book = openpyxl.load_workbook(io.BytesIO(write_workbook([sheet(title=title) for title in titles])))
    assert len(set(map(str.lower, book.sheetnames))) == 5
    assert book.sheetnames[0] == "a b c  d"
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_a_text_longer_than_a_cell_is_cut_not_lost() -> None:
    page = openpyxl.load_workbook(io.BytesIO(write_workbook([sheet(["好" * 40_000, 1, None])])))["区域"]
    assert page["A2"].value == "好" * 32_767
