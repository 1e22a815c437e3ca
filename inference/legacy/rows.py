"""Rows of a statistics table by what is surest in every layout: a measure word that stands alone, and the numbers right after it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gongkai.inference.numbers import is_placeholder, read_cell

UNITS = frozenset(
    ("条", "件", "次", "篇", "个", "人", "名", "人次", "件次", "万元", "元", "份", "场", "场次", "期", "起", "宗", "部", "批", "册")
)
# What may be a measure word alone, perhaps in brackets: its first character, nothing before it, its second, nothing after it.
_UNIT_ALONE = re.compile(rf"[{''.join(unit[0] for unit in UNITS)}](?<![^\s|?()].)[{''.join(unit[1:] for unit in UNITS)}]?(?![^\s|()])")
_ATOM = re.compile(r"[^\s|?][^\s|]*")  # question marks are what lost spaces leave before a title
_LONGEST_GAP = 160  # characters between the number of one row and the measure word of the next: a title and a heading or two
_MOST_ATOMS = 24
_LONGEST_CELL = 200  # characters; what is longer is no cell, nor to be kept by the caches of those who read one
_FEWEST_ROWS = 3
_SENTENCE_ENDS = "。;；!"


@dataclass(frozen=True, slots=True)
class Atom:
    """Characters `start` to `end` of the text without white space or bar among them, on line `line`."""

    start: int
    end: int
    text: str
    line: int

    @property
    def is_number(self) -> bool:
        """Whether it can be the content of a cell: a number, a code (`01`), or a sign for none."""
        if len(self.text) > _LONGEST_CELL:
            return False
        if self.text.isdecimal() or is_placeholder(self.text):
            return True
        return any(map(str.isdigit, self.text)) and read_cell(self.text, decimal=True) is not None


@dataclass(frozen=True, slots=True)
class RawRow:
    """What stands before a measure word since the row before (its title, after headings), the word, and the cells after it."""

    before: tuple[Atom, ...]
    unit: Atom
    after: tuple[Atom, ...]

    @property
    def end(self) -> int:
        """Where the last cell ends."""
        return self.after[-1].end if self.after else self.unit.end

    @property
    def is_line(self) -> bool:
        """Whether the title and its measure word share a line, as in layouts of one row a line."""
        return bool(self.before) and self.before[-1].line == self.unit.line


def raw_tables(text: str) -> Iterator[tuple[RawRow, ...]]:
    """Runs of at least three rows with nothing but titles and headings between them, in order."""
    if len(_UNIT_ALONE.findall(text)) < _FEWEST_ROWS:  # most pages: nothing to look for
        return
    run: list[RawRow] = []
    for row in _rows(_atoms(text)):
        if run and not _follows(text, run[-1], row):
            yield from _enough(run)
            run = []
        run.append(row)
    yield from _enough(run)


def _enough(run: list[RawRow]) -> Iterator[tuple[RawRow, ...]]:
    if len(run) >= _FEWEST_ROWS:
        yield tuple(run)


def _follows(text: str, row: RawRow, following: RawRow) -> bool:
    between = text[row.end : following.unit.start]
    letters = sum(not character.isspace() and character != "|" for character in between)
    return letters <= _LONGEST_GAP and not any(end in between for end in _SENTENCE_ENDS)


def _atoms(text: str) -> list[Atom]:
    found: list[Atom] = []
    line = place = 0
    for match in _ATOM.finditer(text):
        line += text.count("\n", place, match.start())
        place = match.start()
        found.append(Atom(match.start(), match.end(), match.group(), line))
    return found


def _rows(atoms: Sequence[Atom]) -> Iterator[RawRow]:
    done = 0
    for place, unit in _units(atoms):
        if place < done:
            continue
        before = tuple(atoms[max(done, place - _MOST_ATOMS) : place])
        if not before or _inside_brackets(before):
            continue
        after = tuple(_cells_after(atoms, place + 1, unit, before[-1].line == unit.line))
        done = place + 1 + len(after)
        yield RawRow(before, unit, after)


def _units(atoms: Sequence[Atom]) -> Iterator[tuple[int, Atom]]:
    return ((place, atom) for place, atom in enumerate(atoms) if atom.text.strip("()") in UNITS and not _in_spread_word(atoms, place))


def _in_spread_word(atoms: Sequence[Atom], place: int) -> bool:
    """Whether the atom is a letter of a word with spaces between its letters: `指 标 名 称`, `本 期 实 际`."""
    around = (*atoms[max(place - 1, 0) : place], *atoms[place + 1 : place + 2])
    return all(len(atom.text) == 1 and not atom.is_number and atom.line == atoms[place].line for atom in around)


def _inside_brackets(before: Sequence[Atom]) -> bool:
    """Whether a bracket that the title opened is still open: `(相同信息计 1 条 …`."""
    joined = "".join(atom.text for atom in before)
    return joined.rfind("(") > joined.rfind(")")


def _cells_after(atoms: Sequence[Atom], place: int, unit: Atom, on_line: bool) -> Iterator[Atom]:
    """The numbers and signs right after a measure word; of a row that shares a line, those of the line.

    Where every cell has a line of its own, a number with words behind it on its line is the numbering of a title.
    """
    while place < len(atoms) and atoms[place].is_number:
        atom = atoms[place]
        if on_line and atom.line != unit.line:
            return
        followed = place + 1 < len(atoms) and atoms[place + 1].line == atom.line and not atoms[place + 1].is_number
        if followed and atom.line != unit.line:
            return
        yield atom
        place += 1
