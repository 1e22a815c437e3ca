"""Lines whose title is none of the form's: rows with a lost or damaged title, rows outside the form, several rows on one line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gongkai.inference.assemble.rows import Item, Line, is_row
from gongkai.inference.assemble.titles import ordinal, similarities

_ALIKE = 0.3
_CLEARLY = 0.15
_DAMAGED = re.compile(r"[?\ufffd]")  # what a byte out of step leaves


def missing_rows(lines: Sequence[Line], index: int, rows: Sequence[Item]) -> tuple[Item, ...]:
    """The rows of the form that should stand between the last title read up to line `index` and the next one."""
    return _gap(lines, index, rows)[0]


def rows_of_strange_lines(lines: Sequence[Line], rows: Sequence[Item]) -> Mapping[int, tuple[str, ...]]:
    """The keys of the rows that lines with cells but without a title of the form may be, by index of the line.

    Where as many strange lines as rows stand between two titles that were read, they are these rows in order, unless a title is
    plainly another one. Of more lines than rows, the one most like a row is taken, if it is clearly so. A line may also be several
    rows run together; then all missing rows are named.
    """
    strange = [index for index, line in enumerate(lines) if line.cells and not is_row(line)]
    found: dict[int, tuple[str, ...]] = {}
    for index in strange:
        missing, between = _gap(lines, index, rows)
        together = [other for other in strange if other in between]
        if len(together) == len(missing):
            item = missing[together.index(index)]
            found[index] = (item.key,) if _may_be(lines[index], item) else ()
        elif len(together) > len(missing) > 0:
            found[index] = tuple(item.key for item in missing if _most_alike([lines[other] for other in together], item) is lines[index])
        else:
            found[index] = tuple(item.key for item in missing)
    return found


def _gap(lines: Sequence[Line], index: int, rows: Sequence[Item]) -> tuple[tuple[Item, ...], range]:
    """The rows missing round line `index`, and the lines between the titles before and after that were read."""
    order = {item.key: place for place, item in enumerate(rows)}
    read = [(place, order[line.item.key]) for place, line in enumerate(lines) if is_row(line) and line.item and line.item.key in order]
    before = max(((place, row) for place, row in read if place <= index), default=(-1, -1))
    after = min(((place, row) for place, row in read if place > index), default=(len(lines), len(order)))
    return tuple(rows[before[1] + 1 : after[1]]), range(before[0] + 1, after[0])


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


def _most_alike(lines: Sequence[Line], item: Item) -> Line | None:
    """The line whose title is clearly the most like that of a row, and like it at all."""
    ranked = sorted(((_likeness(line, item), -place) for place, line in enumerate(lines)), reverse=True)
    best, second = ranked[0], ranked[1][0] if len(ranked) > 1 else 0.0
    return lines[-best[1]] if best[0] >= _ALIKE and best[0] - second >= _CLEARLY else None
