"""Layouts drawn at random, so that the model learns what a table is and not which separators it knows.

Training and the fit of confidences draw them, the benchmark of accuracy does not.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace

from gongkai.training.synth.grid import Grid, GridRow, Piece
from gongkai.training.synth.layouts.common import Part, interleave, on_one_line, trimmed, unmerged
from gongkai.training.synth.marked import MarkedText

_BETWEEN = (
    " ", "  ", "   ", "    ", "\t", "\t\t", " \t", "\u3000", "\u3000\u3000", "\xa0", "|", " |", "| ", " | ", "||", " || ", "｜", "│", " ┃ ", "¦",
    ",", ", ", "，", ";", "; ", "；", "、", "/", " / ", "\\", ":", "：", "·", " · ", "•", "_", " _ ", "^", "~", " ~ ", "#", "&", "*", " * ", "=",
    "->", " → ", ">", "<>", "[]", "@@", "$", "%%", "+", " + ", "….",
)  # fmt: skip
_ROW_ENDS = ("\n",) * 6 + ("\n\n", "\n\n", "\n\n\n", " \n", "\n \n", ";\n", "。\n", "\r\n", "\n-----\n", "\n=====\n", "\n\u3000\n")
_CELL_ENDS = (
    ("\n",) * 3
    + ("\n\n",) * 2
    + ("\n\n\n", " \n", "\n \n", "\n\t\n", ",\n", ";\n", " /\n", "\n/\n", "\n;\n", "\n-\n", "\n·\n", "\n,\n", " \\\n")
)
_BEFORE = ("",) * 8 + (" ", "  ", "\u3000", "\t", "- ", "· ", "* ", "> ", "│ ", "[", "<td>", '"', "'")
_AFTER = {"[": "]", "<td>": "</td>", '"': '"', "'": "'"}
_BLANKS = ("",) * 6 + ("-", "--", "—", "/", "空", "无", "○", "null", "\xa0", "\u3000", "___")
_PAGE_NUMBERS = ("{}", "- {} -", "— {} —", "第{}页", "{}/9", "P. {}", "[{}]")


def drawn_rows(grid: Grid, rng: random.Random) -> MarkedText:
    """R1: a row on a line, with a separator, frame, row end and blank of its own; sometimes with page numbers between rows."""
    between, before, end = rng.choice(_BETWEEN), rng.choice(("", "", "", "{}", "{}", " ")), rng.choice(_ROW_ENDS)
    before = before.format(between)
    after = rng.choice(("", "", between)) if before else rng.choice(("", "", "", between))
    grid = _with_blanks(unmerged(grid) if rng.random() < 0.25 else grid, rng)
    grid = on_one_line(grid, rng.choice(("", " "))) if rng.random() < 0.8 else grid
    numbers = rng.random() < 0.25
    parts: list[Part] = []
    for row in grid.rows:
        parts += (before, *interleave((piece.marked() for piece in row.pieces), between), after, end)
        parts += _page_number(rng) if numbers and rng.random() < 0.06 else ()
    return trimmed(parts)


def drawn_cells(grid: Grid, rng: random.Random) -> MarkedText:
    """R2: a cell on a line, with a frame, line end and blank of its own; sometimes with page numbers between rows."""
    before, end = rng.choice(_BEFORE), rng.choice(_CELL_ENDS)
    after = _AFTER.get(before, "") + end
    grid = _with_blanks(grid, rng)
    row_end = rng.choice(("", "", "", "\n", "\n\n", "----\n", end))
    numbers = rng.random() < 0.25
    parts: list[Part] = []
    for row in grid.rows:
        for piece in row.pieces:
            parts += (before, piece.marked(), after)
        parts += (row_end, *(_page_number(rng) if numbers and rng.random() < 0.06 else ()))
    return trimmed(parts)


def drawn_titles(grid: Grid, rng: random.Random) -> MarkedText:
    """R3: the titles of a row on a line, its cells on the next, or after a colon."""
    between, joint = rng.choice(_BETWEEN), rng.choice(("\n", "\n", "\n\n", ":", "：", ": ", " : ", "\n  ", "——"))
    grid = on_one_line(_with_blanks(grid, rng), rng.choice(("", " ")))
    end = rng.choice(_ROW_ENDS)
    parts: list[Part] = []
    for row in grid.rows:
        titles, cells = _split(row)
        parts += interleave((piece.marked() for piece in titles), between)
        parts += (joint if titles and cells else "", *interleave((piece.marked() for piece in cells), between), end)
    return trimmed(parts)


def _split(row: GridRow) -> tuple[list[Piece], list[Piece]]:
    return [piece for piece in row.pieces if piece.is_title], [piece for piece in row.pieces if not piece.is_title]


def _with_blanks(grid: Grid, rng: random.Random) -> Grid:
    """The grid with a sign in its empty cells, or without them."""
    sign = rng.choice(_BLANKS)
    if rng.random() < 0.2:
        return grid.without_blanks()
    return grid.map(lambda piece: replace(piece, text=sign) if piece.empty and not piece.is_title and sign.strip() else piece)


def _page_number(rng: random.Random) -> tuple[Part, ...]:
    return (MarkedText.of(rng.choice(_PAGE_NUMBERS).format(rng.randint(1, 40)), "junk"), "\n")


DRAWN_RENDERERS: Mapping[str, Callable[[Grid, random.Random], MarkedText]] = {"R1": drawn_rows, "R2": drawn_cells, "R3": drawn_titles}
DRAWN_LAYOUTS: tuple[str, ...] = tuple(DRAWN_RENDERERS)
