"""The blank cells of a table of one line, counted so that the line is full.

A single line gives no usual gap to compare with. But its number of cells is known, and where one way of counting separators before,
between and after its numbers fills the line exactly, the blanks are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gongkai.inference.assemble.layout import FOREIGN, Ends, Layout, Slot, Slots, lead_of, separators
from gongkai.inference.assemble.rows import Line

_TRACED = ("pipe", "newline", "tab")


@dataclass(frozen=True, slots=True)
class _Counting:
    """How many separators stand between two cells, before the first one, and for each blank cell."""

    usual: int
    base: int
    unit: int

    def blanks(self, count: int, less: int) -> int | None:
        """The blank cells that `count` separators show beyond the `less` of any gap, or None if they come to no whole number."""
        extra = count - less
        return extra // self.unit if extra >= 0 and extra % self.unit == 0 else None


def full_line(text: str, line: Line, layout: Layout, columns: int, group: int) -> Slots | None:
    """The cells of `line` with its blanks, if all ways of counting that make `columns` cells of it agree, else None.

    Separators after the last number alone prove nothing: they may be filler. Blanks at the table's end may have been stripped:
    then a line that ends after a whole `group` of cells is full, too.
    """
    if layout.name not in _TRACED or not 0 < len(line.cells) < columns:
        return None
    found = {blanks for counting in _countings(text, line, layout) for blanks in _blanks(text, line, layout, counting)}
    shows = [blanks for blanks in found if layout.keeps_blanks or layout.ends is Ends.LINE or any(blanks[:-1])]
    full = [blanks for blanks in shows if sum(blanks) + len(line.cells) == columns]
    if not full and line.last:
        shorter = [blanks for blanks in shows if any(blanks[:-1]) and not blanks[-1] and sum(blanks) + len(line.cells) < columns]
        full = shorter if all((sum(blanks) + len(line.cells)) % group == 0 for blanks in shorter) else []
    return Slots(_slots(line, full[0], columns), open_end=False) if len(full) == 1 else None


def _countings(text: str, line: Line, layout: Layout) -> Iterator[_Counting]:
    if layout.name == "newline":
        yield from (_Counting(layout.usual, layout.usual, unit) for unit in range(1, layout.usual + 1))
    else:
        yield _Counting(1, int(not _begins_bare(text, line)), 1)


def _begins_bare(text: str, line: Line) -> bool:
    """Whether the numbers stand on a line of their own that begins, like the line of titles above it, without a bar."""
    title, first = line.end_of_title, line.cells[0].start
    one_a_line = len(line.cells) > 1 and "\n" in text[line.cells[0].end : line.cells[1].start]
    if "\n" not in text[title:first] or one_a_line:
        return False
    return not text[text.rfind("\n", 0, title) + 1 : title].lstrip().startswith("|")


def _blanks(text: str, line: Line, layout: Layout, counting: _Counting) -> Iterator[tuple[int, ...]]:
    """The numbers of blanks before the first cell, after each cell, by one way of counting; those at the end also as none."""
    gaps = [text[a.end : b.start] for a, b in pairwise(line.cells)]
    if any(FOREIGN.search(gap) for gap in (lead_of(text, line), *gaps)):
        return
    inner = [counting.blanks(separators(gap, layout.separator), counting.usual) for gap in gaps]
    lead = counting.blanks(separators(lead_of(text, line), layout.separator), counting.base)
    tail = text[line.cells[-1].end : line.until]
    own_line = tail.split("\n", 1)[0] if gaps and not any("\n" in gap for gap in gaps) else tail
    after = counting.blanks(separators(own_line, layout.separator), counting.usual)
    known = [blanks for blanks in (lead, *inner) if blanks is not None]
    if len(known) == len(inner) + 1:
        for last in {0, after or 0}:
            yield (*known, last)


def _slots(line: Line, blanks: Sequence[int], columns: int) -> tuple[Slot, ...]:
    slots: list[Slot] = [Slot(None, line.cells[0].start)] * blanks[0]
    for cell, after in zip(line.cells, blanks[1:], strict=True):
        slots += (Slot(cell, cell.start), *[Slot(None, cell.end)] * after)
    return (*slots, *[Slot(None, line.cells[-1].end)] * (columns - len(slots)))
