"""Layouts with one cell per line: A1, A4, A5, A6, A10, A16."""

from __future__ import annotations

import random

from gongkai.training.synth.grid import Grid
from gongkai.training.synth.layouts.common import Part, filler, trimmed
from gongkai.training.synth.marked import MarkedText


def cell_lines(grid: Grid, rng: random.Random) -> MarkedText:
    """A1: an empty line between cells; a blank cell adds a newline (or an empty paragraph), after which the rest has moved."""
    gap = rng.choice(("\n\n",) * 8 + ("\n\n\n", "\n \n", "\n\xa0\n"))
    empty = rng.choice(("\n", "\n", "\n", "\n\n", "\n \n"))
    indent = rng.choice(("",) * 5 + ("        ", "  ", "\u3000\u3000", "\t"))
    parts: list[Part] = []
    for piece in grid.pieces():
        parts += (empty,) if piece.empty else (gap, indent, piece.marked())
    return trimmed(parts)


def single_lines(grid: Grid, rng: random.Random) -> MarkedText:
    """A10: one newline between cells; a blank cell is an empty line."""
    indent = rng.choice(("",) * 5 + (" ", "\u3000"))
    parts: list[Part] = []
    for piece in grid.pieces():
        parts += ("\n",) if piece.empty else ("\n", indent, piece.marked())
    return trimmed(parts)


def pipe_line(grid: Grid, rng: random.Random) -> MarkedText:
    """A6: every pipe alone on its line; a blank cell is an empty line or nothing before its pipe."""
    empty = rng.choice(("", "", "\n", " \n"))
    parts: list[Part] = []
    for piece in grid.pieces():
        parts += (empty, "|\n") if piece.empty else (piece.marked(), "\n|\n")
    return trimmed(parts)


def pipe_after(grid: Grid, rng: random.Random) -> MarkedText:
    """A4: cell and pipe on a line, a blank cell a lone pipe, short rows end in a line of filler."""
    return _piped_lines(grid, "")


def pipe_before_row(grid: Grid, rng: random.Random) -> MarkedText:
    """A5: as A4 with a lone pipe before every row."""
    return _piped_lines(grid, "|\n")


def _piped_lines(grid: Grid, before_row: str) -> MarkedText:
    parts: list[Part] = []
    for row in grid.rows:
        parts.append(before_row)
        for piece in row.pieces:
            parts += ("|\n",) if piece.empty else (piece.marked(), " |\n")
        fill = filler(grid, row.pieces)
        parts.append(f"{fill}\n" if fill else "")
    return trimmed(parts)


def framed(grid: Grid, rng: random.Random) -> MarkedText:
    """A16: a layout table round the page leaves lines of hundreds of pipes round the table's own text."""
    wall = f"|\n{'|' * rng.randint(40, 400)}\n"
    inner = rng.choice((cell_lines, single_lines, pipe_after))(grid, rng)
    return trimmed((wall, inner, "\n", wall if rng.random() < 0.7 else "|\n"))
