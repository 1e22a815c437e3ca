"""Tables without ruling lines: rows of numbers that stand below each other in columns.

Where the places of the numbers do not show with certainty which column each stands in, the lines are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from statistics import median

from gongkai.inference.read.lines import Line, Word, joint
from gongkai.inference.read.marked_up import WrittenCell

_NUMBER = re.compile(r"[+\-−﹣－]?[\d０-９][\d０-９,，.．]*(?:件|条|项|个|元|万元)?|[/／—–\-]{1,2}|无|空")
_SENTENCE = re.compile("[。；;]")
_SECTION = re.compile("[一二三四五六七八九十]+、")
_WIDE_GAP = 1.0
_MOST_HEADER_LINES = 16
_MOST_TITLE_LINES = 6
_UNEVEN = 1.8
_FEW = 4

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


def _numbers(line: Line) -> tuple[Word, ...]:
    """The numbers at the end of a line, if there are several or one well apart from what precedes it."""
    first = len(line.words)
    while first and _NUMBER.fullmatch(line.words[first - 1].text):
        first -= 1
    numbers = line.words[first:]
    if len(numbers) == 1 and (not first or numbers[0].x0 - line.words[first - 1].x1 < _WIDE_GAP * line.size):
        return ()
    return numbers


def _run_from(lines: Sequence[Line], first: int) -> _Run | None:
    """The run of rows whose first numbers stand in line `first`, from the title before them to the last row with numbers."""
    numbers = _numbers(lines[first])
    if not numbers:
        return None
    edge, last = numbers[0].x0, first + 1
    for index in range(first + 1, len(lines)):
        numbers = _numbers(lines[index])
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
    columns = _columns_of_numbers(lines[run.first : run.last])
    above = _lines_above(lines, run, after)
    titles = [word for line in lines[above : run.first] for word in line.words if word.x0 >= run.edge - line.size]
    columns = _with_titles(columns, titles) if columns else []
    if len(columns) < 2 and not any(_meets(word, columns[0]) for word in titles if columns):
        return None
    if not columns or not _even(columns):
        return None
    rows = [*_header(lines[above : run.first], columns), *(_row(line, columns) for line in lines[run.first : run.last])]
    return AlignedTable(above, run.last, tuple(rows))


def _columns_of_numbers(lines: Iterable[Line]) -> list[Interval]:
    """Where numbers stand below each other; none if two numbers of one line would be in one column."""
    rows = [numbers for line in lines if (numbers := _numbers(line))]
    columns = _united((word.x0, word.x1) for numbers in rows for word in numbers)
    apart = all(len({_column(word, columns) for word in numbers}) == len(numbers) for numbers in rows)
    return columns if apart else []


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


def _column(word: Word, columns: Sequence[Interval]) -> int:
    return next((index for index, column in enumerate(columns) if _meets(word, column)), -1)


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


def _with_titles(columns: Sequence[Interval], titles: Sequence[Word]) -> list[Interval]:
    """The columns, with those that hold no number but have a title; a title over several columns is none of its own."""
    found = list(columns)
    for word in sorted(titles, key=lambda word: (word.x1 - word.x0, word.x0)):
        met = [column for column in found if _meets(word, column)]
        if not met:
            found.append((word.x0, word.x1))
    return sorted(found)


def _even(columns: Sequence[Interval]) -> bool:
    """Whether the columns follow each other so evenly that none between them can have been overlooked."""
    middles = [(start + end) / 2 for start, end in columns]
    steps = [after - before for before, after in pairwise(middles)]
    return len(columns) < _FEW or max(steps) <= _UNEVEN * median(steps)


def _header(lines: Sequence[Line], columns: Sequence[Interval]) -> list[tuple[WrittenCell, ...]]:
    """Titles over several columns and beside them line by line, then the title of each column, read downwards."""
    rows: list[tuple[WrittenCell, ...]] = []
    titles = [""] * len(columns)
    for line in lines:
        others: list[Word] = []
        for word in line.words:
            met = [index for index, column in enumerate(columns) if _meets(word, column)]
            if len(met) == 1:
                titles[met[0]] += (joint(titles[met[0]], word.text, False) if titles[met[0]] else "") + word.text
            else:
                others.append(word)
        if others:
            rows.append(tuple(_cell(word.text) for word in others))
    return [*rows, tuple(map(_cell, titles))] if any(titles) else rows


def _row(line: Line, columns: Sequence[Interval]) -> tuple[WrittenCell, ...]:
    numbers = _numbers(line)
    title = " ".join(word.text for word in _title(line, numbers))
    placed = {_column(word, columns): word.text for word in numbers}
    cells = [_cell(placed.get(index, "")) for index in range(len(columns))] if numbers else []
    return (*((_cell(title),) if title else ()), *cells)


def _cell(text: str) -> WrittenCell:
    return WrittenCell(escape(text, quote=False))
