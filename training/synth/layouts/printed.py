"""Layouts of text taken from PDF files and of text without any separator: A12, A13, A14, A15."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from gongkai.training.synth.grid import Grid, GridRow, Piece
from gongkai.training.synth.layouts.common import Part, interleave, on_one_line, trimmed
from gongkai.training.synth.marked import MarkedText

_WRAP = 12


def glued(grid: Grid, rng: random.Random) -> MarkedText:
    """A12: nothing between the cells of a row; a run of numbers is one value with the keys of all its cells, joined by `+`."""
    parts: list[Part] = []
    for row in on_one_line(grid.without_blanks(), "").rows:
        parts += (*_glued_row(row), "\n")
    return trimmed(parts)


def _glued_row(row: GridRow) -> list[Part]:
    parts: list[Part] = []
    run: list[Piece] = []
    for piece in (*row.pieces, Piece("row", "")):
        if not piece.is_title:
            run.append(piece)
            continue
        if run:
            keys = [p.key for p in run if p.key]
            parts.append(MarkedText.of("".join(p.text for p in run), "value", "+".join(keys) or None))
            run = []
        parts.append(piece.marked())
    return parts


def one_line(grid: Grid, rng: random.Random) -> MarkedText:
    """A15: the whole table on one line, a space between cells, blank ones gone."""
    grid = on_one_line(grid.without_blanks(), rng.choice((" ", "")))
    return trimmed(interleave((piece.marked() for piece in grid.pieces()), rng.choice((" ", " ", " ", "  ", "\u3000"))))


def paged(grid: Grid, rng: random.Random) -> MarkedText:
    """A13: rows of a PDF page: long titles wrapped round the line with the numbers, page numbers between rows."""
    return _pages(grid.without_blanks(), rng, stack=rng.random() < 0.3)


def stacked(grid: Grid, rng: random.Random) -> MarkedText:
    """A14: as A13 with the narrow column titles stacked, to be read downwards."""
    return _pages(grid.without_blanks(), rng, stack=True)


def _pages(grid: Grid, rng: random.Random, stack: bool) -> MarkedText:
    number_style, page = rng.choice(("P. {}", "- {} -", "— {} —", "{}", "第{}页")), rng.randint(2, 30)
    grid = on_one_line(grid, rng.choice(("", " ")))
    grid = _headings_in_middle(grid) if rng.random() < 0.4 else grid
    chars = rng.choice((1, 2)) if grid.width > 10 else 2
    break_at = rng.randrange(1, len(grid.rows) + 3)
    parts: list[Part] = []
    for number, row in enumerate(grid.rows):
        if number == break_at:
            parts += (MarkedText.of(number_style.format(page), "junk"), "\n")
        narrow = stack and row.kind == "header" and len(row.pieces) > 2
        parts += _stack(row.pieces, chars, rng) if narrow else _wrapped(row, rng)
    return trimmed(parts)


def _headings_in_middle(grid: Grid) -> Grid:
    """Titles that span several rows moved to the middle one of them, where they are printed."""
    rows = [list(row.pieces) for row in grid.rows]
    for number, row in enumerate(grid.rows):
        for piece in row.pieces if row.kind == "data" else ():
            if piece.label == "row" and piece.rowspan > 2 and number + piece.rowspan <= len(rows):
                rows[number].remove(piece)
                rows[number + piece.rowspan // 2].insert(0, piece)
    return replace(grid, rows=tuple(replace(row, pieces=tuple(pieces)) for row, pieces in zip(grid.rows, rows, strict=True)))


def _stack(pieces: Sequence[Piece], chars: int, rng: random.Random) -> list[Part]:
    """The titles in columns of `chars` characters: line by line, the first fragments of all of them, then the second …"""
    fragments = [[piece.text[i : i + chars] for i in range(0, len(piece.text), chars)] for piece in pieces]
    height = max(len(column) for column in fragments)
    lines: list[Part] = []
    for level in range(height):
        line = [replace(p, text=f[level].strip()).marked() for p, f in zip(pieces, fragments, strict=True) if level < len(f)]
        lines += (*interleave(line, " "), "\n")
    return lines


def _wrapped(row: GridRow, rng: random.Random) -> list[Part]:
    """A row on a line, or its long title on several with the numbers after one of them."""
    cells = [piece for piece in row.pieces if not piece.is_title]
    titles = [piece for piece in row.pieces if piece.is_title]
    if not titles or len(titles[-1].text) <= _WRAP or rng.random() < 0.3:
        return [*interleave((piece.marked() for piece in row.pieces), " "), "\n"]
    width = rng.randint(_WRAP - 4, _WRAP)
    text = titles[-1].text
    lines = [text[i : i + width].strip() for i in range(0, len(text), width)]
    middle = rng.choice((len(lines) // 2, len(lines) // 2, 0, len(lines) - 1))
    parts: list[Part] = [part for title in titles[:-1] for part in (title.marked(), " ")]
    for number, line in enumerate(lines):
        numbers = [part for cell in cells for part in (" ", cell.marked())] if number == middle else []
        parts += (replace(titles[-1], text=line).marked(), *numbers, "\n")
    return parts
