"""How a printed table separates its cells, and the cells of a line with the blank ones that its separators betray."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from gongkai.inference.assemble.rows import Line
from gongkai.inference.assemble.tokens import Kind, Token

FOREIGN = re.compile(r"[^\s|]")
_BY_NAME = {"|": "pipe", "\t": "tab", "\n": "newline", " ": "space", "": "glued"}
TIGHT_FILLER = re.compile(r"(?<=\| )\|{2,}[^\S\n]*(?=\n|$)")
_FILLER = re.compile(r"\s*\|(?:\s*\|)+\s*")


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
        if not self.keeps_blanks or not self.separator:
            return 0
        extra = separators(gap, self.separator) - self.usual
        return extra // self.per_blank if extra > 0 and not FOREIGN.search(gap) else 0


class Slot(NamedTuple):
    """One cell of a printed line: a token, or a blank (`token` None) that only the separators show at `start`."""

    token: Token | None
    start: int

    @property
    def printed_blank(self) -> bool:
        """Whether the cell is printed empty (a placeholder counts as empty)."""
        return self.token is None or self.token.kind is Kind.BLANK


@dataclass(frozen=True, slots=True)
class Slots:
    """The cells of a line: `open_end` says that blanks after the last one may be hidden in filler or at the table's end."""

    slots: tuple[Slot, ...]
    open_end: bool


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
    gap = TIGHT_FILLER.sub("", gap) if "||" in gap else gap
    if gap.count("\n") < 2:
        return gap.count("|")
    first, *inner, last = gap.split("\n")
    return sum(line.count("|") for line in (first, *(line for line in inner if not _FILLER.fullmatch(line)), last))


def row_end(gap: str, ends: Ends) -> str:
    """The part of a gap in which the blanks at the end of a row show."""
    return gap.split("\n", 1)[0] if ends is Ends.LINE else gap


def slots_of(text: str, line: Line, layout: Layout) -> Slots:
    """The cells of `line` with the blanks that the layout betrays before, between and after them."""
    if not layout.keeps_blanks:
        return Slots(tuple([Slot(cell, cell.start) for cell in line.cells]), open_end=True)
    slots: list[Slot] = []
    position = line.end_of_title
    for index, cell in enumerate(line.cells):
        gap = text[position : cell.start] if index else lead_of(text, line)
        hidden = layout.blanks_in(gap) if index or line.titles else 0
        slots += (Slot(None, position),) * hidden
        slots.append(Slot(cell, cell.start))
        position = cell.end
    tail = text[position : line.until]
    closed = bool(tail) and layout.ends is not Ends.HIDDEN
    if closed:
        slots += (Slot(None, position),) * layout.blanks_in(row_end(tail, layout.ends))
    # After the last line of a table its blanks may have been stripped.
    return Slots(tuple(slots), open_end=not closed or (line.last and layout.ends is Ends.TITLE))


GRID = Layout("|", 1, 1, keeps_blanks=True, ends=Ends.LINE)
"""A real table printed row by row, every blank cell between bars of its own."""
