"""Damage to the rows and cells of a table before it is flattened: rows outside the form, notes, padding, values gone."""

from __future__ import annotations

import random
from dataclasses import replace

from gongkai.training.synth.grid import Grid, GridRow, Piece
from gongkai.training.synth.table_damage import Context
from gongkai.training.synth.titles import EXTRA_DOCUMENT_ROWS, EXTRA_REQUEST_ROWS, EXTRA_SERVICE_ROWS, TABLE_NOTES, YEARLY_TOTALS


def damage_rows(table: str, grid: Grid, modes: frozenset[str], context: Context) -> Grid:
    """The grid of `table` hurt by the modes C8, C14, A20, D11, D16 and D3, as far as they are among `modes`."""
    if "C8" in modes:
        grid = with_extra_rows(table, grid, context.rng)
    if "C14" in modes:
        grid = with_note(grid, context)
    if "A20" in modes:
        grid = without_values(grid)
    if "D11" in modes:
        grid = padded(grid, context.rng)
    if "D16" in modes:
        grid = one_short(grid, context.rng)
    return grid.without_blanks() if "D3" in modes else grid


def with_extra_rows(table: str, grid: Grid, rng: random.Random) -> Grid:
    """C8: one to three rows that the form does not have; their cells have no key."""
    if table == "review_litigation":
        return grid
    rows = list(grid.rows)
    if table == "proactive" and rng.random() < 0.3:
        total = Piece("value", str(rng.randint(20, 9000)), colspan=grid.width - 1)
        rows.append(GridRow("data", (Piece("row", rng.choice(YEARLY_TOTALS)), total)))
    data = [i for i, row in enumerate(rows) if row.kind == "data" and len(row.pieces) > 2]
    titles = EXTRA_REQUEST_ROWS if table == "requests" else EXTRA_DOCUMENT_ROWS + EXTRA_SERVICE_ROWS
    for i in sorted(rng.sample(data, min(len(data), rng.randint(1, 2))), reverse=True):
        rows.insert(i + 1, _foreign_row(rows[i], rng.choice(titles), rng))
    return replace(grid, rows=tuple(rows))


def _foreign_row(model: GridRow, title: str, rng: random.Random) -> GridRow:
    """A row shaped like `model` with another title and other numbers."""
    own = next(piece for piece in reversed(model.pieces) if piece.label == "row")
    cells = [piece for piece in model.pieces if not piece.is_title]
    foreign = (Piece("blank", "", colspan=cell.colspan) if cell.empty else _foreign_value(cell, rng) for cell in cells)
    return GridRow("data", (replace(own, text=title), *foreign))


def _foreign_value(cell: Piece, rng: random.Random) -> Piece:
    return Piece("value", str(rng.choice((0, 0, 0, rng.randint(1, 400)))), colspan=cell.colspan)


def with_note(grid: Grid, context: Context) -> Grid:
    """C14: a line with a note, a unit or a signature before, inside or after the table."""
    text = context.rng.choice(TABLE_NOTES).format(year=context.year, digit=context.rng.randint(1, 30))
    note = GridRow("note", (Piece("junk", text, colspan=grid.width),))
    at = context.rng.choice((0, len(grid.rows), context.rng.randrange(len(grid.rows) + 1)))
    return replace(grid, rows=(*grid.rows[:at], note, *grid.rows[at:]))


def without_values(grid: Grid) -> Grid:
    """A20: the form with nothing filled in."""
    return grid.map(lambda piece: piece if piece.is_title else Piece("blank", "", piece.key, piece.colspan))


def padded(grid: Grid, rng: random.Random) -> Grid:
    """D11: spaces round some values."""

    def pad(piece: Piece) -> Piece:
        if piece.is_title or piece.empty or rng.random() < 0.4:
            return piece
        return replace(piece, pad=(" " * rng.choice((0, 1, 1, 2)), rng.choice(("", "", " ", "\xa0"))))

    return grid.map(pad)


def one_short(grid: Grid, rng: random.Random) -> Grid:
    """Rows that end in blanks lose one of them (the last cell of a merged row)."""

    def shorten(row: GridRow) -> GridRow:
        ends_blank = len(row.pieces) > 2 and row.pieces[-1].empty and row.pieces[-2].empty
        return replace(row, pieces=row.pieces[:-1]) if ends_blank and rng.random() < 0.4 else row

    return replace(grid, rows=tuple(map(shorten, grid.rows)))
