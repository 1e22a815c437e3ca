"""Which layout a table is printed in: the evidence of what stands between its cells and titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gongkai.inference.assemble.layout import FOREIGN, TIGHT_FILLER, Ends, Layout, lead_of, row_end, separators, slots_of
from gongkai.inference.assemble.rows import Line

_SEPARATORS = ("|", "\n", "\t", " ")
_MOST = 0.6
_HEADERS = frozenset({"column", "block"})
_ENOUGH_HEADERS = 3


def layouts_of(text: str, lines: Sequence[Line]) -> list[Layout]:
    """What the layout of the table may be, by its gaps.

    The usual gap is that between neighbouring cells, or a smaller one elsewhere in the table (between title and cell, or after
    the only cell of a line).
    """
    found = _Gaps.of(text, lines)
    if not found.separator:
        return [Layout("", 0, 1, keeps_blanks=False)]
    most = _usual(found.separator, found.cells or [lead for lead, _ in found.leads])
    smaller = {usual for usual in _smaller_usuals(lines, found) if 0 < usual < most}
    return [layout for usual in sorted({most, *smaller}, reverse=True) for layout in _layouts(found, usual)]


def fullest(text: str, lines: Sequence[Line], layouts: Sequence[Layout], columns: int) -> Layout:
    """The first of the layouts that make most lines full, which have `columns` cells then."""
    if len(layouts) == 1:
        return layouts[0]
    return max(layouts, key=lambda layout: sum(len(slots_of(text, line, layout).slots) == columns for line in lines if line.titles))


@dataclass(frozen=True, slots=True)
class _Gaps:
    """What stands between neighbouring cells, between titles and first cells (with how many cells the title may leave empty
    itself), after titles without cells, between headers, and between last cells and the next title.
    """

    separator: str
    cells: Sequence[str]
    leads: Sequence[tuple[str, int]]
    bare: Sequence[str]
    headers: Sequence[str]
    tails: Sequence[str]

    @classmethod
    def of(cls, text: str, lines: Sequence[Line]) -> _Gaps:
        cells = _unbroken(text[a.end : b.start] for line in lines for a, b in pairwise(line.cells))
        titled = [line for line in lines if line.titles and line.cells]
        leads = [(lead, line.item.spans if line.item else 0) for line in titled if not FOREIGN.search(lead := lead_of(text, line))]
        separator = _separator(cells or [lead for lead, _ in leads])
        return cls(separator, cells, leads, _title_gaps(text, lines), _header_gaps(text, lines), _tails(text, lines))


def _smaller_usuals(lines: Sequence[Line], found: _Gaps) -> Iterable[int]:
    """What may be the usual number of separators if every gap between two cells holds a blank, as it may in a sparse table."""
    yield _usual(found.separator, [lead for lead, _ in found.leads])
    if found.separator == "|":
        yield _usual(found.separator, found.bare)
    elif not found.cells:
        yield _usual(found.separator, found.tails)
    if found.separator != "\n" or sum(bool(line.cells) for line in lines) == 1:  # titles may be split at line ends
        yield from _common(found.separator, found.headers)


def _layouts(found: _Gaps, usual: int) -> list[Layout]:
    """The layouts with `usual` separators between two cells, one for every number that a blank may add."""
    ends = _ends(found, usual)
    counts = {*_counts(found.separator, found.cells), *_shown(found, usual, ends)}
    larger = [count - usual for count in counts if count > usual]
    units = _units(found.separator, usual, larger)
    return [Layout(found.separator, usual, unit, bool(larger) and found.separator != " ", ends) for unit in units]


def _shown(found: _Gaps, usual: int, ends: Ends) -> list[int]:
    """The separators before first cells and after titles without cells, as far as they can prove blank cells.

    Where bars may be filler, a single lead proves nothing; where they may not, several bars after a title do.
    """
    first = [count for lead, empty in found.leads if (count := separators(lead, found.separator)) - empty > usual or not empty]
    if found.separator != "|" or ends is Ends.HIDDEN:
        return first if len(first) > 1 else []
    # One bar more may be filler of a line that is one cell short of the table's width, unless the table has no filler at all.
    filled = any(TIGHT_FILLER.search(gap) for gap in (*found.headers, *found.bare, *found.tails))
    most = max(usual + filled, *_header_counts(found))
    ending = [row_end(gap, ends) for gap in (*found.bare, *found.tails)]
    return first + [count for gap in ending if (count := separators(gap, found.separator)) > most]


def _ends(found: _Gaps, usual: int) -> Ends:
    """Where blanks at the end of a row show. Bars are cells there if the lines of column titles, which are short, end without filler."""
    if found.separator == "\n":
        return Ends.TITLE
    if found.separator != "|":
        return Ends.HIDDEN
    counts = _header_counts(found)
    if counts.count(usual) < max(_ENOUGH_HEADERS, len(counts) // 2) or not set(counts) <= {usual, usual + 1}:
        return Ends.HIDDEN
    return Ends.LINE if _rowwise(found) else Ends.TITLE


def _rowwise(found: _Gaps) -> bool:
    """Whether a row of titles stands on a line."""
    return any("\n" not in gap for gap in found.headers)


def _header_counts(found: _Gaps) -> list[int]:
    """The separators after each column or block title, up to the line's end where rows stand on lines."""
    ends = Ends.LINE if _rowwise(found) else Ends.TITLE
    return [count for gap in found.headers if (count := separators(row_end(gap, ends), found.separator))]


