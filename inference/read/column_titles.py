"""The columns of a table without ruling lines: where its numbers stand, and what stands above them."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from html import escape
from itertools import pairwise
from statistics import median

from gongkai.inference.forms import forms
from gongkai.inference.read.lines import Line, Word, joint
from gongkai.inference.read.marked_up import WrittenCell

_ARTICLE = re.compile("第.{1,4}条")
_EVEN = (0.55, 1.8)
_ROOM = 1.5
_FEW = 4

Interval = tuple[float, float]
"""A range of x."""


def united(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals that overlap as one, in order."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def meets(word: Word, column: Interval) -> bool:
    """Whether a word stands, in part at least, in a column."""
    return word.x0 < column[1] and column[0] < word.x1


def with_titles(columns: Sequence[Interval], lines: Sequence[Sequence[Word]]) -> tuple[list[Interval], set[Interval]]:
    """The columns as wide as their titles, with those that hold no number but have a title; and those of them that have one.

    Titles are taken from the numbers upwards: what lies over several columns is the title of none, nor is what stands alone on its
    line and over no column, or in the space between two columns that have their titles below it.
    """
    found = list(columns)
    titled: set[Interval] = set()
    for words in reversed(lines):
        below, titled = titled, set()
        for word in words:
            met = [column for column in found if meets(word, column)]
            if len(met) == 1 or (not met and len(words) > 1 and _has_room(word, found, below)):
                column = (min(word.x0, *(x0 for x0, _ in met)), max(word.x1, *(x1 for _, x1 in met))) if met else (word.x0, word.x1)
                found = sorted({*found} - {*met} | {column})
                below = {column if known in met else known for known in below}
                titled.add(column)
        titled |= below
    return found, titled


def _has_room(word: Word, columns: Sequence[Interval], titled: Collection[Interval]) -> bool:
    """Whether a column of its own may be where `word` stands."""
    before = [column for column in columns if column[1] <= word.x0]
    after = [column for column in columns if column[0] >= word.x1]
    if not before or not after or not {before[-1], after[0]} <= set(titled):
        return True
    middles = _middles(columns)
    space = _middles(after[:1])[0] - _middles(before[-1:])[0]
    return space >= _ROOM * min(b - a for a, b in pairwise(middles))


def _middles(columns: Iterable[Interval]) -> list[float]:
    return [(start + end) / 2 for start, end in columns]


def evenly_spaced(columns: Sequence[Interval]) -> bool:
    """Whether the columns follow each other so evenly that none can have been overlooked or made up."""
    middles = _middles(columns)
    steps = [after - before for before, after in pairwise(middles)]
    if len(columns) < _FEW:
        return True
    least, most = (share * median(steps) for share in _EVEN)
    return least <= min(steps) and max(steps) <= most


def header_rows(
    lines: Sequence[Line], columns: Sequence[Interval], beside: float
) -> tuple[list[tuple[WrittenCell, ...]], Sequence[Interval]]:
    """The rows of titles, and the columns without that of the corner, which has a title but holds titles of rows.

    First come titles over several columns and what stands beside them, line by line, then the title of each column, read downwards,
    behind the corner if there are titles of rows, which end at `beside`.
    """
    rows: list[tuple[WrittenCell, ...]] = []
    titles = [""] * (len(columns) + 1)  # the last one is the corner
    for line in lines:
        others: list[Word] = []
        for word in line.words:
            place = _titled(word, columns)
            if place is None:
                others.append(word)
            else:
                titles[place] += (joint(titles[place], word.text, False) if titles[place] else "") + word.text
        if others:
            rows.append(tuple(text_cell(word.text) for word in others))
    corner = bool(titles[0]) and titles[0] in _corners()
    if any(titles):
        before = [] if corner or (not titles[-1] and beside == -math.inf) else titles[-1:]
        rows.append(tuple(text_cell(title) for title in (*before, *titles[:-1])))
    return rows, columns[corner:]


def _titled(word: Word, columns: Sequence[Interval]) -> int | None:
    """The column that a word is the title of, -1 for a piece of the corner, None for a title over several columns or over none."""
    met = [index for index, column in enumerate(columns) if meets(word, column)]
    if len(met) == 1:
        return None if _ARTICLE.search(word.text) else met[0]
    beside = not met and word.x1 < columns[0][0]
    return -1 if beside and (len(word.text) == 1 or word.text in _corners()) else None


@cache
def _corners() -> frozenset[str]:
    return frozenset(block.corner for form in forms().values() for table in form.tables for block in table.blocks if block.corner)


def text_cell(text: str) -> WrittenCell:
    """A cell of plain text."""
    return WrittenCell(escape(text, quote=False))
