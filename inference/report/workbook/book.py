"""A workbook of one or many documents."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gongkai.inference.batch.tables import TABLES, TEXT, Row, rows_of_extraction
from gongkai.inference.report.words import plain
from gongkai.inference.report.workbook.names import SheetNames
from gongkai.inference.report.workbook.statutory import draw
from gongkai.inference.report.workbook.styles import Styles
from gongkai.inference.results import Extraction
from gongkai.model.errors import MissingExtraError, OutputError

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""Rows that a sheet has below its header."""
MOST_DRAWN = 200
"""Documents that get a sheet of their own; more sheets than that nobody leafs through."""
_LONGEST = 32_767
_WIDTHS = {"source": 30, "agency": 26, "reason": 30, "warnings": 60, "row": 26, "column": 18, "label": 24, "rule": 40, "keys": 40}
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same documents make the same bytes


class Book:
    """Collects documents. Raises MissingExtraError without xlsxwriter.

    The tidy sheets have every document, with the columns of the tables of `gongkai batch`; the first 200 are drawn as well, each on
    a sheet of its own. Text is written as text, whatever it begins with, and numbers as numbers.
    """

    def __init__(self) -> None:
        try:
            import xlsxwriter
        except ImportError as error:
            raise MissingExtraError("writing workbooks", "files") from error
        self._stream = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._stream, _OPTIONS)
        self._book.set_properties({"created": _EPOCH, "author": "gongkai"})
        self._styles = Styles(self._book)
        self._names = SheetNames(*TABLES)
        self._rows: dict[str, list[Row]] = {table: [] for table in TABLES}
        self._documents = 0

    def add(self, extraction: Extraction, name: str) -> None:
        """One document more; its sheet is called `name`, or nearly so. Raises OutputError if the cells no longer fit a sheet."""
        if self._documents < MOST_DRAWN:
            draw(self._book.add_worksheet(self._names.claim(name)), self._styles, extraction)
        for table, row in rows_of_extraction(self._documents, extraction):
            self._rows[table].append(row)
        self._documents += 1
        if any(len(rows) > MOST_ROWS for rows in self._rows.values()):
            raise OutputError(f"{extraction.source}: a sheet has no more than {MOST_ROWS:,} rows; use --format parquet, or fewer documents")

    def content(self) -> bytes:
        """The workbook as a file. Nothing can be added any more."""
        for table, rows in self._rows.items():
            self._tidy(self._book.add_worksheet(table), table, rows)
        self._book.close()
        return self._stream.getvalue()

    def _tidy(self, sheet: Worksheet, table: str, rows: list[Row]) -> None:
        columns = TABLES[table]
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name, self._styles["header"])
            sheet.set_column(place, place, _WIDTHS.get(name, 11))
        for line, row in enumerate(rows, 1):
            for place, text, value in _filled(columns, row):
                if text:
                    sheet.write_string(line, place, plain(str(value))[:_LONGEST], self._styles["text"])
                else:
                    sheet.write_number(line, place, value, self._styles["number"])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)


def _filled(columns: dict[str, str], row: Row) -> Iterator[tuple[int, bool, Any]]:
    """Place, whether it is text, and value of everything in `row` that is not null."""
    for place, (kind, value) in enumerate(zip(columns.values(), row, strict=True)):
        if value is not None:
            yield place, kind == TEXT, value
