"""What an HTML page consists of once its tags are understood: text, line ends, and tables that may lie in one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby

PROSE = 200
"""A cell with so many characters and few filled neighbours is prose, not a value or a title."""
LONG_PROSE = 500
"""A cell with so many characters is prose whatever stands beside it."""
_FEW_NEIGHBOURS = 2
_REAL_GRID = 6


class Mark(Enum):
    """An item without content."""

    BREAK = "the line ends if there is anything on it"
    NEWLINE = "the line ends"
    END_CELL = "the open cell ends"
    END_ROW = "the open row ends"
    END_TABLE = "the open table ends"


@dataclass(frozen=True, slots=True)
class TextItem:
    """Shown text at source characters `start` to `end`; `pre` if its line breaks count."""

    start: int
    end: int
    pre: bool


@dataclass(slots=True)
class CellNode:
    """A cell: `chars` counts its characters without white space, those of nested tables among them; `letters` and `digits` its own.

    A `spacer` is an empty cell that only keeps others apart.
    """

    rowspan: int
    colspan: int
    header: bool
    chars: int = 0
    letters: int = 0
    digits: int = 0
    holds_grid: bool = False
    spacer: bool = False

    def take(self, text: str) -> None:
        """Count the characters of `text`."""
        self.chars += len("".join(text.split()))
        self.letters += sum(character.isalpha() for character in text)
        self.digits += sum(character.isdecimal() for character in text)


@dataclass(slots=True, eq=False)
class Segment:
    """Neighbouring rows of one table that form a grid."""

    rows: list[RowNode]


@dataclass(slots=True, eq=False)
class RowNode:
    """A row; `segment` is the grid that it belongs to, or None if its cells are blocks of text."""

    cells: list[CellNode] = field(default_factory=list)
    segment: Segment | None = None

    def is_layout(self) -> bool:
        """Whether the row only arranges the page: a cell holds another grid, or prose."""
        longest = max((cell.chars for cell in self.cells), default=0)
        filled = sum(1 for cell in self.cells if cell.chars)
        prose = longest >= LONG_PROSE or (longest >= PROSE and filled - 1 <= _FEW_NEIGHBOURS)
        return prose or any(cell.holds_grid for cell in self.cells)


@dataclass(slots=True, eq=False)
class TableNode:
    """A table; `chars` counts all characters of its cells."""

    rows: list[RowNode] = field(default_factory=list)

    def cells(self) -> Iterator[CellNode]:
        """All cells, row by row."""
        return (cell for row in self.rows for cell in row.cells)

    def chars(self) -> int:
        """The characters of all cells."""
        return sum(cell.chars for cell in self.cells())

    def is_grid(self) -> bool:
        """Whether it is worth keeping as a table where it lies in a cell of another one, or holds such a table itself."""
        n_cells = sum(len(row.cells) for row in self.rows)
        columns = max((len(row.cells) for row in self.rows), default=0)
        return (n_cells >= _REAL_GRID and columns >= 2 and self.chars() > 0) or any(cell.holds_grid for cell in self.cells())

    def plan(self) -> list[Segment]:
        """Give every run of rows that are no layout a segment, if it has two columns and any text; returns the segments."""
        segments: list[Segment] = []
        for layout, run in groupby(self.rows, key=RowNode.is_layout):
            rows = list(run)
            columns = max(len(row.cells) for row in rows)
            if layout or columns < 2 or not any(cell.chars for row in rows for cell in row.cells):
                continue
            segment = Segment(rows)
            segments.append(segment)
            for row in rows:
                row.segment = segment
        return segments


Item = TextItem | Mark | TableNode | RowNode | CellNode
"""A table, row or cell begins where it stands and ends at its `Mark`."""
