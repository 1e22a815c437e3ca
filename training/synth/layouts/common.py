"""What the layouts share: cells as text on one line, rows with fillers, text without newlines at its ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gongkai.training.synth.grid import Grid, GridRow, Piece
from gongkai.training.synth.marked import MarkedText

Part = MarkedText | str
_NOTHING = Piece("blank", "")
_BREAKS = re.compile(r"\s*\n\s*")
_EMPTY_LINES = re.compile(r"(?:[^\S\n]*\n)+")


def on_one_line(grid: Grid, joint: str) -> Grid:
    """The grid with the line breaks inside its titles replaced by `joint`."""

    def join(piece: Piece) -> Piece:
        return replace(piece, text=_BREAKS.sub(joint, piece.text)) if "\n" in piece.text else piece

    return grid.map(join)


def interleave(parts: Iterable[Part], separator: str) -> list[Part]:
    """The parts with `separator` between them."""
    woven: list[Part] = []
    for part in parts:
        woven += (separator, part)
    return woven[1:]


def filler(grid: Grid, pieces: Sequence[Piece]) -> str:
    """The bare pipes that fill a row of `pieces` to the table's width."""
    return "|" * max(0, grid.width - len(pieces))


def trimmed(parts: Iterable[Part]) -> MarkedText:
    """The parts joined, without empty lines at either end."""
    whole = MarkedText.join(parts)
    start = first.end() if (first := _EMPTY_LINES.match(whole.text)) else 0
    end = len(whole.text.rstrip())
    if start >= end:
        return MarkedText("")
    return MarkedText(whole.text[start:end], tuple(replace(m, start=m.start - start, end=m.end - start) for m in whole.marks))


def unmerged(grid: Grid) -> Grid:
    """The grid with an empty cell in every place that a merged cell covers, as spreadsheets and markdown write it."""
    covered: set[tuple[int, int]] = set()
    rows: list[GridRow] = []
    for number, row in enumerate(grid.rows):
        cells: list[Piece] = []
        for piece in row.pieces:
            cells += _covered_here(covered, number, len(cells))
            here = len(cells)
            covered |= {(number + i, here + j) for i in range(1, piece.rowspan) for j in range(piece.colspan)}
            cells += (piece, *[_NOTHING] * (piece.colspan - 1))
        cells += [_NOTHING] * (grid.width - len(cells))
        rows.append(replace(row, pieces=tuple(cells)))
    return replace(grid, rows=tuple(rows))


def _covered_here(covered: set[tuple[int, int]], row: int, column: int) -> list[Piece]:
    count = 0
    while (row, column + count) in covered:
        count += 1
    return [_NOTHING] * count
