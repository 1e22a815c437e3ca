"""Tables without ruling lines: rows of numbers that stand below each other in columns.

Where the places of the numbers do not show with certainty which column each stands in, the lines are left as they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from statistics import median

from gongkai.inference.forms import forms
from gongkai.inference.read.lines import Line, Word, joint
from gongkai.inference.read.marked_up import WrittenCell

_NUMBER = re.compile(r"[+\-−﹣－]?[\d０-９][\d０-９,，.．]*(?:件|条|项|个|元|万元)?|[/／—–\-]{1,2}|无|空")
_SENTENCE = re.compile("[。；;]")
_ARTICLE = re.compile("第.{1,4}条")
_SECTION = re.compile("[一二三四五六七八九十]+、")
_WIDE_GAP = 1.0
_MOST_HEADER_LINES = 16
_MOST_TITLE_LINES = 6
_EVEN = (0.55, 1.8)
_ROOM = 1.5
_FEW = 4
_SLACK = 0.5

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class AlignedTable:
    """Lines `first` to `last` (half-open) of a text as the rows of a table."""

    first: int
    last: int
    rows: tuple[tuple[WrittenCell, ...], ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines `first` to `last` (half-open) with rows of numbers; titles end, and numbers begin, at `edge`."""

    first: int
    last: int
    edge: float


def aligned_tables(lines: Sequence[Line]) -> list[AlignedTable]:
    """The tables whose columns show in the places of their numbers."""
    tables: list[AlignedTable] = []
    position = 0
    while position < len(lines):
        run = _run_from(lines, position)
        if run is None:
            position += 1
            continue
        table = _table(lines, run, tables[-1].last if tables else 0)
        if table is not None:
            tables.append(table)
        position = run.last
    return tables


def _numbers(line: Line, edge: float = math.inf) -> tuple[Word, ...]:
    """The numbers at the end of a line, if there are several or one well apart from what precedes it.

    A number alone on its line is one only where numbers are known to stand, from `edge` on.
    """
    first = len(line.words)
    while first and _NUMBER.fullmatch(line.words[first - 1].text):
        first -= 1
    numbers = line.words[first:]
    if not any(character.isdecimal() for word in numbers for character in word.text):
        return ()  # a line of strokes alone is no row: they may be what is left of a title
    if len(numbers) > 1:
        return numbers
    apart = numbers[0].x0 - line.words[first - 1].x1 >= _WIDE_GAP * line.size if first else numbers[0].x0 >= edge
    return numbers if apart else ()


def _run_from(lines: Sequence[Line], first: int) -> _Run | None:
    """The run of rows whose first numbers stand in line `first`, from the title before them to the last row with numbers."""
    numbers = _numbers(lines[first])
    if not numbers:
        return None
    edge, last = numbers[0].x0, first + 1
    while first and "".join(lines[first - 1].text.split()) in _row_titles():
        first -= 1
    for index in range(first + 1, len(lines)):
        numbers = _numbers(lines[index], edge - _SLACK * lines[index].size)
        title_end = _title(lines[index], numbers)[-1].x1 if _title(lines[index], numbers) else edge
        if title_end > edge or index - last >= _MOST_TITLE_LINES:
            break
        if numbers:
            edge, last = min(edge, numbers[0].x0), index + 1
    return _Run(first, last, edge)


def _title(line: Line, numbers: Sequence[Word]) -> tuple[Word, ...]:
    return line.words[: len(line.words) - len(numbers)]


def _table(lines: Sequence[Line], run: _Run, after: int) -> AlignedTable | None:
    """The table of a run with the lines of titles above it, or None where its columns are not certain; it begins after `after`."""
    above = _lines_above(lines, run, after)
    body = [_Row.of(line, run.edge) for line in lines[run.first : run.last]]
    beside = max((row.end_of_title for row in body), default=-math.inf)
    titles = [[word for word in line.words if word.x0 >= beside] for line in lines[above : run.first]]
    columns, titled = _with_titles(_united((word.x0, word.x1) for row in body for word in row.numbers), titles)
    header, columns = _header(lines[above : run.first], columns, beside)
    if not _is_certain(body, columns, titled):
        return None
    return AlignedTable(above, run.last, (*header, *(row.cells(columns) for row in body)))


