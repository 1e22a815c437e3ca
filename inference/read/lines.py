"""Characters that lie on a page to words, lines, and the text of a cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter

from gongkai.inference.read.sheet import Glyph

_SAME_LINE = 0.5
_SAME_PLACE = 0.15
_GAP = 0.3
_FULL = 1.3


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a gap between them, from `x0` to `x1`."""

    text: str
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words at one height, left to right; `size` is that of its characters, in points."""

    words: tuple[Word, ...]
    y0: float
    y1: float
    size: float

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)

    @property
    def x0(self) -> float:
        """Where it begins."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Where it ends."""
        return self.words[-1].x1

    @property
    def widest_gap(self) -> float:
        """The widest space between two words, in sizes of its characters; 0 without one."""
        return max((after.x0 - before.x1 for before, after in pairwise(self.words)), default=0.0) / self.size


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """The lines of upright characters from top to bottom; characters that are turned make lines of their own behind them."""
    found: list[Line] = []
    for turn, group in groupby(sorted(glyphs, key=attrgetter("turn")), key=attrgetter("turn")):
        rows = _rows([glyph.turned(turn) for glyph in group])
        found += (_line(row) for row in rows if not all(glyph.is_space for glyph in row))
    return found


def _rows(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    row: list[Glyph] = []
    heights = 0.0
    for glyph in sorted(glyphs, key=lambda glyph: (glyph.middle[1], glyph.x0)):
        if row and glyph.middle[1] - heights / len(row) > _SAME_LINE * min(glyph.size, row[0].size):
            yield row
            row, heights = [], 0.0
        row.append(glyph)
        heights += glyph.middle[1]
    if row:
        yield row


def _line(row: Sequence[Glyph]) -> Line:
    size = max(glyph.size for glyph in row if not glyph.is_space)
    words: list[list[Glyph]] = []
    spaced = False
    for glyph in sorted(row, key=attrgetter("x0")):
        if glyph.is_space or (words and _is_same(words[-1][-1], glyph)):
            spaced = spaced or glyph.is_space
            continue
        if words and _is_joined(words[-1][-1], glyph, spaced, size):
            words[-1].append(glyph)
        else:
            words.append([glyph])
        spaced = False
    made = tuple(Word("".join(glyph.text for glyph in word), word[0].x0, max(glyph.x1 for glyph in word)) for word in words)
    return Line(made, min(glyph.y0 for glyph in row), max(glyph.y1 for glyph in row), size)


def _is_joined(before: Glyph, glyph: Glyph, spaced: bool, size: float) -> bool:
    """Whether two characters belong to one word; a space between Chinese characters only counts if it is as wide as a gap."""
    if glyph.x0 - before.x1 > _GAP * min(size, glyph.size):
        return False
    return not spaced or (is_wide(before.text) and is_wide(glyph.text))


def _is_same(before: Glyph, glyph: Glyph) -> bool:
    """Whether a character is printed again in its place, which makes it bold."""
    return before.text == glyph.text and glyph.x0 - before.x0 < _SAME_PLACE * glyph.size


def text_in(glyphs: Iterable[Glyph], width: float) -> str:
    """The text of a cell `width` points wide, its lines joined: a number that fills its line goes on in the next."""
    text, before = "", None
    for line in lines_of(glyphs):
        full = before is not None and before.x1 - before.x0 + _FULL * before.size >= width
        text += line.text if before is None else f"{joint(text, line.text, full)}{line.text}"
        before = line
    return text


def joint(before: str, after: str, full: bool) -> str:
    """What stands for the line end between two texts; `full` if the first reaches to the end of its line."""
    if is_wide(before[-1]) or is_wide(after[0]):
        return ""
    return "" if full and before[-1].isdecimal() and after[0].isdecimal() else " "


def is_wide(character: str) -> bool:
    """Whether a character is a Chinese one or as wide."""
    return unicodedata.east_asian_width(character) in "WF" or character in "“”‘’…—·"
