"""Layouts that only the accuracy benchmark has: kin of those that were seen, which neither training nor any rule was made on.

Whoever works on the rules of the assembler should not read on; no page of training is drawn from these.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Mapping

from gongkai.training.synth.grid import Grid, GridRow, Piece
from gongkai.training.synth.layouts.common import Part, interleave, on_one_line, trimmed, unmerged
from gongkai.training.synth.marked import MarkedText

Layout = Callable[[Grid, random.Random], MarkedText]


def wide_gaps(grid: Grid, rng: random.Random) -> MarkedText:
    """U1: two to six spaces between the cells of a row, as from a printer's file; blank cells are gone."""
    grid = on_one_line(grid.without_blanks(), rng.choice(("", " ")))
    parts: list[Part] = []
    for row in grid.rows:
        for number, piece in enumerate(row.pieces):
            parts += ("  " + " " * rng.randint(0, 4) if number else "", piece.marked())
        parts.append("\n")
    return trimmed(parts)


def aligned_columns(grid: Grid, rng: random.Random) -> MarkedText:
    """U2: columns of one width, filled with spaces, as tools that keep the look of a page write them; a blank cell is a gap."""
    grid = unmerged(on_one_line(grid, ""))
    gap = rng.choice((1, 2, 3))
    widths = [max(_width(row.pieces[column].text) for row in grid.rows if _counts(row, column)) for column in range(grid.width)]
    parts: list[Part] = []
    for row in grid.rows:
        for piece, width in zip(row.pieces, widths, strict=False):
            fill = " " * max(0, width - _width(piece.text))
            parts += (piece.marked(), fill, " " * gap) if piece.is_title or piece.empty else (fill, piece.marked(), " " * gap)
        parts.append("\n")
    return trimmed(parts)


def _counts(row: GridRow, column: int) -> bool:
    """Whether a cell has a say in the width of its column: what spans several columns has not."""
    return column < len(row.pieces) and (row.pieces[column].colspan == 1 or row.pieces[column].empty)


def _width(text: str) -> int:
    """Columns on a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def separated_values(grid: Grid, rng: random.Random) -> MarkedText:
    """U3: a comma or a semicolon between cells, as spreadsheets save them; a blank cell is nothing between two of them."""
    separator = rng.choice((",", ",", ";"))
    grid = on_one_line(grid, "")
    grid = unmerged(grid) if rng.random() < 0.5 else grid
    parts: list[Part] = []
    for row in grid.rows:
        parts += (*interleave((_quoted(piece, separator) for piece in row.pieces), separator), "\n")
    return trimmed(parts)


def _quoted(piece: Piece, separator: str) -> MarkedText:
    return MarkedText.join(('"', piece.marked(), '"')) if separator in piece.text else piece.marked()


def ideographic_gaps(grid: Grid, rng: random.Random) -> MarkedText:
    """U4: an ideographic space after every cell, blank ones too, or two between those that say something."""
    keeps = rng.random() < 0.5
    separator = "\u3000" if keeps else "\u3000\u3000"
    grid = on_one_line(grid if keeps else grid.without_blanks(), "")
    return trimmed(part for row in grid.rows for part in (*interleave((piece.marked() for piece in row.pieces), separator), "\n"))


def listed(grid: Grid, rng: random.Random) -> MarkedText:
    """U5: a row as a sentence: its titles, a colon, and the cells with a pause between them; a blank cell is a pause more."""
    colon, pause, stop = rng.choice((("\uff1a", "\uff1b", "。"), (": ", "; ", ""), ("\uff1a", "、", "")))
    parts: list[Part] = []
    for row in on_one_line(grid, "").rows:
        titles = [piece for piece in row.pieces if piece.is_title]
        cells = [piece for piece in row.pieces if not piece.is_title]
        parts += interleave((piece.marked() for piece in titles), " " if len(titles) < 2 or row.kind == "data" else pause)
        parts += (colon if titles and cells else "", *interleave((piece.marked() for piece in cells), pause), stop if cells else "", "\n")
    return trimmed(parts)


def boxed(grid: Grid, rng: random.Random) -> MarkedText:
    """U6: box-drawing lines round every cell, a rule between rows or only under the first; a blank cell is an empty box."""
    grid = unmerged(on_one_line(grid, ""))
    everywhere = rng.random() < 0.5
    wall, line = rng.choice((("│", "─"), ("┃", "━"), ("|", "-")))
    rule = f"{'┼' if wall != '|' else '+'}{line * 6}" * grid.width + "\n"
    parts: list[Part] = [rule]
    for number, row in enumerate(grid.rows):
        parts += (f"{wall} ", *interleave((piece.marked() for piece in row.pieces), f" {wall} "), f" {wall}\n")
        parts.append(rule if everywhere or number == 0 else "")
    return trimmed(parts)


UNSEEN_RENDERERS: Mapping[str, Layout] = {
    "U1": wide_gaps,
    "U2": aligned_columns,
    "U3": separated_values,
    "U4": ideographic_gaps,
    "U5": listed,
    "U6": boxed,
}
UNSEEN_LAYOUTS: tuple[str, ...] = tuple(UNSEEN_RENDERERS)
