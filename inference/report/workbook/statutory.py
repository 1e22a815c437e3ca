"""One document on one sheet: its three tables as the law draws them, with the status and the source of every number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gongkai.inference.report.review import words
from gongkai.inference.report.review.beside import figures_beside
from gongkai.inference.report.review.doubt import SURE, Doubt, doubts_of
from gongkai.inference.report.review.grid import Grid, Heading, Line, grid_of
from gongkai.inference.report.tables import table_views
from gongkai.inference.report.words import plain, squeezed
from gongkai.inference.report.workbook.styles import Styles
from gongkai.inference.results import Cell, Extraction, Indicator, Status

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

TITLE_COLUMNS = 3
_TITLE_WIDTHS = (5, 7, 44)
_PLACES = 15
_LONGEST = 120  # characters of a title
_WITH_NUMBER = (Status.PRINTED, Status.PLACED, Status.DERIVED)
_PLACE_WIDTH = 8.5
_COMMENT = {"x_scale": 1.6, "font_size": 9, "author": "gongkai"}


def draw(sheet: Worksheet, styles: Styles, extraction: Extraction) -> None:
    """Draw `extraction` on an empty sheet: the organ, its tables, the key to the colours."""
    doubts = doubts_of(extraction, figures_beside(extraction))
    for column, width in enumerate(_TITLE_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_column(TITLE_COLUMNS, TITLE_COLUMNS + _PLACES - 1, _PLACE_WIDTH)
    year = f" {extraction.report_year}" if extraction.report_year else ""
    sheet.write_string(0, 0, plain(extraction.agency or words.word("no_agency").zh) + year, styles["title"])
    sheet.write_string(1, 0, plain(extraction.source), styles["note"])
    top = _Drawing(sheet, styles, doubts).tables(extraction, 3)
    _key(sheet, styles, top + 1)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _key(sheet: Worksheet, styles: Styles, top: int) -> None:
    """What the colours say, one status a line."""
    for row, status in enumerate((*Status, "gap"), top):
        note = words.word(f"{status}_note")
        sheet.write_string(row, 0, "5" if status in _WITH_NUMBER else "", styles.cell(str(status), doubtful=False))
        sheet.write_string(row, 1, f"{words.word(str(status)).zh} {words.word(str(status)).en}: {note.zh} · {note.en}", styles["note"])
    row = top + len(Status) + 1
    sheet.write_string(row, 0, "5", styles.cell(Status.PRINTED, doubtful=True))
    sheet.write_string(row, 1, f"{words.word('doubtful').zh} {words.word('doubtful').en}", styles["note"])


class _Drawing:
    """Draws grids one below the other."""

    def __init__(self, sheet: Worksheet, styles: Styles, doubts: Mapping[str, tuple[Doubt, ...]]) -> None:
        self.sheet, self.styles, self.doubts = sheet, styles, doubts

    def tables(self, extraction: Extraction, top: int) -> int:
        """Draw every table from line `top` on; the first free line. A statistics table of before 2019 stands in place of what is not there."""
        for view in table_views(extraction):
            if extraction.legacy and not view.blocks:
                continue
            self.sheet.write_string(top, 0, view.section, self.styles["section"])
            top += 1
            if not view.blocks:
                self.sheet.write_string(top, 0, words.word("table_empty").zh, self.styles["note"])
                top += 1
            for block in view.blocks:
                top = self._grid(grid_of(block), top)
            top += 1
        return self._legacy(extraction.legacy, top) if extraction.legacy else top

    def _legacy(self, indicators: Sequence[Indicator], top: int) -> int:
        self.sheet.write_string(top, 0, words.word("legacy").zh, self.styles["section"])
        for column, name in ((TITLE_COLUMNS, "unit"), (TITLE_COLUMNS + 1, "amount")):
            self.sheet.write_string(top + 1, column, words.word(name).zh, self.styles["column"])
        self._merge(top + 1, 0, Heading(words.word("indicator").zh, TITLE_COLUMNS), "column")
        for row, one in enumerate(indicators, top + 2):
            self._merge(row, 0, Heading(squeezed(one.name, _LONGEST), TITLE_COLUMNS), "row")
            self.sheet.write_string(row, TITLE_COLUMNS, plain(one.unit), self.styles["column"])
            self._place(row, TITLE_COLUMNS + 1, one, (Doubt.CONFIDENCE,) if one.confidence < SURE else ())
        return top + 3 + len(indicators)

    def _grid(self, grid: Grid, top: int) -> int:
        # A grid without titles of rows (reviews and suits stand on one line) begins where the numbers of the others do.
        titles = max((sum(one.columns for one in line.headings) for line in grid.lines), default=0)
        if grid.title:
            self._merge(top, 0, Heading(grid.title, columns=TITLE_COLUMNS + grid.columns), "block")
            top += 1
        taken: set[tuple[int, int]] = set()
        for line in grid.head:
            self._headings(line, top, taken, titles, "column")
            top += 1
        for body in grid.lines:
            self._headings(body.headings, top, taken, titles, "row")
            self._places(body, top)
            top += 1
        return top

    def _headings(self, headings: tuple[Heading, ...], top: int, taken: set[tuple[int, int]], titles: int, style: str) -> None:
        """Write titles into the first free columns; the title column of a grid with few takes all that there are."""
        column = 0 if titles else TITLE_COLUMNS
        for heading in headings:
            while (top, column) in taken:
                column += 1
            width = heading.columns + (TITLE_COLUMNS - titles if titles and column + heading.columns == titles else 0)
            placed = Heading(heading.text, width, heading.rows)
            self._merge(top, column, placed, "down" if heading.vertical and style == "row" else style)
            taken |= {(row, place) for row in range(top, top + heading.rows) for place in range(column, column + width)}
            column += width

    def _merge(self, row: int, column: int, heading: Heading, style: str) -> None:
        if heading.rows == heading.columns == 1:
            self.sheet.write_string(row, column, heading.text, self.styles[style])
        else:
            last = (row + heading.rows - 1, column + heading.columns - 1)
            self.sheet.merge_range(row, column, *last, "", self.styles[style])
            self.sheet.write_string(row, column, heading.text, self.styles[style])

    def _places(self, line: Line, row: int) -> None:
        for column, place in enumerate(line.places, TITLE_COLUMNS):
            self._place(row, column, place.cell, self.doubts.get(place.key, ()))

    def _place(self, row: int, column: int, cell: Cell | Indicator | None, doubts: tuple[Doubt, ...]) -> None:
        style = self.styles.cell(str(cell.status) if cell else "gap", bool(doubts))
        if cell is None or cell.value is None:
            self.sheet.write_blank(row, column, None, style)
        else:
            self.sheet.write_number(row, column, cell.value, style)
        if cell is not None:
            self.sheet.write_comment(row, column, comment(cell, doubts), _COMMENT)


def comment(cell: Cell | Indicator, doubts: tuple[Doubt, ...]) -> str:
    """What stands behind a number: its status and confidence, its characters in the source, and why it is in doubt."""
    status, sure = words.word(str(cell.status)), words.word("confidence")
    lines = [f"{status.zh} {status.en} · {sure.zh} {cell.confidence:.4f}"]
    if cell.text is not None:
        lines.append(f"“{squeezed(cell.text)}”")
    lines += (f"[{start}, {end})" for start, end in cell.spans[:6])
    lines += (f"? {words.word(f'doubt_{doubt}').zh}" for doubt in doubts)
    return "\n".join(lines)
