"""A statutory table as typed cells, row by row, the way the law prints it: what the layouts flatten."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from gongkai.training.synth.marked import MarkedText

Kind = Literal["block", "header", "data", "note"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One cell. `text` is stripped and empty only in a blank cell (label `blank`); `pad` stands round it when it is written."""

    label: str
    text: str
    key: str | None = None
    colspan: int = 1
    rowspan: int = 1
    pad: tuple[str, str] = ("", "")

    @property
    def empty(self) -> bool:
        """Whether nothing is printed here."""
        return not self.text

    @property
    def is_title(self) -> bool:
        """Whether this is a title rather than the content of a cell."""
        return self.label not in ("value", "blank")

    def marked(self) -> MarkedText:
        """The text under its label, and the padding outside of it."""
        if not self.text:
            return MarkedText("")
        body = MarkedText.of(self.text, self.label, self.key)
        return MarkedText.join((self.pad[0], body, self.pad[1])) if any(self.pad) else body


@dataclass(frozen=True, slots=True)
class GridRow:
    """The cells that begin in one row, left to right; `kind` says what the row is for."""

    kind: Kind
    pieces: tuple[Piece, ...]

    def without_blanks(self) -> GridRow:
        """The row with its empty cells dropped."""
        return replace(self, pieces=tuple(piece for piece in self.pieces if not piece.empty))


@dataclass(frozen=True, slots=True)
class Grid:
    """A table `width` columns wide."""

    width: int
    rows: tuple[GridRow, ...]

    def pieces(self) -> Iterable[Piece]:
        """All cells in reading order."""
        return (piece for row in self.rows for piece in row.pieces)

    def map(self, change: Callable[[Piece], Piece]) -> Grid:
        """The grid with every cell changed."""
        return replace(self, rows=tuple(replace(row, pieces=tuple(map(change, row.pieces))) for row in self.rows))

    def without_blanks(self) -> Grid:
        """The grid with its empty cells dropped."""
        return replace(self, rows=tuple(row.without_blanks() for row in self.rows))
