"""How a printed table separates its cells, and which blank cells its separators betray."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

from gongkai.inference.assemble.rows import Line
from gongkai.inference.assemble.tokens import Token

_SEPARATORS = ("|", "\n", "\t", " ")
FOREIGN = re.compile(r"[^\s|]")
_BY_NAME = {"|": "pipe", "\t": "tab", "\n": "newline", " ": "space", "": "glued"}
_TIGHT_FILLER = re.compile(r"(?<=\| )\|{2,}[^\S\n]*(?=\n|$)")
_FILLER = re.compile(r"\s*\|(?:\s*\|)+\s*")
_MOST = 0.6
_HEADERS = frozenset({"column", "block"})
_ENOUGH_HEADERS = 3


class Ends(Enum):
    """Where the blank cells at the end of a row show: nowhere (bars there may be filler), up to the end of the line, or up to the next title."""

    HIDDEN = "hidden"
    LINE = "line"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Layout:
    """The separator of a table, how many of it stand between two neighbouring cells, and how many one blank cell adds.

    `keeps_blanks`: some gap between two cells of this table holds more separators than the usual number, so that blank
    cells leave a trace. `ends` says where blanks at the end of a row show.
    """

    separator: str
    usual: int
    per_blank: int
    keeps_blanks: bool
    ends: Ends = Ends.HIDDEN

    @property
    def name(self) -> str:
        """pipe, tab, newline, space or glued."""
        return _BY_NAME[self.separator]

    def with_blanks_of(self, other: Layout) -> Layout:
        """The layout with what `other` shows of blank cells if both separate their cells alike."""
        if (self.separator, self.usual) != (other.separator, other.usual) or not other.keeps_blanks:
            return self
        return replace(self, per_blank=other.per_blank, keeps_blanks=True)

    def blanks_in(self, gap: str) -> int:
        """How many blank cells stand in the text between two neighbouring cells; foreign text between them proves nothing."""
        if not self.keeps_blanks or not self.separator or FOREIGN.search(gap):
            return 0
        return max(0, (separators(gap, self.separator) - self.usual) // self.per_blank)


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell of a printed line: a token, or a blank (`token` None) that only the separators show at `start`."""

    token: Token | None
    start: int

    @property
    def printed_blank(self) -> bool:
        """Whether the cell is printed empty (a placeholder counts as empty)."""
        return self.token is None or self.token.kind.value == "blank"


@dataclass(frozen=True, slots=True)
class Slots:
    """The cells of a line: `open_end` says that blanks after the last one may be hidden in filler or at the table's end."""

    slots: tuple[Slot, ...]
    open_end: bool


def layout_of(text: str, lines: Sequence[Line], columns: int) -> Layout:
    """The layout of the table whose lines these are; `columns` is how many cells a full line has.

    The usual gap is that between neighbouring cells, or a smaller one elsewhere in the table (between title and cell, or after
    the only cell of a line) if that makes more lines full.
    """
    found = _Gaps.of(text, lines)
    if not found.separator:
        return Layout("", 0, 1, keeps_blanks=False)
    most = _usual(found.separator, found.cells or [lead for lead, _ in found.leads])
    smaller = {usual for usual in _smaller_usuals(lines, found) if 0 < usual < most}
    layouts = [layout for usual in sorted({most, *smaller}, reverse=True) for layout in _layouts(found, usual)]
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
        cells = [gap for line in lines for gap in _gaps(text, line)]
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
    counts = [separators(gap, found.separator) for gap in found.cells] + _shown(found, usual, ends)
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
    filled = any(_TIGHT_FILLER.search(gap) for gap in (*found.headers, *found.bare, *found.tails))
    most = max(usual + filled, *_header_counts(found))
    ending = [_row_end(gap, ends) for gap in (*found.bare, *found.tails)]
    return first + [count for gap in ending if (count := separators(gap, found.separator)) > most]


def _row_end(gap: str, ends: Ends) -> str:
    """The part of a gap in which the blanks at the end of a row show."""
    return gap.split("\n", 1)[0] if ends is Ends.LINE else gap


