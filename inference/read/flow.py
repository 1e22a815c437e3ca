"""The pages of a file one behind the other: page numbers left out, tables and paragraphs cut by a page's end put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from gongkai.inference.read.columns import aligned_tables
from gongkai.inference.read.lines import Line, is_wide, joint, lines_of
from gongkai.inference.read.marked_up import WrittenCell, paragraph, table
from gongkai.inference.read.ruled import RuledTable, ruled_tables
from gongkai.inference.read.sheet import Sheet

_MARGIN = 0.09
_PAGE_NUMBER = re.compile(r"(?:第\s*)?[-—–·•~\s]*(?:[Pp]\.?\s*)?\d{1,3}\s*(?:页)?(?:\s*[/／,，]?\s*共?\s*\d{1,3}\s*页?)?[-—–·•~\s]*")
_ENUMERATOR = re.compile(r"[一二三四五六七八九十]+、|[(（]|\d+[.、．]|第")
_SAME_COLUMN = 3.0
_SLACK = 1.6
_INDENT = 0.7
_LARGEST_GAP = 2.0
_LONG = 20
_ENDS = "。！？!?：:；;"

Block = Line | RuledTable
Row = tuple[WrittenCell, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    """The ruled tables of a page, and the lines outside of them; `top` and `bottom` bound the text between the margins."""

    tables: tuple[RuledTable, ...]
    lines: tuple[Line, ...]
    top: float
    bottom: float

    def in_margin(self) -> tuple[Line, ...]:
        """The lines above `top` and below `bottom`."""
        return tuple(line for line in self.lines if line.y1 <= self.top or line.y0 >= self.bottom)

    def blocks(self, running: frozenset[str]) -> list[Block]:
        """Tables and lines from top to bottom, without page numbers and the titles `running` through all pages."""
        dropped = {line for line in self.in_margin() if line.text in running or _PAGE_NUMBER.fullmatch(line.text)}
        kept = [line for line in self.lines if line not in dropped]
        return sorted((*self.tables, *kept), key=lambda block: block.y0 if isinstance(block, Line) else block.ys[0])


def written(sheets: Sequence[Sheet]) -> str:
    """The pages as HTML of paragraphs and tables."""
    pages = [_page(sheet) for sheet in sheets]
    running = _running(pages)
    flow = [block for page in pages for block in page.blocks(running)]
    column = _column([block for block in flow if isinstance(block, Line)])
    parts: list[str] = []
    for ruled, group in groupby(flow, key=lambda block: isinstance(block, RuledTable)):
        blocks = list(group)
        if ruled:
            parts += map(table, _joined([block for block in blocks if isinstance(block, RuledTable)]))
        else:
            parts += _paragraphs([block for block in blocks if isinstance(block, Line)], column)
    return "".join(parts)


def _page(sheet: Sheet) -> _Page:
    tables: list[RuledTable] = []
    left = list(sheet.glyphs)
    for empty in ruled_tables(sheet.rules):
        inside = [glyph for glyph in left if empty.holds(glyph)]
        left = [glyph for glyph in left if not empty.holds(glyph)]
        if any(not glyph.is_space for glyph in inside):
            tables.append(empty.filled(inside))
    margin = _MARGIN * (sheet.bottom - sheet.top)
    return _Page(tuple(tables), tuple(lines_of(left)), sheet.top + margin, sheet.bottom - margin)


def _running(pages: Sequence[_Page]) -> frozenset[str]:
    """Words in the margins of several pages."""
    found = Counter(text for page in pages for text in {line.text for line in page.in_margin()})
    return frozenset(text for text, count in found.items() if count > 1 and any(map(is_wide, text)))


def _joined(tables: Sequence[RuledTable]) -> Iterator[list[Row]]:
    """Tables with nothing between them, those with the same columns as one."""
    rows: list[Row] = []
    before: RuledTable | None = None
    for one in tables:
        if before is not None and _same_columns(before, one):
            rows = _continued(rows, _rows(one))
        else:
            if rows:
                yield rows
            rows = _rows(one)
        before = one
    if rows:
        yield rows


def _same_columns(a: RuledTable, b: RuledTable) -> bool:
    return len(a.xs) == len(b.xs) and all(abs(x - y) <= _SAME_COLUMN for x, y in zip(a.xs, b.xs, strict=True))


def _rows(ruled: RuledTable) -> list[Row]:
    rows: list[list[WrittenCell]] = [[] for _ in ruled.ys[1:]]
    for cell in ruled.cells:
        rows[cell.row].append(WrittenCell(escape(cell.text, quote=False), cell.rowspan, cell.colspan))
    return [tuple(row) for row in rows]


def _continued(above: list[Row], below: list[Row]) -> list[Row]:
    """The rows of both parts of a table; titles that the second part repeats are dropped, a row cut in two is put together."""
    repeated = 0
    while repeated < min(len(above), len(below)) and below[repeated] == above[repeated] and any(cell.html for cell in below[repeated]):
        repeated += 1
    rest = below[repeated:] if repeated < len(below) else below
    whole = _whole_row(above[-1], rest[0]) if above and rest else None
    return [*above, *rest] if whole is None else [*above[:-1], whole, *rest[1:]]


def _whole_row(above: Row, below: Row) -> Row | None:
    """The row that a page's end cut in two, or None if these are two rows.

    Of two halves one has the numbers, the other none; the second has no title of its own, only the rest of one.
    """
    if [cell.colspan for cell in above] != [cell.colspan for cell in below]:
        return None
    filled = [[place for place, cell in enumerate(row) if cell.html] for row in (above, below)]
    if not filled[0] or not filled[1] or len(above) < 3:
        return None
    rest_of_title = len(filled[1]) == 1 and filled[1][0] in filled[0] and len(filled[0]) > 1
    rest_of_row = len(filled[0]) == 1 and filled[1][0] > filled[0][0]
    starts = _ENUMERATOR.match(below[filled[1][0]].html) is not None
    if starts or not (rest_of_title or rest_of_row):
        return None
    pairs = zip(above, below, strict=True)
    return tuple(WrittenCell(_together(a.html, b.html), max(a.rowspan, b.rowspan), a.colspan) for a, b in pairs)


def _together(before: str, after: str) -> str:
    return f"{before}{joint(before, after, False)}{after}" if before and after else before or after


@dataclass(frozen=True, slots=True)
class _Column:
    """Where full lines of text begin and end."""

    left: float
    right: float

    def goes_on(self, before: Line, after: Line) -> bool:
        """Whether `after` is the next line of the same paragraph."""
        if max(before.widest_gap, after.widest_gap) > _LARGEST_GAP or before.text[-1] in _ENDS:
            return False
        return before.x1 >= self.right - _SLACK * before.size and abs(after.x0 - self.left) <= _INDENT * after.size


def _column(lines: Sequence[Line]) -> _Column:
    """Where the lines of running text begin and end."""
    long = [line for line in lines if line.widest_gap <= _LARGEST_GAP and len(line.text) >= _LONG]
    return _Column(min((line.x0 for line in long), default=0.0), max((line.x1 for line in long), default=0.0))


def _paragraphs(lines: Sequence[Line], column: _Column) -> Iterator[str]:
    """Lines as paragraphs, and as tables where numbers stand below each other."""
    position = 0
    for found in aligned_tables(lines):
        yield from _text(lines[position : found.first], column)
        yield table(found.rows)
        position = found.last
    yield from _text(lines[position:], column)


def _text(lines: Sequence[Line], column: _Column) -> Iterator[str]:
    text = ""
    before: Line | None = None
    for line in lines:
        if before is not None and column.goes_on(before, line):
            text += joint(text, line.text, True) + line.text
        else:
            if text:
                yield paragraph(text)
            text = line.text
        before = line
    if text:
        yield paragraph(text)
