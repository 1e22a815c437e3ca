"""Which indicator every row of a statistics table is: titles by likeness, in the order of the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import dropwhile

import numpy as np
from numpy.typing import NDArray

from gongkai.inference.assemble.titles import bare, likeness_to, ordinal, similarities
from gongkai.inference.legacy.form import LegacyForm, LegacyRow, level_of, numbering_of
from gongkai.inference.legacy.rows import Atom, RawRow

_LIKE = 0.75
_MOST_PIECES = 8
_MOST_HEADING = 3
_CLOSE = 0.05  # two indicators as near as this cannot be told apart by their wording
_UNIT, _ORDINAL = 0.03, 0.03
_NO_NUMBER = -1
_FORMS = 16


@dataclass(frozen=True, slots=True)
class Name:
    """The title of a row: its atoms, its place in the form (None if the form has no such row, or two), and its likeness in 0..1."""

    atoms: tuple[Atom, ...]
    place: int | None
    likeness: float


def named(rows: Sequence[RawRow], form: LegacyForm) -> tuple[tuple[Name, ...], float]:
    """The name of every row, and how much of the form was recognised: the likeness of all titles, added up.

    Titles must follow each other as in the form. Of two indicators that read alike, one is named only if the rows around leave no
    room for the other.
    """
    pieces = [_pieces(row.before) for row in rows]
    likeness, starts = _likeness(rows, pieces, form)
    places = _in_order(likeness)
    names = []
    for number, place in enumerate(places):
        clear = place is not None and not _has_rival(likeness, places, number)
        if place is None:
            names.append(Name(_last_cell(rows[number]), None, 0.0))
        else:
            atoms = pieces[number][starts[number, place] :]
            names.append(Name(atoms, place if clear else None, min(1.0, float(likeness[number, place]))))
    return tuple(names), float(sum(name.likeness for name in names if name.place is not None))


def numberings_printed(rows: Sequence[RawRow], names: Sequence[Name], form: LegacyForm) -> dict[int, str]:
    """The numbering that rows of the form are printed with, headings among them, by their place in the form."""
    printed = {name.place: numbering_of(joined(name.atoms)) for name in names if name.place is not None}
    for row, name in zip(rows, names, strict=True):
        rest = row.before[: len(row.before) - len(name.atoms)]
        for start in range(len(rest)):
            for place in _headings(rest[start:], form):
                printed.setdefault(place, numbering_of(joined(rest[start:])))
    return {place: numbering for place, numbering in printed.items() if numbering}


def header_of(first: RawRow, name: Name, form: LegacyForm) -> tuple[str, int]:
    """What is printed before the first row and its headings, joined, and where the table with its headings begins."""
    rest = first.before[: len(first.before) - len(name.atoms)]
    end = len(rest)
    while count := _closing(rest[:end], form):
        end -= count
    return joined(rest[:end]), (*rest[end:], *name.atoms, first.unit)[0].start


def _closing(atoms: Sequence[Atom], form: LegacyForm) -> int:
    """How many atoms at the end of `atoms` are a heading, or a number or sign beside one; 0 if they are something else."""
    if atoms and atoms[-1].is_number:
        return 1
    whole = (count for count in range(1, min(_MOST_HEADING, len(atoms)) + 1) if _headings(atoms[-count:], form, count))
    return next(whole, 0)


def joined(atoms: Sequence[Atom]) -> str:
    """The characters of `atoms` without what separated them."""
    return "".join(atom.text for atom in atoms)


def _headings(atoms: Sequence[Atom], form: LegacyForm, fewest: int = 1) -> list[int]:
    """The places of the form's headings that `atoms` (at least the first `fewest`) begin with, numbered on the same level as there."""
    level = level_of(numbering_of(joined(atoms)))
    alike = form.headings.get(level)
    if not alike or level == level_of(""):
        return []
    begun = [joined(atoms[:count]) for count in range(fewest, min(_MOST_HEADING, len(atoms)) + 1)]
    likeness = similarities(begun, [form.rows[place].title for place in alike]).max(axis=0)
    return [place for place, how in zip(alike, likeness, strict=True) if how >= _LIKE and how == likeness.max()]


def _pieces(before: Sequence[Atom]) -> tuple[Atom, ...]:
    """The last atoms before a measure word that can be its title, without numbers and signs that end what was before."""
    last = list(before[-_MOST_PIECES:])
    for place in range(len(last) - 1, -1, -1):
        if last[place].is_number and (place + 1 == len(last) or last[place].line != last[place + 1].line):
            return tuple(last[place + 1 :])
    return tuple(last)


