"""Reports as PDF files: tables with and without ruling lines, stacked titles, tables cut by pages, pages on their side."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from random import Random
from typing import Any

from gongkai.training.grids.filed import FiledReport
from gongkai.training.synth.grid import Grid, GridRow, Piece
from gongkai.training.synth.layouts.common import unmerged

_FONT = "STSong-Light"
_SIZE = 8.0
_PAGE = (595.0, 842.0)
_BORDER = 60.0


@dataclass(frozen=True, slots=True)
class Style:
    """How tables are drawn.

    `lines` is `all`, `level` or `none`; `stacked`: narrow column titles one character a line; `rows`: rows of a table on a page, 0 for
    all that fit; `sideways`: pages are landscape and drawn on their side.
    """

    lines: str = "all"
    stacked: bool = False
    rows: int = 0
    sideways: bool = False


DAMAGES: Mapping[str, Style] = {
    "ruled": Style(),
    "stacked": Style(stacked=True),
    "pages": Style(rows=9),
    "sideways": Style(sideways=True),
    "level lines": Style(lines="level"),
    "no lines": Style(lines="none"),
    "no lines, stacked": Style(lines="none", stacked=True),
    "no lines, pages": Style(lines="none", rows=9),
}
"""How a report is printed."""


def write_pdf(report: FiledReport, damage: str, rng: Random) -> bytes:
    """A PDF file in one of the styles of DAMAGES, page numbers at the foot."""
    from reportlab.platypus import PageBreak, SimpleDocTemplate, Spacer

    style = DAMAGES[damage]
    flow: list[Any] = []
    for part in report.parts:
        if isinstance(part, str):
            flow.append(_paragraph(part, 10.5))
            continue
        for number, piece in enumerate(_cut(part, style.rows)):
            flow += [PageBreak()] if number else [Spacer(0, 6)]
            flow.append(_table(piece, style, rng))
        flow.append(Spacer(0, 6))
    file = io.BytesIO()
    size = (_PAGE[1], _PAGE[0]) if style.sideways else _PAGE
    document = SimpleDocTemplate(file, pagesize=size, topMargin=80, bottomMargin=80, leftMargin=_BORDER, rightMargin=_BORDER, invariant=1)
    document.build(flow, onFirstPage=_numbered, onLaterPages=_numbered)
    return file.getvalue()


def _numbered(canvas: Any, document: Any) -> None:
    """Draw the page number at the foot; a landscape page is drawn on its side."""
    width, height = document.pagesize
    if width > height:
        canvas.setPageSize((height, width))
        canvas.translate(height, 0)
        canvas.rotate(90)
    canvas.setFont(_font(), 9)
    canvas.drawCentredString(width / 2, 40, f"- {canvas.getPageNumber()} -")


@cache
def _font() -> str:
    """A font that every viewer brings along, so that none need be embedded."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    return _FONT


def _paragraph(text: str, size: float, middle: bool = False) -> Any:
    from reportlab.lib.enums import TA_CENTER, TA_LEFT
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    style = ParagraphStyle(
        "text", fontName=_font(), fontSize=size, leading=size * 1.4, wordWrap="CJK", alignment=TA_CENTER if middle else TA_LEFT
    )
    return Paragraph(escape(text, quote=False), style)


def _cut(grid: Grid, rows: int) -> Iterator[Grid]:
    """The grid in pieces of `rows` rows; what a merged cell covers of the next piece is an empty cell there."""
    if not rows or len(grid.rows) <= rows:
        yield grid
        return
    for start in range(0, len(grid.rows), rows):
        part = grid.rows[start : start + rows]
        yield replace(grid, rows=tuple(_within(row, number, len(part)) for number, row in enumerate(_going_on(grid, start, part))))


def _going_on(grid: Grid, start: int, part: tuple[GridRow, ...]) -> tuple[GridRow, ...]:
    reach = [
        replace(piece, text="", label="blank", rowspan=number + piece.rowspan - start)
        for number, row in enumerate(grid.rows[:start])
        for piece in row.pieces
        if number + piece.rowspan > start
    ]
    return (replace(part[0], pieces=(*reach, *part[0].pieces)), *part[1:])


def _within(row: GridRow, number: int, count: int) -> GridRow:
    return replace(row, pieces=tuple(replace(piece, rowspan=min(piece.rowspan, count - number)) for piece in row.pieces))


def _table(grid: Grid, style: Style, rng: Random) -> Any:
    from reportlab.platypus import Table

    size = min(_SIZE, 6.0) if grid.width > 12 else _SIZE
    widths = _widths(grid, (_PAGE[1] if style.sideways else _PAGE[0]) - 2 * _BORDER)
    content = [[_content(piece, size, style) for piece in row.pieces] for row in unmerged(grid).rows]
    commands: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
    commands += [("SPAN", (c, r), (c + p.colspan - 1, r + p.rowspan - 1)) for r, c, p in _placed(grid) if p.colspan * p.rowspan > 1]
    commands += {
        "all": [("GRID", (0, 0), (-1, -1), rng.choice((0.25, 0.5, 1.0)), "black")],
        "level": [("LINEBELOW", (0, 0), (-1, -1), 0.5, "black")],
    }.get(style.lines, [])
    return Table(content, colWidths=widths, style=commands, hAlign="LEFT")


def _widths(grid: Grid, whole: float) -> list[float]:
    """Column widths; in the table of requests the last title column takes the row titles."""
    if grid.width != 10:
        return [whole / grid.width] * grid.width
    return [0.06 * whole, 0.08 * whole, 0.23 * whole, *[0.09 * whole] * 7]


def _content(piece: Piece, size: float, style: Style) -> Any:
    if not piece.text:
        return ""
    if style.stacked and piece.label == "column" and piece.colspan == 1:
        return _stack(piece.text, size)
    return _paragraph(piece.text, size, middle=piece.label != "row")


def _stack(text: str, size: float) -> list[Any]:
    """One character above the other."""
    return [_paragraph(character, size, middle=True) for character in text]


def _placed(grid: Grid) -> Iterator[tuple[int, int, Piece]]:
    """Every piece with the row and column where it begins."""
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(grid.rows):
        column = 0
        for piece in row.pieces:
            while (number, column) in taken:
                column += 1
            taken |= {(number + i, column + j) for i in range(piece.rowspan) for j in range(piece.colspan)}
            yield number, column, piece
            column += piece.colspan
