"""Items of a page to flat text: rows of grids on one line each, everything else as blocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gongkai.inference.aligned import AlignedText
from gongkai.inference.read.grid import MAX_GRID_STEPS, GridTable, RawCell, build_grid, grid_cost
from gongkai.inference.read.nodes import CellNode, Item, Mark, RowNode, Segment, TableNode, TextItem
from gongkai.inference.read.writer import FlatWriter


@dataclass(slots=True)
class _Grid:
    """Where the cells of a segment were written."""

    rows: dict[int, list[RawCell]] = field(default_factory=dict)


class Renderer:
    """Writes items one after the other; the state is the open grid row, its cells so far, and the open cell."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._writer = FlatWriter()
        self._grids: dict[Segment, _Grid] = {}
        self._row: RowNode | None = None
        self._cell: CellNode | None = None
        self._cells: list[RawCell] = []
        self._nested = 0

    def render(self, items: Iterable[Item]) -> tuple[AlignedText, tuple[GridTable, ...], tuple[str, ...]]:
        """The flat text, its grids in the order of the page, and warnings."""
        for item in items:
            self._write(item)
        tables, warnings = self._build()
        return self._writer.aligned(), tables, warnings

    def _write(self, item: Item) -> None:
        if self._cell is not None and self._cell.spacer:
            self._pass_over(item)
        elif isinstance(item, TextItem):
            self._writer.data(self._source, item.start, item.end, item.pre)
        elif item is Mark.NEWLINE:
            self._writer.newline()
        elif self._cell is not None:
            self._write_inside(item, self._cell)
        elif isinstance(item, RowNode):
            self._open_row(item)
        elif isinstance(item, CellNode) and self._row is not None:
            self._open_cell(item, self._row)
        else:
            self._row = None if item is Mark.END_ROW else self._row
            self._writer.block()

    def _write_inside(self, item: Item, cell: CellNode) -> None:
        """An item inside a cell of a grid: what is nested there is only text."""
        if item is Mark.END_CELL and not self._nested:
            self._close_cell(cell)
            return
        self._nested += isinstance(item, TableNode)
        self._nested -= item is Mark.END_TABLE
        self._writer.block()

    def _pass_over(self, item: Item) -> None:
        """An item inside a cell that is not written."""
        if item is Mark.END_CELL and not self._nested:
            self._cell = None
        self._nested += isinstance(item, TableNode)
        self._nested -= item is Mark.END_TABLE

    def _open_row(self, row: RowNode) -> None:
        self._writer.block()
        if row.segment is None:
            return
        self._cells = self._grids.setdefault(row.segment, _Grid()).rows[id(row)] = []
        self._row = row

    def _open_cell(self, cell: CellNode, row: RowNode) -> None:
        """Begin a cell; text that strayed into the row before its first cell has a line of its own."""
        self._cell = cell
        if cell.spacer:
            return
        if not self._cells:
            self._writer.block()
            self._writer.insert("|")
        self._writer.open_cell()

    def _close_cell(self, cell: CellNode) -> None:
        start, end = self._writer.close_cell()
        self._cells.append(RawCell(cell.rowspan, cell.colspan, start, end, cell.header))
        self._cell = None

    def _build(self) -> tuple[tuple[GridTable, ...], tuple[str, ...]]:
        tables: list[GridTable] = []
        warnings: list[str] = []
        left = MAX_GRID_STEPS
        for number, grid in enumerate(self._grids.values(), start=1):
            rows = list(grid.rows.values())
            left -= grid_cost(rows)
            if left < 0:
                warnings.append(f"table {number}: the spans cover too many places; its cells were set one beside the other")
                rows = [[cell.single() for cell in row] for row in rows]
            tables.append(build_grid(rows))
        return tuple(tables), tuple(warnings)
