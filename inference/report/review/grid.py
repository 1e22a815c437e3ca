"""Statutory tables as the law draws them: titles that span lines and columns, and a named place for every cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from gongkai.inference.report.tables import BlockView, RowView
from gongkai.inference.results import Cell

_VERTICAL_FROM = 3  # columns from which their titles are drawn downwards, as forms of many columns do


@dataclass(frozen=True, slots=True)
class Heading:
    """A title that spans `columns` and `rows` of its grid. `vertical` titles are written from top to bottom."""

    text: str
    columns: int = 1
    rows: int = 1
    vertical: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the form and the cell that was found for it, or None."""

    key: str
    cell: Cell | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the grid: the titles that begin in it, then its places."""

    headings: tuple[Heading, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One block: lines of column titles, then lines of cells. `title` names the block where the law does."""

    title: str | None
    head: tuple[tuple[Heading, ...], ...]
    lines: tuple[Line, ...]

    @property
    def columns(self) -> int:
        """How many places a line has."""
        return len(self.lines[0].places)


def grid_of(block: BlockView) -> Grid:
    """The grid of a block. Every line has as many places; titles and places fill it without gap or overlap."""
    if block.one_line:
        return _one_line(block)
    levels = 1 + max(row.depth for row in block.rows)
    return Grid(block.title, tuple(_head(block, levels)), tuple(_lines(block.rows, levels)))


def _head(block: BlockView, levels: int) -> Iterator[tuple[Heading, ...]]:
    corner = Heading(block.corner or "", columns=levels, rows=max(1, len(block.headings)))
    lines = list(_title_lines(block.headings, block.columns)) or [tuple(Heading(title) for title in block.columns)]
    yield (corner, *lines[0])
    yield from lines[1:]


def _title_lines(headings: Sequence[Sequence[str]], columns: Sequence[str]) -> Iterator[tuple[Heading, ...]]:
    """Lines of titles over `columns`. A title that is a column's reaches down to it; another spans the columns up to the next such."""
    vertical = len(columns) > _VERTICAL_FROM
    open_columns = list(range(len(columns)))
    for line, titles in enumerate(headings):
        below = len(headings) - line
        leaves = _leaves(titles, [columns[place] for place in open_columns])
        row = []
        for title, place in zip(titles, leaves, strict=True):
            if place is None:
                row.append(Heading(title, columns=len(open_columns) - sum(leaf is not None for leaf in leaves)))
            else:
                row.append(Heading(title, rows=below, vertical=vertical))
        taken = {open_columns[place] for place in leaves if place is not None}
        open_columns = [place for place in open_columns if place not in taken]
        yield tuple(row)


def _leaves(titles: Sequence[str], columns: Sequence[str]) -> list[int | None]:
    """For every title the first column of that name which no title before it took, or None."""
    taken: set[int] = set()
    found: list[int | None] = []
    for title in titles:
        place = next((i for i, column in enumerate(columns) if column == title and i not in taken), None)
        found.append(place)
        taken |= {place} if place is not None else set()
    return found


def _lines(rows: Sequence[RowView], levels: int) -> Iterator[Line]:
    waiting: list[Heading] = []
    for number, row in enumerate(rows):
        if row.cells:
            title = Heading(row.title, columns=levels - row.depth)
            yield Line((*waiting, title), _places([row]))
            waiting = []
        else:
            waiting.append(Heading(row.title, rows=_reach(rows, number), vertical=True))


def _reach(rows: Sequence[RowView], number: int) -> int:
    """How many lines of cells stand under the heading `number`."""
    below = rows[number + 1 :]
    end = next((i for i, row in enumerate(below) if row.depth <= rows[number].depth), len(below))
    return sum(bool(row.cells) for row in below[:end])


def _one_line(block: BlockView) -> Grid:
    """All rows side by side: the name of each over its columns; rows that the first line does not name share its last title."""
    first, rest = block.headings[0], [row for row in block.rows if row.title not in block.headings[0]]
    width, depth = len(block.columns), len(block.headings)
    leaves = tuple(Heading(title, vertical=True) for title in block.columns)
    own = [row for row in block.rows if row.title in first]
    tall = tuple(Heading(title, rows=depth - 1, vertical=True) for _ in own for title in block.columns)
    top = (*(Heading(row.title, columns=width) for row in own), Heading(first[-1], columns=width * len(rest)))
    middle = (*tall, *(Heading(row.title, columns=width) for row in rest))
    bottom = tuple(chain.from_iterable(leaves for _ in rest))
    return Grid(block.title, (top, middle, bottom), (Line((), _places(block.rows)),))


def _places(rows: Sequence[RowView]) -> tuple[Place, ...]:
    return tuple(Place(key, cell) for row in rows for key, cell in zip(row.keys, row.cells, strict=True))
