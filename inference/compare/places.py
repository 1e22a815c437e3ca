"""The places of both statutory forms laid over each other, in printed order and in the wording of the newest form that has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, reduce

from gongkai.inference.forms import Block, Form, Row, forms
from gongkai.inference.locate import merged


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell is printed: its section, block, row and column. `headings` are printed above its row or above that row's group."""

    key: str
    table: str
    section: str
    block: str
    block_title: str | None
    headings: tuple[str, ...]
    row: str
    column: str
    signed: bool
    """Whether the cell states a change (增加3), of which no percentage can be taken."""


@cache
def places() -> tuple[Place, ...]:
    """Every cell of both forms; rows and columns that only one form has stand among those that they follow there."""
    newest_first = tuple(reversed(forms().values()))
    return tuple(place for table in newest_first[0].tables for place in _of_table(table.key, newest_first))


@cache
def keys_of_blocks() -> dict[tuple[str, str], dict[str, frozenset[str]]]:
    """For every block of a table, the cells that each form has in it; none where a form lacks the block."""
    blocks = dict.fromkeys((place.table, place.block) for place in places())
    return {block: {name: _keys_in(form, *block) for name, form in forms().items()} for block in blocks}


def _keys_in(form: Form, table: str, name: str) -> frozenset[str]:
    blocks = (block for block in form.table(table).blocks if block.key == name)
    return frozenset(f"{table}.{row.key}.{column.key}" for block in blocks for row in block.rows for column in block.columns)


def _of_table(table: str, newest_first: tuple[Form, ...]) -> Iterator[Place]:
    versions = [form.table(table) for form in newest_first]
    for name in _order(tuple(block.key for block in version.blocks) for version in versions):
        blocks = [block for version in versions for block in version.blocks if block.key == name]
        yield from _of_block(table, versions[0].section, blocks)


def _of_block(table: str, section: str, blocks: list[Block]) -> Iterator[Place]:
    for row in _order(tuple(row.key for row in block.rows) for block in blocks):
        having = [block for block in blocks if any(one.key == row for one in block.rows)]
        for column in _order(tuple(column.key for column in block.columns) for block in having):
            block = next(block for block in having if any(one.key == column for one in block.columns))
            titled, over = _row(block, row), next(one for one in block.columns if one.key == column)
            key = f"{table}.{row}.{column}"
            yield Place(key, table, section, block.key, block.title, _headings(block, titled), titled.title, over.title, signed=over.signed)


def _order(versions: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    return reduce(lambda newer, older: merged(older, newer), versions)


def _row(block: Block, key: str) -> Row:
    return next(row for row in block.rows if row.key == key)


def _headings(block: Block, row: Row) -> tuple[str, ...]:
    """What is printed above the first row of the group that `row` belongs to."""
    return row.headings or next((first.headings for first in block.rows if row.group and first.group == row.group), ())
