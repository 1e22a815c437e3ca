"""Columns of a table that only keep others apart: empty from the titles down, they are no cells of anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gongkai.inference.read.grid import RawCell, build_grid, grid_cost
from gongkai.inference.read.nodes import CellNode, RowNode

_FEWEST_ROWS = 2
_FEWEST_COLUMNS = 2
_WORD = 2


@dataclass(frozen=True, slots=True)
class _Placed:
    """A cell and the columns that it covers."""

    node: CellNode
    columns: frozenset[int]


def drop_spacers(rows: Sequence[RowNode], budget: int) -> int:
    """Mark the cells of empty columns as spacers, and take these columns from the cells that span them; returns the steps it took.

    Only where every other column has a title of its own in these rows: without titles, an empty column may be one of blank cells.
    Tables that would take more than `budget` steps are left alone.
    """
    if len(rows) < _FEWEST_ROWS or all(cell.chars for row in rows for cell in row.cells):
        return 0
    raw = [[RawCell(cell.rowspan, cell.colspan, 0, 0, cell.header) for cell in row.cells] for row in rows]
    cost = grid_cost(raw)
    if cost > budget:
        return 0
    cells = _placed(rows, raw)
    spacers = _empty_columns(cells)
    if spacers and _all_titled(cells, spacers):
        for cell in cells:
            _without(cell, spacers)
    return cost


def _placed(rows: Sequence[RowNode], raw: Sequence[Sequence[RawCell]]) -> list[_Placed]:
    """The cells with their columns; rows beyond the widest grid that is built have none."""
    grid = build_grid(raw)
    nodes = [cell for row in rows for cell in row.cells]
    if len(nodes) != len(grid.cells):
        return []
    return [_Placed(node, frozenset(range(at.column, at.column + at.colspan))) for node, at in zip(nodes, grid.cells, strict=True)]


def _empty_columns(cells: Sequence[_Placed]) -> frozenset[int]:
    """Columns in which some cells stand alone and all of these are empty."""
    alone = [cell for cell in cells if len(cell.columns) == 1]
    filled = {column for cell in alone if cell.node.chars for column in cell.columns}
    return frozenset(column for cell in alone for column in cell.columns) - filled


def _all_titled(cells: Sequence[_Placed], spacers: frozenset[int]) -> bool:
    """Whether every other column that has cells of its own has a title among them."""
    left = [(cell.node, cell.columns - spacers) for cell in cells]
    own = {column for _, columns in left if len(columns) == 1 for column in columns}
    titled = {column for node, columns in left if len(columns) == 1 and _is_title(node) for column in columns}
    return len(own) >= _FEWEST_COLUMNS and own == titled


def _is_title(node: CellNode) -> bool:
    """Whether a cell holds words rather than a number, which may have a unit."""
    return node.letters >= _WORD and node.letters > _WORD * node.digits


def _without(cell: _Placed, spacers: frozenset[int]) -> None:
    left = cell.columns - spacers
    if left:
        cell.node.colspan = len(left)
    else:
        cell.node.spacer = not cell.node.chars
