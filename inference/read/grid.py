"""The grid of an HTML table: which rows and columns each cell covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_SPAN = 1000
"""The largest rowspan or colspan that is believed, as in browsers."""
MAX_GRID_STEPS = 5_000_000
"""Work spent on the spans of one page; tables beyond it get their cells one beside the other."""
MAX_COLUMNS = 1000
"""Cells to the right of this column are in the text but in no grid."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell at `row`, `column` (from 0) that covers `rowspan` by `colspan` places.

    Its content is characters `start` to `end` of the flat text (half-open; equal for a blank cell).
    """

    row: int
    column: int
    rowspan: int
    colspan: int
    start: int
    end: int
    header: bool


@dataclass(frozen=True, slots=True)
class GridTable:
    """A table of `rows` by `columns` places, its cells in the order of the source; no two cells overlap unless the source makes them."""

    rows: int
    columns: int
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell as the source has it: spans as written (a `rowspan` of 0 reaches to the last row), content at `start` to `end`."""

    rowspan: int
    colspan: int
    start: int
    end: int
    header: bool

    def single(self) -> RawCell:
        """The same cell on one place."""
        return RawCell(1, 1, self.start, self.end, self.header)


def grid_cost(rows: Sequence[Sequence[RawCell]]) -> int:
    """An upper bound of the steps that `build_grid` takes."""
    width = sum(cell.colspan for row in rows for cell in row)
    spanning = any(cell.rowspan != 1 for row in rows for cell in row)
    return width + (len(rows) * min(width, MAX_COLUMNS) if spanning else 0)


def build_grid(rows: Sequence[Sequence[RawCell]]) -> GridTable:
    """Place the cells as a browser does: each in the first free column of its row, pushed on by cells that reach down."""
    busy_until: list[int] = []
    cells: list[GridCell] = []
    for row, raw_cells in enumerate(rows):
        column = 0
        for raw in raw_cells:
            while column < len(busy_until) and busy_until[column] > row:
                column += 1
            if column >= MAX_COLUMNS:
                break
            cells.append(_placed(raw, row, column, len(rows)))
            column = _occupy(busy_until, cells[-1])
    return _trimmed(len(rows), cells)


def _placed(raw: RawCell, row: int, column: int, n_rows: int) -> GridCell:
    rowspan = min(raw.rowspan or n_rows, n_rows - row)
    colspan = min(raw.colspan, MAX_COLUMNS - column)
    return GridCell(row, column, rowspan, colspan, raw.start, raw.end, raw.header)


def _occupy(busy_until: list[int], cell: GridCell) -> int:
    """Mark the columns of `cell` as taken; returns the column behind it."""
    end = cell.column + cell.colspan
    busy_until.extend([0] * (end - len(busy_until)))
    for column in range(cell.column, end):
        busy_until[column] = max(busy_until[column], cell.row + cell.rowspan)
    return end


def _trimmed(n_rows: int, cells: list[GridCell]) -> GridTable:
    """Columns at the right that only exist because a colspan was written too large are cut off."""
    columns = 1 + max((cell.column for cell in cells), default=-1)
    unspanned = max((cell.column + cell.colspan for cell in cells if cell.colspan == 1), default=0)
    columns = max(columns, unspanned)
    return GridTable(n_rows, columns, tuple(_clipped(cell, columns) for cell in cells))


def _clipped(cell: GridCell, columns: int) -> GridCell:
    colspan = min(cell.colspan, columns - cell.column)
    if colspan == cell.colspan:
        return cell
    return GridCell(cell.row, cell.column, cell.rowspan, colspan, cell.start, cell.end, cell.header)
