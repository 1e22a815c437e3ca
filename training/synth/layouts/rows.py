"""Layouts with a row on a line: A2, A3, A7, A8, A9, A11, A18."""

from __future__ import annotations

import random

from gongkai.training.synth.grid import Grid, GridRow
from gongkai.training.synth.layouts.common import Part, filler, interleave, on_one_line, trimmed, unmerged
from gongkai.training.synth.marked import MarkedText


def filler_rows(grid: Grid, rng: random.Random) -> MarkedText:
    """A2: cells with a pipe after each, then bare pipes to the table's width; the last row may have none."""
    grid = on_one_line(grid, rng.choice((" ", " ", "")))
    last = "" if rng.random() < 0.5 else filler(grid, grid.rows[-1].pieces)
    fills = [filler(grid, row.pieces) for row in grid.rows[:-1]] + [last]
    return trimmed(part for row, fill in zip(grid.rows, fills, strict=True) for part in _piped(row, fill))


def plain_rows(grid: Grid, rng: random.Random) -> MarkedText:
    """A3: as A2 without fillers."""
    grid = on_one_line(grid, rng.choice((" ", " ", "")))
    return trimmed(part for row in grid.rows for part in _piped(row, ""))


def _piped(row: GridRow, fill: str) -> list[Part]:
    """Every cell with a pipe after it; a blank one is a pipe more."""
    parts: list[Part] = []
    for piece in row.pieces:
        parts += (" |",) if piece.empty else (" " if parts else "", piece.marked(), " |")
    return [*parts, f" {fill}" if fill else "", "\n"]


def outer_pipes(grid: Grid, rng: random.Random) -> MarkedText:
    """A7: a pipe before and after every cell, the row's end filled as in A2 or not at all."""
    grid = on_one_line(grid, " ")
    filled = rng.random() < 0.6
    end = rng.choice((" \n", "\n"))
    parts: list[Part] = []
    for row in grid.rows:
        cells: list[Part] = [piece.marked() for piece in row.pieces]
        parts += ("| ", *interleave(cells, " | "), " |", filler(grid, row.pieces) if filled else "", end)
    return trimmed(parts)


def padded_pipes(grid: Grid, rng: random.Random) -> MarkedText:
    """A8: a pipe before every cell, and every cell between a line break with a space and two spaces."""
    parts: list[Part] = []
    for row in grid.rows:
        for piece in row.pieces:
            parts += ("| \n ", piece.marked(), "  ")
        parts.append("| \n")
    return trimmed(parts)


def trailing_filler(grid: Grid, rng: random.Random) -> MarkedText:
    """A9: one cell and its pipe per line, the filler on the line of the row's last cell."""
    parts: list[Part] = []
    for row in grid.rows:
        cells: list[Part] = [piece.marked() for piece in row.pieces]
        fill = filler(grid, row.pieces)
        parts += (*interleave(cells, " |\n"), " |", f" {fill}" if fill else "", "\n")
    return trimmed(parts)


def spaced_rows(grid: Grid, rng: random.Random) -> MarkedText:
    """A11: cells with one space between them, blank cells gone; or with tabs, which keep them."""
    separator = rng.choice(("\t", "\t", " ", " ", "  "))
    grid = on_one_line(grid if separator == "\t" else grid.without_blanks(), rng.choice((" ", "")))
    if separator == "\t" and rng.random() < 0.5:
        grid = unmerged(grid)
    parts: list[Part] = []
    for row in grid.rows:
        parts += (*interleave((piece.marked() for piece in row.pieces), separator), "\n")
    return trimmed(parts)


def markdown(grid: Grid, rng: random.Random) -> MarkedText:
    """A18: a markdown table: what a merged cell covers is empty, a rule under the first row."""
    grid = unmerged(on_one_line(grid, " "))
    rule = "|" + rng.choice(("---|", " --- |", ":---:|")) * grid.width + "\n"
    parts: list[Part] = []
    for number, row in enumerate(grid.rows):
        cells = interleave((piece.marked() for piece in row.pieces), " | ")
        parts += ("| ", *cells, " |\n", rule if number == 0 else "")
    return trimmed(parts)
