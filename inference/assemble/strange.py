"""Lines whose title is none of the form's: rows with a lost or damaged title, rows outside the form, several rows on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gongkai.inference.assemble.rows import Item, Line, is_row
from gongkai.inference.assemble.titles import ordinal, similarities

_ALIKE = 0.3
_CLEARLY = 0.15
_DAMAGED = re.compile(r"[?\ufffd]")  # what a byte out of step leaves


@dataclass(frozen=True, slots=True)
class Gap:
    """The rows of the form between two titles that were read and follow each other, and the lines `first` to `last` between them."""

    missing: tuple[Item, ...]
    first: int
    last: int


def gaps_of(lines: Sequence[Line], rows: Sequence[Item]) -> Iterator[Gap]:
    """What stands before the first row that was read, between each and the next, and after the last. `first` is the line of the row
    itself but for the first gap.
    """
    order = {item.key: place for place, item in enumerate(rows)}
    read = [(place, order[line.item.key]) for place, line in enumerate(lines) if is_row(line) and line.item and line.item.key in order]
    for (here, row), (there, other) in pairwise([(0, -1), *read, (len(lines), len(rows))]):
        yield Gap(tuple(rows[row + 1 : other]), here, there)


def rows_of_strange_lines(lines: Sequence[Line], rows: Sequence[Item]) -> Mapping[int, tuple[str, ...]]:
    """The keys of the rows that lines with cells but without a title of the form may be, by index of the line.

    Where as many strange lines as rows stand between two titles that were read, they are these rows in order, unless a title is
    plainly another one. Of more lines than rows, the one most like a row is taken, if it is clearly so. A line may also be several
    rows run together; then all missing rows are named.
    """
    found: dict[int, tuple[str, ...]] = {}
    unknown = [index for index, line in enumerate(lines) if line.cells and not is_row(line)]
    for gap in gaps_of(lines, rows) if unknown else ():
        strange = [index for index in unknown if gap.first <= index < gap.last]
        if len(strange) == len(gap.missing):
            found |= {index: (item.key,) if _may_be(lines[index], item) else () for index, item in zip(strange, gap.missing, strict=True)}
        elif len(strange) > len(gap.missing):
            chosen = {_most_alike(lines, strange, item): item.key for item in gap.missing}
            found |= {index: (chosen[index],) for index in strange if index in chosen}
        else:
            found |= {index: tuple(item.key for item in gap.missing) for index in strange}
    return found


def _title(line: Line) -> str:
    return "".join(title.text for title in line.titles)


def _may_be(line: Line, item: Item) -> bool:
    """Whether the title of a line may be that of a row: it is lost (the title before is no row's), damaged, numbered alike, or not
    quite unlike.
    """
    title = _title(line)
    if line.item is not None or not title.strip() or _DAMAGED.search(title):
        return True
    return (ordinal(title) is not None and ordinal(title) == ordinal(item.wordings[0])) or _likeness(line, item) >= _ALIKE


def _likeness(line: Line, item: Item) -> float:
    return float(similarities([_title(line)], item.wordings).max()) if line.titles else 0.0


def _most_alike(lines: Sequence[Line], strange: Sequence[int], item: Item) -> int | None:
    """The one of several lines whose title is clearly the most like that of a row, and like it at all."""
    ranked = sorted(((_likeness(lines[index], item), -index) for index in strange), reverse=True)
    (best, place), (second, _) = ranked[:2]
    return -place if best >= _ALIKE and best - second >= _CLEARLY else None