def _header_gaps(text: str, lines: Sequence[Line]) -> list[str]:
    """What stands between two titles of columns or blocks that follow each other."""
    tokens = [token for line in lines for token in (*line.titles, *line.cells)]
    headers = ((a, b) for a, b in pairwise(tokens) if a.label in _HEADERS and b.label in _HEADERS)
    return _unbroken(text[a.end : b.start] for a, b in headers)


def _title_gaps(text: str, lines: Sequence[Line]) -> list[str]:
    """What stands between two titles that follow each other."""
    titles = [(line.titles, line.cells) for line in lines if line.titles]
    pairs = ((a[-1].end, b[0].start) for (a, cells), (b, _) in pairwise(titles) if not cells)
    return _unbroken(text[start:end] for start, end in pairs)


def _tails(text: str, lines: Sequence[Line]) -> list[str]:
    """What stands between the last cell of each line and the next title."""
    return _unbroken(text[line.cells[-1].end : line.until] for line in lines if line.titles and line.cells)


def _unbroken(gaps: Iterable[str]) -> list[str]:
    """The gaps that hold nothing but separators."""
    found = list(gaps)
    broken = {gap for gap in set(found) if FOREIGN.search(gap)}
    return [gap for gap in found if gap not in broken] if broken else found


def _usual(separator: str, gaps: Sequence[str]) -> int:
    """The smallest number of separators that is common: blanks only ever add to it."""
    counts = _counts(separator, gaps)
    most = max(counts.values(), default=0)
    return min((count for count, times in counts.items() if count and times * 8 >= most), default=0)


def _common(separator: str, gaps: Sequence[str]) -> list[int]:
    """The numbers of separators that several gaps hold."""
    counts = _counts(separator, gaps)
    return [count for count, times in counts.items() if times >= _ENOUGH_HEADERS]


def _counts(separator: str, gaps: Sequence[str]) -> Counter[int]:
    """How many gaps hold how many separators. Most gaps of a table are alike."""
    counts: Counter[int] = Counter()
    for gap, times in Counter(gaps).items():
        counts[separators(gap, separator)] += times
    return counts


def _separator(gaps: Sequence[str]) -> str:
    for separator in _SEPARATORS:
        if gaps and sum(separator in gap for gap in gaps) >= _MOST * len(gaps):
            return separator
    return "" if gaps and sum(not gap for gap in gaps) > _MOST * len(gaps) else " "


def _units(separator: str, usual: int, larger: Sequence[int]) -> Sequence[int]:
    """How many separators one blank cell may add: one, or up to as many as stand between two cells, if every larger gap agrees."""
    if separator != "\n" or not larger:
        return (1,)
    return [unit for unit in range(1, usual + 1) if all(extra % unit == 0 for extra in larger)]
