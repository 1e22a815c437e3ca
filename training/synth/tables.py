"""A report to its three tables as the law prints them: titles, corners, column and row headings, and what the cells say."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gongkai.inference.forms import Block, Row
from gongkai.training.synth.cells_text import Hand, draw_hand, write_value
from gongkai.training.synth.grid import Grid, GridRow, Kind, Piece
from gongkai.training.synth.values import Report

PROACTIVE_WIDTH = 4
REQUESTS_WIDTH = 10
REVIEW_WIDTH = 15
_TITLE_COLUMNS = REQUESTS_WIDTH - 7


@dataclass(frozen=True, slots=True)
class CellWriter:
    """Writes the cells of one report: a number as printed, a sign in a blank cell, or nothing."""

    report: Report
    rng: random.Random
    hand: Hand

    def piece(self, key: str) -> Piece:
        """The cell `key`."""
        value = self.report.cells[key]
        if value is None:
            return Piece("blank", self.report.signs.get(key, ""), key)
        return Piece("value", write_value(self.rng, key.rsplit(".", 1)[1], value, self.hand), key)


def build_tables(report: Report, rng: random.Random, modes: Collection[str]) -> dict[str, Grid]:
    """The three tables by key, with undamaged statutory titles; `modes` is what befalls the numbers in the cells."""
    writer = CellWriter(report, rng, draw_hand(rng, modes))
    return {
        "proactive": _proactive(report.blocks["proactive"], writer),
        "requests": _requests(report.blocks["requests"][0], writer, rng.choice((0, 2)) if "C10" in modes else 1),
        "review_litigation": _review_litigation(report.blocks["review_litigation"][0], writer),
    }


def _proactive(blocks: Sequence[Block], writer: CellWriter) -> Grid:
    rows: list[GridRow] = []
    for block in blocks:
        spans = _spread(PROACTIVE_WIDTH - 1, len(block.columns))
        titles = [Piece("column", c.title, colspan=span) for c, span in zip(block.columns, spans, strict=True)]
        rows.append(_row("block", [Piece("block", block.title or "", colspan=PROACTIVE_WIDTH)]))
        rows.append(_row("header", [Piece("column", block.corner or ""), *titles]))
        for row in block.rows:
            cells = [writer.piece(f"proactive.{row.key}.{column.key}") for column in block.columns]
            spread = [Piece(c.label, c.text, c.key, span) for c, span in zip(cells, spans, strict=True)]
            rows.append(_row("data", [Piece("row", row.title), *spread]))
    return Grid(PROACTIVE_WIDTH, tuple(rows))


def _spread(width: int, count: int) -> list[int]:
    """Column spans of `count` cells that fill `width` columns, the last one widest."""
    return [1] * (count - 1) + [width - count + 1]


def _requests(block: Block, writer: CellWriter, total_in: int) -> Grid:
    handled = [row.key for row in block.rows if row.group] + ["handled_total"]
    rows = _requests_header(block, total_in)
    for row in block.rows:
        titles = [Piece("row", heading, rowspan=_reach(block, row)) for heading in row.headings]
        span = 1 if row.key in handled and _in_group(block, row) else 2 if row.key in handled else _TITLE_COLUMNS
        cells = [writer.piece(f"requests.{row.key}.{column.key}") for column in block.columns]
        rows.append(_row("data", [*titles, Piece("row", row.title, colspan=span), *cells]))
    return Grid(REQUESTS_WIDTH, tuple(rows))


def _in_group(block: Block, row: Row) -> bool:
    """Whether the row stands under a heading of its own group ((三)不予公开)."""
    return row.group is not None and sum(other.group == row.group for other in block.rows) > 1


def _reach(block: Block, row: Row) -> int:
    """How many rows a heading of `row` spans: its group, or for 三、本年度办理结果 all results and their total."""
    if _in_group(block, row):
        return sum(other.group == row.group for other in block.rows)
    return len(block.result_rows()) + 1


def _requests_header(block: Block, total_in: int) -> list[GridRow]:
    """Three header rows; 总计 ends the one numbered `total_in` (1 in the form as the law prints it)."""
    top, middle, bottom = (list(titles) for titles in block.column_headings)
    corner = Piece("column", block.corner or "", colspan=_TITLE_COLUMNS, rowspan=3)
    header = [
        [corner, Piece("column", top[0], colspan=6 if total_in == 0 else 7)],
        [Piece("column", middle[0], rowspan=2), Piece("column", middle[1], colspan=5 if total_in < 2 else 6)],
        [Piece("column", title) for title in bottom],
    ]
    header[total_in].append(Piece("column", middle[2], rowspan=3 - total_in))
    return [_row("header", pieces) for pieces in header]


def _review_litigation(block: Block, writer: CellWriter) -> Grid:
    top, middle, bottom = block.column_headings
    outcomes = len(block.columns)
    first = [Piece("column", top[0], colspan=outcomes), Piece("column", top[1], colspan=2 * outcomes)]
    second = [Piece("column", t, rowspan=2) if i < outcomes else Piece("column", t, colspan=outcomes) for i, t in enumerate(middle)]
    third = [Piece("column", title) for title in bottom]
    cells = [writer.piece(f"review_litigation.{row.key}.{column.key}") for row in block.rows for column in block.columns]
    rows = (_row("header", first), _row("header", second), _row("header", third), _row("data", cells))
    return Grid(REVIEW_WIDTH, rows)


def _row(kind: Kind, pieces: Sequence[Piece]) -> GridRow:
    return GridRow(kind, tuple(pieces))
