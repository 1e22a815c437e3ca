"""Workbooks, read back by another library: the law's layout, statuses, sources, and text that stays text."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.forms import forms
from gongkai.inference.report.review.review import Review
from gongkai.inference.report.workbook import Book, book
from gongkai.inference.report.workbook.names import LONGEST, SheetNames
from gongkai.inference.results import Basis, Cell, Extraction, Figure, Status
from gongkai.model.errors import OutputError


def written(*extractions: Extraction, name: str = "页") -> bytes:
    made = Book()
    for extraction in extractions:
        made.add(extraction, name)
    return made.content()


def read(*extractions: Extraction, name: str = "页") -> dict[str, Any]:
    """The sheets by name, in their order."""
    workbook = openpyxl.load_workbook(io.BytesIO(written(*extractions, name=name)))
    return dict(zip(workbook.sheetnames, workbook.worksheets, strict=True))


def drawn_of(extraction: Extraction) -> Any:
    """The sheet of one document."""
    return read(extraction)["页"]


def filled(form: str) -> Extraction:
    cells = tuple(
        Cell(key, place, Status.PRINTED, str(place), ((place, place + 1),), 0.99) for place, key in enumerate(forms()[form].keys())
    )
    return Extraction("a.txt", form, "甲县人民政府", 2022, cells)


def at(sheet: Any, text: str) -> Any:
    """The first cell with `text`."""
    return next(cell for row in sheet.iter_rows() for cell in row if cell.value == text)


def beside(sheet: Any, text: str, columns: int) -> list[object]:
    """The values at the places of the row called `text`."""
    row = at(sheet, text).row
    return [sheet.cell(row, 4 + place).value for place in range(columns)]


@pytest.mark.parametrize("form", ["2019", "2021"])
def test_every_number_stands_in_its_row(form: str) -> None:
    sheet = drawn_of(filled(form))
    place = {key: number for number, key in enumerate(forms()[form].keys())}
    start = place["requests.new_received.natural_person"]
    assert beside(sheet, "一、本年新收政府信息公开申请数量", 7) == list(range(start, start + 7))
    start = place["requests.handled_total.natural_person"]
    assert beside(sheet, "(七)总计", 7) == list(range(start, start + 7))
    drawn = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int)]
    assert sorted(drawn) == list(range(len(place)))


def test_titles_span_what_they_span_on_paper() -> None:
    sheet = drawn_of(filled("2021"))
    ranges = {str(span) for span in sheet.merged_cells.ranges}
    top = at(sheet, "申请人情况").row
    assert f"D{top}:J{top}" in ranges
    group = at(sheet, "(三)不予公开")
    assert (group.column_letter, f"B{group.row}:B{group.row + 7}" in ranges) == ("B", True)
    line = at(sheet, "行政诉讼").row
    assert {f"D{line}:H{line}", f"I{line}:R{line}"} <= ranges


def test_statuses_doubts_and_sources_show(review: Review) -> None:
    sheet = drawn_of(review.extraction)
    row = at(sheet, "二、上年结转政府信息公开申请数量").row
    printed, doubtful = sheet.cell(row, 4), sheet.cell(row, 10)
    assert (printed.value, printed.fill.fill_type) == (3, None)
    assert (doubtful.value, doubtful.fill.fgColor.rgb) == (9, "FFFDECC4")
    assert doubtful.comment is not None
    assert doubtful.comment.text.startswith("原文所载 printed · 置信度 0.9900\n“9”\n[")
    assert "? 所在勾稽关系不成立" in doubtful.comment.text
    derived = sheet.cell(at(sheet, "(七)总计").row, 4)
    assert (derived.value, derived.font.italic) == (15, True)
    blank = sheet.cell(at(sheet, "四、结转下年度继续办理").row, 9)
    assert (blank.value, blank.fill.fgColor.rgb, blank.comment is not None) == (None, "FFE9E6DF", True)
    gap = sheet.cell(at(sheet, "(一)予以公开").row, 4)
    assert (gap.value, gap.fill.fill_type, gap.comment) == (None, "lightUp", None)


def test_tidy_sheets_hold_every_row(review: Review) -> None:
    workbook = read(review.extraction, filled("2019"))
    assert list(workbook) == ["页", "页 (2)", "documents", "cells", "figures", "legacy", "checks"]
    rows = list(workbook["cells"].iter_rows(values_only=True))
    assert rows[0][:4] == ("document", "source", "form", "agency")
    assert len(rows) == 1 + len(review.extraction.cells) + len(forms()["2019"].keys())
    first = dict(zip(rows[0], rows[1], strict=True))
    assert {name: first[name] for name in ("document", "row", "column", "value", "status", "text", "start", "confidence")} == {
        "document": 0,
        "row": "new_received",
        "column": "natural_person",
        "value": 12,
        "status": "printed",
        "text": "12",
        "start": 124,
        "confidence": 0.99,
    }
    assert [row[1] for row in workbook["documents"].iter_rows(min_row=2, values_only=True)] == ["pages/甲.txt", "a.txt"]
    assert workbook["cells"].auto_filter.ref == f"A1:N{len(rows)}"


@pytest.mark.parametrize(
    "attack", ["=1+1", "+1", "-1+2", "@SUM(A1)", '=HYPERLINK("http://x")', "\t=1", "http://x", "mailto:x", "'=1", "＝1"]
)
def test_text_stays_text_and_numbers_stay_numbers(attack: str) -> None:
    figure = Figure("reviews", -3, attack, attack, 0, 1, Basis.PRINTED, 0.9)
    workbook = read(Extraction(attack, "2021", attack, 2021, (), (figure,), warnings=(attack,)), name=attack)
    texts = [
        cell
        for sheet in workbook.values()
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and attack.strip() in str(cell.value)
    ]
    assert len(texts) >= 6
    assert {cell.data_type for cell in texts} == {"s"}
    assert all(cell.hyperlink is None for cell in texts)
    row = dict(zip(*(tuple(row) for row in workbook["figures"].iter_rows(max_row=2)), strict=True))
    value = next(cell for name, cell in row.items() if name.value == "value")
    unit = next(cell for name, cell in row.items() if name.value == "unit")
    assert (value.value, value.data_type) == (-3, "n")
    assert unit.quotePrefix


@pytest.mark.parametrize("text", ["a\x00b\x0bc", "\ud800", "x" * 40_000, "\u202e", "_x0041_"])
def test_odd_characters_make_no_broken_file(text: str) -> None:
    workbook = read(Extraction(text, "2021", text, None, warnings=(text,)), name=text)
    assert workbook["documents"]["B2"].value is not None
    assert len(str(workbook["documents"]["H2"].value)) <= 32_767


def test_the_same_documents_make_the_same_bytes(review: Review) -> None:
    assert written(review.extraction) == written(review.extraction)


def test_an_empty_page_has_a_sheet() -> None:
    sheet = drawn_of(Extraction("a", None, None, None))
    assert [sheet["A1"].value, sheet["A5"].value] == ["未识别报告机关", "原文没有这张表。"]


def test_more_documents_than_anybody_leafs_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_DRAWN", 2)
    workbook = read(*(Extraction(f"{number}.txt", None, None, None) for number in range(3)))
    assert len(workbook) == 2 + 5
    assert workbook["documents"].max_row == 4


def test_more_rows_than_a_sheet_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_ROWS", 100)
    with pytest.raises(OutputError, match=r"a\.txt: a sheet has no more than 100 rows; use --format parquet"):
        written(filled("2021"))


def test_names_of_sheets() -> None:
    claim = SheetNames("cells").claim
    assert [claim("a[b]:c*?/\\d"), claim("CELLS"), claim("''"), claim("History"), claim("甲" * 40), claim("甲" * 40)] == [
        "a b  c    d",
        "CELLS (2)",
        "(2)",
        "History (2)",
        "甲" * LONGEST,
        "甲" * 27 + " (2)",
    ]


@given(st.lists(st.text(max_size=40), max_size=8))
def test_no_two_sheets_are_called_alike(wanted: list[str]) -> None:
    names = SheetNames()
    claimed = [names.claim(name) for name in wanted]
    assert len({name.lower() for name in claimed}) == len(claimed)
    assert all(0 < len(name) <= LONGEST and not set(name) & set("[]:*?/\\") and name[0] != "'" != name[-1] for name in claimed)


def test_an_old_statistics_table_stands_in_place_of_the_statutory_ones(legacy: Review) -> None:
    sheet = drawn_of(legacy.extraction)
    assert [sheet["A4"].value, sheet["A5"].value, sheet["D5"].value, sheet["E5"].value] == ["2019年以前的统计表", "指标", "单位", "数值"]
    assert [sheet["A6"].value, sheet["D6"].value, sheet["E6"].value] == ["(一)收到申请数", "件", 13]
    start, end = legacy.extraction.legacy[0].spans[0]
    assert sheet["E6"].comment.text.splitlines()[1:3] == ["“13”", f"[{start}, {end})"]
    assert sheet["A12"].value == "七、依申请公开信息收取的费用"
