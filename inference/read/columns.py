"""Tables without ruling lines: rows of numbers that stand below each other in columns.

Where the places of the numbers do not show with certainty which column each stands in, the lines are left as they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from gongkai.inference.forms import forms
from gongkai.inference.read.column_titles import Interval, evenly_spaced, header_rows, meets, text_cell, united, with_titles
from gongkai.inference.read.lines import Line, Word
from gongkai.inference.read.marked_up import WrittenCell

_NUMBER = re.compile(r"[+\-−﹣－]?[\d０-９][\d０-９,，.．]*(?:件|条|项|个|元|万元)?|[/／—–\-]{1,2}|无|空")
_SENTENCE = re.compile("[。；;]")
_SECTION = re.compile("[一二三四五六七八九十]+、")
_WIDE_GAP = 1.0
_MOST_NUMBERS = 100
_MOST_HEADER_LINES = 16
_MOST_TITLE_LINES = 6
_SLACK = 0.5


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
    if len(numbers) > _MOST_NUMBERS:
        return ()
    if not any(character.isdecimal() for word in numbers for character in word.text):
        return ()  # a line of strokes alone is no row: they may be what is left of a title
    if len(numbers) != 1:
        return numbers
    (only,) = numbers
    apart = only.x0 - line.words[first - 1].x1 >= _WIDE_GAP * line.size if first else only.x0 >= edge
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
    found, titled = with_titles(united((word.x0, word.x1) for row in body for word in row.numbers), titles)
    header, columns = header_rows(lines[above : run.first], found, beside)
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
        texts = [next((word.text for word in self.numbers if meets(word, column)), "") for column in columns]
        filled = self.numbers or "".join(title.split()) in _row_titles()
        return tuple(map(text_cell, (*((title,) if title else ()), *(texts if filled else ()))))


def _is_certain(rows: Sequence[_Row], columns: Sequence[Interval], titled: Collection[Interval]) -> bool:
    """Whether each number stands in one column of its own, and no column can have been overlooked or made up.

    Without a title over each column, only rows without gaps say how many there are.
    """
    numbers = [row.numbers for row in rows if row.numbers]
    full = all(len(row) == len(columns) for row in numbers)
    known = set(columns) <= set(titled) or (full and len(columns) > 1)
    return known and evenly_spaced(columns) and all(_apart(row, columns) for row in numbers)


def _apart(numbers: Sequence[Word], columns: Sequence[Interval]) -> bool:
    """Whether each number stands in one column, and none in that of another."""
    met = [index for word in numbers for index, column in enumerate(columns) if meets(word, column)]
    return len(met) == len(set(met)) == len(numbers)


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
