"""In a table with nothing between its cells, a number that was taken for the end of its row's title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gongkai.inference.assemble.rows import Line, is_row
from gongkai.inference.assemble.tokens import Kind, Token

_NUMBER = re.compile(r"(?<=[^\d.,+-])\d+$")
_MOST = 0.6


def with_cells_cut_off(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines, with the number at the end of the title of a row without cells as its cell, if the table's rows are glued."""
    filled = [line for line in lines if is_row(line) and line.cells]
    glued = sum(line.cells[0].start == line.end_of_title for line in filled)
    if not filled or glued < _MOST * len(filled):
        return tuple(lines)
    return tuple(_cut(line) if is_row(line) and not line.cells else line for line in lines)


def _cut(line: Line) -> Line:
    last = line.titles[-1]
    number = _NUMBER.search(last.text)
    if number is None:
        return line
    start = last.start + number.start()
    title = last._replace(end=start, text=last.text[: number.start()])
    return replace(
        line, titles=(*line.titles[:-1], title), cells=(Token(Kind.VALUE, start, last.end, number.group(), "value", last.score),)
    )
