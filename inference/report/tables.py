"""An extraction laid out as the law prints it: tables of blocks, blocks of rows and columns, a cell or a gap at every place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, reduce

from gongkai.inference.forms import Block, Column, Form, Row, Table, forms
from gongkai.inference.legacy.form import legacy_titles
from gongkai.inference.locate import merged
from gongkai.inference.results import Cell, Extraction

NEWEST = "2021"


@dataclass(frozen=True, slots=True)
class RowView:
    """A row title and one place for every column; None where the page says nothing. A heading has no places.

    `keys` names the places, whether a cell stands there or not.
    """

    title: str
    depth: int
    cells: tuple[Cell | None, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block in the wording of one form: its title, the titles of its columns, and its rows.

    `headings` are the lines of titles over the columns where the law prints several; the rows of a `one_line` block stand side by
    side on one line.
    """

    title: str | None
    corner: str | None
    columns: tuple[str, ...]
    rows: tuple[RowView, ...]
    headings: tuple[tuple[str, ...], ...] = ()
    one_line: bool = False


@dataclass(frozen=True, slots=True)
class TableView:
    """One statutory table. It has no blocks if the page says nothing of it."""

    key: str
    section: str
    blocks: tuple[BlockView, ...]


def table_views(extraction: Extraction) -> tuple[TableView, ...]:
    """The three statutory tables; each block in the wording of the form that its cells belong to."""
    cells = {cell.key: cell for cell in extraction.cells}
    default = extraction.form if extraction.form in forms() else NEWEST
    order = sorted(forms().values(), key=lambda form: form.form != default)
    return tuple(_table_view(table.key, order, cells) for table in order[0].tables)


@cache
def key_titles() -> dict[str, str]:
    """Every cell key of both forms with its row and column as the law words them: `(七)总计 · 自然人`."""
    return {
        f"{table.key}.{row.key}.{column.key}": f"{row.title} · {column.title}"
        for form in forms().values()
        for table in form.tables
        for block in table.blocks
        for row in block.rows
        for column in block.columns
    }


def title_of(key: str) -> str:
    """What the cell or the indicator of an old statistics table is called; the key itself for one that nobody knows."""
    return key_titles().get(key) or legacy_titles().get(key, key)


def _table_view(key: str, order: list[Form], cells: dict[str, Cell]) -> TableView:
    tables = [form.table(key) for form in order]
    empty = all(cells.keys().isdisjoint(table.keys()) for table in tables)
    blocks = () if empty else tuple(view for name in _block_keys(tables) for view in _block_views(name, tables, cells))
    return TableView(key, tables[0].section, blocks)


def _block_keys(tables: list[Table]) -> tuple[str, ...]:
    return reduce(merged, (tuple(block.key for block in table.blocks) for table in tables))


def _block_views(name: str, tables: list[Table], cells: dict[str, Cell]) -> Iterator[BlockView]:
    """The block `name` in the wording of the first form that has all of its cells; if none has, in the wording of every form.

    A block of which the page says nothing is shown only if the first form has it.
    """
    blocks = [(table.key, block) for table in tables for block in table.blocks if block.key == name]
    seen = {key for pair in blocks for key in _keys(*pair) if key in cells}
    whole = [pair for pair in blocks if seen <= _keys(*pair)]
    if not seen and blocks[0][1] not in tables[0].blocks:
        return
    for table, block in whole[:1] or _joined(blocks):
        yield _block_view(table, block, cells)


def _joined(blocks: list[tuple[str, Block]]) -> list[tuple[str, Block]]:
    """Blocks with the same columns as one, with the rows of all; blocks with other columns as they are."""
    (table, first), *others = blocks
    if any(block.columns != first.columns for _, block in others):
        return blocks
    rows = {row.key: row for _, block in blocks for row in block.rows}
    order = reduce(merged, (tuple(row.key for row in block.rows) for _, block in reversed(blocks)))
    return [(table, first.model_copy(update={"rows": tuple(rows[key] for key in order)}))]


def _keys(table: str, block: Block) -> set[str]:
    return {f"{table}.{row.key}.{column.key}" for row in block.rows for column in block.columns}


def _block_view(table: str, block: Block, cells: dict[str, Cell]) -> BlockView:
    rows = tuple(view for row in block.rows for view in _row_views(table, row, block.columns, cells))
    columns = tuple(column.title for column in block.columns)
    return BlockView(block.title, block.corner, columns, rows, block.column_headings, block.one_line)


def _row_views(table: str, row: Row, columns: tuple[Column, ...], cells: dict[str, Cell]) -> Iterator[RowView]:
    for heading in row.headings:
        yield RowView(heading, _depth(heading))
    keys = tuple(f"{table}.{row.key}.{column.key}" for column in columns)
    yield RowView(row.title, _depth(row.title), tuple(map(cells.get, keys)), keys)


def _depth(title: str) -> int:
    """How deep the numbering of a title is: 0 for 一、 or none, 1 for (一), 2 for 1."""
    return 1 if title.startswith("(") else 2 if title[0].isdigit() else 0
