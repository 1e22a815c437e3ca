"""What the assembler says of a printed table, before it is put into the words of the output contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from gongkai.inference.assemble.candidates import without_outer_blanks
from gongkai.inference.assemble.evidence import fullest, layouts_of
from gongkai.inference.assemble.layout import GRID, Layout, Slot, Slots, slots_of
from gongkai.inference.assemble.regions import Region
from gongkai.inference.assemble.rows import Item, Line, is_row
from gongkai.inference.assemble.strange import gaps_of, rows_of_strange_lines
from gongkai.inference.forms import Block
from gongkai.inference.results import Status
from gongkai.model.types import Page

_A_ROW_SHOWN = 2  # bars after a title that show cells of its own
_DIGIT = re.compile(r"\d")
Facts = Mapping[str, "int | float"]
"""What the narrative states once and without contradiction, by figure label."""


class Placed(NamedTuple):
    """A cell of a table: what stands in it, where, how it got there, and how sure that is (0..1)."""

    key: str
    value: int | float | None
    status: Status
    slot: Slot
    confidence: float


@dataclass(frozen=True, slots=True)
class TableReading:
    """One printed table: its cells by key, the form it follows (None if it does not show), and what was left out and why."""

    table: str
    form: str | None
    cells: Mapping[str, Placed]
    warnings: tuple[str, ...] = ()
    undecided: frozenset[str] = field(default=frozenset())
    layout: Layout | None = None


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A statutory row as printed: its key, its cells, and whether its title was read or inferred from its place."""

    key: str
    slots: Slots
    titled: bool
    score: float


@dataclass(frozen=True, slots=True)
class Context:
    """What every table reader is given: the page, one printed table of it, and whether that stood in a real grid.

    `deduplicated`: a crawler kept every distinct line of the page only once, so that what is missing says nothing.
    `learned` is the layout of another table of the same page.
    """

    page: Page
    region: Region
    gridded: bool
    deduplicated: bool
    learned: Layout | None = None

    @property
    def prints_zeros(self) -> bool:
        """Whether another table of the page, with nothing between its cells, prints its zeros, so that no blank hides there."""
        return self.learned is not None and self.learned.name == "glued" and self.learned.keeps_blanks

    def layout(self, lines: Sequence[Line], columns: int) -> Layout:
        """The layout of the table whose lines these are, with what the largest table of the page showed of blank cells."""
        return self.layouts(lines)(columns)

    def layouts(self, lines: Sequence[Line]) -> Callable[[int], Layout]:
        """`layout` for a table whose lines have several numbers of columns."""
        found = [GRID] if self.gridded else layouts_of(self.page.text, lines)

        @cache
        def layout(columns: int) -> Layout:
            own = fullest(self.page.text, lines, found, columns)
            return own if self.learned is None or self.gridded else own.with_blanks_of(self.learned)

        return layout


def row_items(block: Block) -> tuple[Item, ...]:
    """The headings and rows of a block in printed order."""
    items: list[Item] = []
    for row in block.rows:
        items += (Item("heading", heading, (heading,)) for heading in row.headings)
        items.append(Item("row", row.key, row.wordings()))
    return tuple(items)


def block_rows(block: Block) -> tuple[Item, ...]:
    """The rows of a block in printed order."""
    return tuple(Item("row", row.key, row.wordings()) for row in block.rows)


def printed_rows(context: Context, lines: Sequence[Line], layout: Layout, rows: Sequence[Item], columns: int) -> tuple[PrintedRow, ...]:
    """The lines as rows of the form, which has `rows` in this order.

    Cells after a title that the form does not have, or of a line as long as several rows, belong to rows whose titles were
    lost or reworded, if exactly as many are missing in that place.
    """
    found: list[PrintedRow] = []
    strange = rows_of_strange_lines(lines, rows)
    printed = any(line.cells for line in lines)
    slots_of_lines = [slots_of(context.page.text, line, layout) for line in lines]
    longest = max((len(slots.slots) for slots in slots_of_lines), default=0)
    gaps = gaps_of(lines, rows) if longest >= 2 * columns else ()
    missing = {gap.first: tuple(item.key for item in gap.missing) for gap in gaps}
    for index, (line, slots) in enumerate(zip(lines, slots_of_lines, strict=True)):
        keys: tuple[str, ...] = (line.item.key,) if is_row(line) and line.item else strange.get(index, ())
        if is_row(line) and len(slots.slots) >= 2 * columns:
            keys += missing.get(index, ())
        if line.cells or not (_says_more(context.page.text, line) or (printed and _cut_off(context.page.text, line))):
            found += _shared_out(keys, slots, line, columns)
    return tuple(found)


def _says_more(text: str, line: Line) -> bool:
    """Whether numbers that are no tokens stand after a title without cells: then its cells are not known to be blank."""
    return _DIGIT.search(text, line.end_of_title, line.until) is not None


def _cut_off(text: str, line: Line) -> bool:
    """Whether the page ends with this title: then its cells were cut off with the rest, and nobody knows them to be blank."""
    return line.last and not text[line.end_of_title :].strip("| \t\n") and text.count("|", line.end_of_title) < _A_ROW_SHOWN


def _shared_out(keys: Sequence[str], slots: Slots, line: Line, columns: int) -> Iterable[PrintedRow]:
    titled = is_row(line)
    if not titled and len(slots.slots) > columns:
        slots = replace(slots, slots=without_outer_blanks(slots.slots, columns))
    score = _row_score(line, titled)
    if len(keys) == 1 and (titled or len(slots.slots) == columns):
        yield PrintedRow(keys[0], slots, titled, score)
    elif len(keys) > 1 and len(slots.slots) == columns * len(keys):
        for place, key in enumerate(keys):
            part = Slots(slots.slots[place * columns : (place + 1) * columns], open_end=False)
            yield PrintedRow(key, part, titled and place == 0, score)
    elif titled:
        yield PrintedRow(keys[0], slots, titled=True, score=score)


def _row_score(line: Line, titled: bool) -> float:
    """How sure the row of a line is. A title that reads like the statutory one needs no vouching by the model."""
    read = min([title.score for title in line.titles], default=1.0)
    return max(read, line.likeness) * (0.5 + 0.5 * line.likeness) if titled else 0.7 * read


def left_out(lines: Sequence[Line], rows: Sequence[PrintedRow]) -> tuple[str, ...]:
    """A warning for every line with numbers that no statutory row was found for."""
    used = {slot.start for row in rows for slot in row.slots.slots}
    return tuple(
        f"row outside the statutory form: {_name(line)!r} with {len(line.cells)} cells was left out"
        for line in lines
        if line.cells and not any(cell.start in used for cell in line.cells)
    )


def no_number(row: str, slot: Slot) -> str:
    """A warning for a cell of `row` whose text is no number."""
    return f"{row}: the cell {slot.token.text[:40] if slot.token else ''!r} is no number and was left out"


def _name(line: Line) -> str:
    return "".join(title.text for title in line.titles).replace("\n", "")[:40] or "(no title)"