def _ends(found: _Gaps, usual: int) -> Ends:
    """Where blanks at the end of a row show. Bars are cells there if the lines of column titles, which are short, end without filler."""
    if found.separator == "\n":
        return Ends.TITLE
    counts = _header_counts(found)
    if found.separator != "|" or counts.count(usual) < max(_ENOUGH_HEADERS, len(counts) // 2) or not set(counts) <= {usual, usual + 1}:
        return Ends.HIDDEN
    return Ends.LINE if _rowwise(found) else Ends.TITLE


def _rowwise(found: _Gaps) -> bool:
    """Whether a row of titles stands on a line."""
    return any("\n" not in gap for gap in found.headers)


def _header_counts(found: _Gaps) -> list[int]:
    """The separators after each column or block title, up to the line's end where rows stand on lines."""
    ends = Ends.LINE if _rowwise(found) else Ends.TITLE
    return [count for gap in found.headers if (count := separators(_row_end(gap, ends), found.separator))]


def _header_gaps(text: str, lines: Sequence[Line]) -> list[str]:
    """What stands between two titles of columns or blocks that follow each other."""
    tokens = [token for line in lines for token in (*line.titles, *line.cells)]
    headers = ((a, b) for a, b in pairwise(tokens) if a.label in _HEADERS and b.label in _HEADERS)
    return [gap for a, b in headers if not FOREIGN.search(gap := text[a.end : b.start])]


def _title_gaps(text: str, lines: Sequence[Line]) -> list[str]:
    """What stands between two titles that follow each other."""
    titles = [(line.titles, line.cells) for line in lines if line.titles]
    pairs = ((a[-1].end, b[0].start) for (a, cells), (b, _) in pairwise(titles) if not cells)
    return [gap for start, end in pairs if not FOREIGN.search(gap := text[start:end])]


def _tails(text: str, lines: Sequence[Line]) -> list[str]:
    """What stands between the last cell of each line and the next title."""
    tails = (text[line.cells[-1].end : line.until] for line in lines if line.titles and line.cells)
    return [tail for tail in tails if not FOREIGN.search(tail)]


def lead_of(text: str, line: Line) -> str:
    """What stands between a title and its first cell. Of a title on a line of its own, filler is no part of it."""
    lead = text[line.end_of_title : line.cells[0].start]
    return lead if len(line.cells) < 2 or "\n" in text[line.cells[0].end : line.cells[1].start] else lead[lead.rfind("\n") + 1 :]


def separators(gap: str, separator: str) -> int:
    """How many separators stand in a gap. Filler holds none: a line of nothing but several bars between two others, or bars side by
    side at a line's end where cells have blanks between theirs.
    """
    if separator != "|":
        return gap.count(separator)
    gap = _TIGHT_FILLER.sub("", gap)
    first, *inner, last = gap.split("\n") if "\n" in gap else (gap, "")
    return sum(line.count("|") for line in (first, *(line for line in inner if not _FILLER.fullmatch(line)), last))


def _usual(separator: str, gaps: Sequence[str]) -> int:
    """The smallest number of separators that is common: blanks only ever add to it."""
    counts = Counter(separators(gap, separator) for gap in gaps)
    most = max(counts.values(), default=0)
    return min((count for count, times in counts.items() if count and times * 8 >= most), default=0)


def _common(separator: str, gaps: Sequence[str]) -> list[int]:
    """The numbers of separators that several gaps hold."""
    counts = Counter(separators(gap, separator) for gap in gaps)
    return [count for count, times in counts.items() if times >= _ENOUGH_HEADERS]


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


def _gaps(text: str, line: Line) -> Iterable[str]:
    for before, after in pairwise(line.cells):
        gap = text[before.end : after.start]
        if not FOREIGN.search(gap):
            yield gap


def slots_of(text: str, line: Line, layout: Layout) -> Slots:
    """The cells of `line` with the blanks that the layout betrays before, between and after them."""
    slots: list[Slot] = []
    position = line.end_of_title
    for index, cell in enumerate(line.cells):
        gap = text[position : cell.start] if index else lead_of(text, line)
        hidden = layout.blanks_in(gap) if index or line.titles else 0
        slots += (Slot(None, position),) * hidden
        slots.append(Slot(cell, cell.start))
        position = cell.end
    tail = text[position : line.until]
    closed = layout.keeps_blanks and bool(tail) and layout.ends is not Ends.HIDDEN
    if closed:
        slots += (Slot(None, position),) * layout.blanks_in(_row_end(tail, layout.ends))
    # After the last line of a table its blanks may have been stripped.
    return Slots(tuple(slots), open_end=not closed or (line.last and layout.ends is Ends.TITLE))


GRID = Layout("|", 1, 1, keeps_blanks=True, ends=Ends.LINE)
"""A real table printed row by row, every blank cell between bars of its own."""