@dataclass(frozen=True, slots=True)
class _Row:
    """A line as the title of a row and its numbers; either may be missing."""

    title: tuple[Word, ...]
    numbers: tuple[Word, ...]
    size: float

    @classmethod
    def of(cls, line: Line, edge: float) -> _Row:
        """The row of a line in a run whose numbers begin at `edge`."""
        numbers = _numbers(line, edge - _SLACK * line.size)
        return cls(_title(line, numbers), numbers, line.size)

    @property
    def end_of_title(self) -> float:
        """Where the title ends, a little less than it takes up."""
        return self.title[-1].x1 - _SLACK * self.size if self.title else -math.inf

    def cells(self, columns: Sequence[Interval]) -> tuple[WrittenCell, ...]:
        """The title, if any, and the cell of every column; of a piece of a title only that."""
        title = " ".join(word.text for word in self.title)
        texts = [next((word.text for word in self.numbers if _meets(word, column)), "") for column in columns]
        filled = self.numbers or "".join(title.split()) in _row_titles()
        return tuple(map(_cell, (*((title,) if title else ()), *(texts if filled else ()))))


def _is_certain(rows: Sequence[_Row], columns: Sequence[Interval], titled: Collection[Interval]) -> bool:
    """Whether each number stands in one column of its own, and no column can have been overlooked or made up.

    Without a title over each column, only rows without gaps say how many there are.
    """
    numbers = [row.numbers for row in rows if row.numbers]
    full = all(len(row) == len(columns) for row in numbers)
    known = set(columns) <= set(titled) or (full and len(columns) > 1)
    return known and _even(columns) and all(_apart(row, columns) for row in numbers)


def _apart(numbers: Sequence[Word], columns: Sequence[Interval]) -> bool:
    """Whether each number stands in one column, and none in that of another."""
    met = [index for word in numbers for index, column in enumerate(columns) if _meets(word, column)]
    return len(met) == len(set(met)) == len(numbers)


def _united(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals that overlap as one, in order."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _meets(word: Word, column: Interval) -> bool:
    return word.x0 < column[1] and column[0] < word.x1


def _lines_above(lines: Sequence[Line], run: _Run, after: int) -> int:
    """The first of the lines of titles right above a run."""
    first = run.first
    while first > after and run.first - first < _MOST_HEADER_LINES and _is_heading(lines[first - 1], run.edge):
        first -= 1
    return first


def _is_heading(line: Line, edge: float) -> bool:
    """Whether a line may hold column titles, the corner beside them, or the title of a block; a section or a sentence may not."""
    if _SENTENCE.search(line.text) or _SECTION.match(line.text) or _numbers(line):
        return False
    return line.x1 > edge or line.widest_gap >= _WIDE_GAP or len(line.text) <= _MOST_HEADER_LINES


def _with_titles(columns: Sequence[Interval], lines: Sequence[Sequence[Word]]) -> tuple[list[Interval], set[Interval]]:
    """The columns as wide as their titles, with those that hold no number but have a title; and those of them that have one.

    Titles are taken from the numbers upwards: what lies over several columns is the title of none, nor is what stands alone on its
    line and over no column, or in the space between two columns that have their titles below it.
    """
    found = list(columns)
    titled: set[Interval] = set()
    for words in reversed(lines):
        below, titled = titled, set()
        for word in words:
            met = [column for column in found if _meets(word, column)]
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


def _even(columns: Sequence[Interval]) -> bool:
    """Whether the columns follow each other so evenly that none can have been overlooked or made up."""
    middles = _middles(columns)
    steps = [after - before for before, after in pairwise(middles)]
    if len(columns) < _FEW:
        return True
    least, most = (share * median(steps) for share in _EVEN)
    return least <= min(steps) and max(steps) <= most


def _header(lines: Sequence[Line], columns: Sequence[Interval], beside: float) -> tuple[list[tuple[WrittenCell, ...]], Sequence[Interval]]:
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
            rows.append(tuple(_cell(word.text) for word in others))
    corner = bool(titles[0]) and titles[0] in _corners()
    if any(titles):
        before = [] if corner or (not titles[-1] and beside == -math.inf) else titles[-1:]
        rows.append(tuple(_cell(title) for title in (*before, *titles[:-1])))
    return rows, columns[corner:]


def _titled(word: Word, columns: Sequence[Interval]) -> int | None:
    """The column that a word is the title of, -1 for a piece of the corner, None for a title over several columns or over none."""
    met = [index for index, column in enumerate(columns) if _meets(word, column)]
    if len(met) == 1:
        return None if _ARTICLE.search(word.text) else met[0]
    beside = not met and word.x1 < columns[0][0]
    return -1 if beside and (len(word.text) == 1 or word.text in _corners()) else None


@cache
def _corners() -> frozenset[str]:
    return frozenset(block.corner for form in forms().values() for table in form.tables for block in table.blocks if block.corner)


@cache
def _row_titles() -> frozenset[str]:
    return frozenset(
        word
        for form in forms().values()
        for table in form.tables
        for block in table.blocks
        for row in block.rows
        for word in row.wordings()
    )


def _cell(text: str) -> WrittenCell:
    return WrittenCell(escape(text, quote=False))