def _last_cell(row: RawRow) -> tuple[Atom, ...]:
    """The last line of words before the measure word: the title, where no form says how far it goes."""
    pieces = _pieces(row.before)
    last = [atom for atom in pieces if atom.line == pieces[-1].line]
    return tuple(dropwhile(lambda atom: atom.is_number, last))


def _likeness(rows: Sequence[RawRow], pieces: Sequence[tuple[Atom, ...]], form: LegacyForm) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """For every row (first axis) and row of the form: the likeness of the best ending of its pieces, 0 below the least, and its start."""
    titles = _titles_of(form.rows)
    likeness = np.zeros((len(rows), len(form.rows)))
    starts = np.zeros(likeness.shape, dtype=np.intp)
    for number, (row, some) in enumerate(zip(rows, pieces, strict=True)):
        for start in range(len(some)):
            found = _of_title(joined(some[start:]), row.unit.text.strip("()"), titles)
            better = found > likeness[number]
            likeness[number][better], starts[number][better] = found[better], start
    return likeness, starts


@dataclass(frozen=True, slots=True, eq=False)
class _Titles:
    """What the rows of a form are known by: how alike a title is to each of their wordings, side by side, and the place of the first
    of each row; then, by row, whether it is an indicator, what each measure word counts for it, whether its title is numbered, and its
    number (`_NO_NUMBER` for none).
    """

    likeness: Callable[[str], NDArray[np.float64]]
    first: NDArray[np.intp]
    indicator: NDArray[np.bool_]
    units: Mapping[str, NDArray[np.float64]]
    numbered: NDArray[np.bool_]
    number: NDArray[np.intp]


@lru_cache(_FORMS)
def _titles_of(rows: tuple[LegacyRow, ...]) -> _Titles:
    units = {unit for row in rows for unit in row.units}
    return _Titles(
        likeness_to(tuple(word for row in rows for word in row.wordings())),
        np.cumsum([0, *(len(row.wordings()) for row in rows[:-1])]),
        np.array([row.key is not None for row in rows]),
        {unit: _UNIT * np.array([unit in row.units for row in rows]) for unit in units},
        np.array([bool(row.numbering) for row in rows]),
        np.array([_number(row.title) for row in rows]),
    )


def _number(title: str) -> int:
    number = ordinal(title)
    return _NO_NUMBER if number is None else number


def _of_title(title: str, unit: str, rows: _Titles) -> NDArray[np.float64]:
    best = np.maximum.reduceat(rows.likeness(bare(title)), rows.first)
    bonus = rows.units.get(unit, 0.0) + _ORDINAL * (rows.numbered & (rows.number == _number(title)))
    return np.where((best >= _LIKE) & rows.indicator, best + bonus, 0.0)


def _in_order(likeness: NDArray[np.float64]) -> list[int | None]:
    """One column or None for every row, columns increasing, with the greatest sum of likeness; the first such choice."""
    n_rows, n_columns = likeness.shape
    best = np.zeros((n_rows + 1, n_columns + 1))
    for i in range(n_rows - 1, -1, -1):
        taken = np.where(likeness[i] > 0, likeness[i] + best[i + 1, 1:], 0.0)
        best[i, :-1] = np.maximum.accumulate(np.maximum(best[i + 1, :-1], taken)[::-1])[::-1]
    chosen: list[int | None] = [None] * n_rows
    i = j = 0
    while i < n_rows and j < n_columns:
        if likeness[i, j] and best[i, j] == likeness[i, j] + best[i + 1, j + 1]:
            chosen[i] = j
            i, j = i + 1, j + 1
        elif best[i, j] == best[i + 1, j]:
            i += 1
        else:
            j += 1
    return chosen


def _has_rival(likeness: NDArray[np.float64], places: Sequence[int | None], number: int) -> bool:
    """Whether another indicator between those of the rows around reads as much like row `number` as its own."""
    own = places[number]
    if own is None:
        return False
    low = max((place for place in places[:number] if place is not None), default=-1)
    high = min((place for place in places[number + 1 :] if place is not None), default=likeness.shape[1])
    return any(place != own and likeness[number, place] >= likeness[number, own] - _CLOSE for place in range(low + 1, high))
