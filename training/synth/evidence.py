"""What flattening leaves of the cells of a row: which of them show in the text, and whether a reader can tell that more were there."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gongkai.inference.forms import Block
from gongkai.training.synth.grid import Grid, GridRow, Piece
from gongkai.training.synth.layouts import render
from gongkai.training.synth.lost_lines import drop_repeated_lines

GLUED_LAYOUTS = frozenset({"A12"})
_PROBE_WIDTH = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell that shows in the text: `text` is what is printed there, nothing in a blank cell that left a trace."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """The columns of a row by their `keys`, and its `slots` in printed order: fewer than columns where blank cells left no trace.

    A `glued` row prints its slots without anything between them. `shows_blanks` says whether blank cells leave a trace here. Of an
    `open` row other cells may be lost with their numbers, so that sums say nothing of it; in an `aligned` one those that are left
    stand in the first columns.
    """

    keys: tuple[str, ...]
    slots: tuple[Slot, ...]
    glued: bool = False
    shows_blanks: bool = True
    open: bool = False
    aligned: bool = False

    @property
    def full(self) -> bool:
        """Whether every column shows."""
        return len(self.slots) == len(self.keys)


@dataclass(frozen=True, slots=True)
class Flattening:
    """How one table became text: its layout, the seed of the layout's habits, and whether repeated lines are dropped."""

    layout: str
    seed: int
    deduplicated: bool

    def leaves_blanks(self) -> bool:
        """Whether a blank cell leaves a trace: whether the text changes with the place of the blank."""
        return self._probe(("1", "", "2")) != self._probe(("", "1", "2"))

    def _probe(self, cells: tuple[str, ...]) -> str:
        header = _row("header", "column", ("甲", "乙", "丙"))
        earlier = _row("data", "value", ("3", "", "", "4"), "丁")
        later = _row("data", "value", ("5", "6", "7"), "己")
        grid = Grid(_PROBE_WIDTH, (header, earlier, _row("data", "value", cells, "戊"), later))
        marked = render(self.layout, grid, random.Random(self.seed))
        return (drop_repeated_lines(marked) if self.deduplicated else marked).text


def _row(kind: str, label: str, texts: Iterable[str], title: str = "") -> GridRow:
    cells = [Piece(label if text else "blank", text) for text in texts]
    return GridRow("header" if kind == "header" else "data", (*([Piece("row", title)] if title else []), *cells))


def printed_rows(table: str, grid: Grid, blocks: Iterable[Block], flattening: Flattening) -> tuple[PrintedRow, ...]:
    """Every row of the form that a damaged grid is of, with the cells that show once the grid is flattened."""
    keeps = flattening.leaves_blanks()
    shown: dict[str, list[Slot]] = defaultdict(list)
    for piece in grid.pieces():
        if piece.key and (piece.text or keeps):
            shown[piece.key].append(Slot(piece.key, piece.text))
    glued = flattening.layout in GLUED_LAYOUTS
    return tuple(PrintedRow(keys, tuple(slot for key in keys for slot in shown[key]), glued, keeps) for keys in _rows(table, blocks))


def _rows(table: str, blocks: Iterable[Block]) -> Iterator[tuple[str, ...]]:
    """The cell keys of every row that is printed; a block of one line is one row."""
    for block in blocks:
        rows = [tuple(f"{table}.{row.key}.{column.key}" for column in block.columns) for row in block.rows]
        yield from [tuple(key for row in rows for key in row)] if block.one_line else rows


def surviving_rows(rows: Sequence[PrintedRow], kept: Collection[str], lines_lost: bool) -> tuple[PrintedRow, ...]:
    """The rows after whole lines or the end of the page are gone, of whose printed cells only `kept` are left.

    Where lines were lost anywhere in a table (`lines_lost`) no row that is not full can be trusted to have lost blanks only; where
    the page ends inside a table, that is so for the last row that is left and those after it.
    """
    damaged = {_table(row) for row in rows if _lost(row, kept)}
    left = [_left(row, kept, lines_lost) for row in rows]
    last = {_table(row): number for number, row in enumerate(left) if any(slot.key in kept for slot in row.slots)}
    opened = {number for number, row in enumerate(left) if _table(row) in damaged and (lines_lost or number >= last.get(_table(row), 0))}
    return tuple(replace(row, open=number in opened and not row.full) for number, row in enumerate(left))


def _table(row: PrintedRow) -> str:
    return row.keys[0].split(".")[0]


def _lost(row: PrintedRow, kept: Collection[str]) -> bool:
    return any(slot.text and slot.key not in kept for slot in row.slots)


def _left(row: PrintedRow, kept: Collection[str], lines_lost: bool) -> PrintedRow:
    """The row with the cells that are left, and the blanks before the last of them."""
    if not _lost(row, kept):
        return row
    end = max((number for number, slot in enumerate(row.slots, 1) if slot.key in kept), default=0)
    slots = tuple(slot for slot in row.slots[:end] if slot.key in kept or not slot.text)
    return replace(row, slots=slots, aligned=row.shows_blanks and not lines_lost)
