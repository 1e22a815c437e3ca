"""Tables whose cells are ruled: the grid is where the lines are, the text of a cell what lies in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gongkai.inference.read.lines import text_in
from gongkai.inference.read.sheet import Glyph, Rule

_TOUCH = 3.0
_MOST_PLACES = 20_000
_SEVERAL = 2
MAX_RULES = 2_000
"""Lines of a page, pieces that meet as one; a page with more is a drawing, and nothing on it is ruled."""

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell from `row`, `column` (from 0) over `rowspan` rows and `colspan` columns of its table, and its text."""

    row: int
    column: int
    rowspan: int
    colspan: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table whose columns lie between `xs` and whose rows lie between `ys`; its cells cover it without overlap, row by row."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[RuledCell, ...]

    def holds(self, glyph: Glyph) -> bool:
        """Whether a character lies in the table."""
        x, y = glyph.middle
        return self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]

    def filled(self, glyphs: Iterable[Glyph]) -> RuledTable:
        """The table with the text of its cells."""
        owner = {place: number for number, cell in enumerate(self.cells) for place in _places(cell)}
        inside: list[list[Glyph]] = [[] for _ in self.cells]
        for glyph in glyphs:
            x, y = glyph.middle
            inside[owner[_before(self.ys, y), _before(self.xs, x)]].append(glyph)
        texts = (text_in(held, self._width(cell)) for cell, held in zip(self.cells, inside, strict=True))
        return replace(self, cells=tuple(replace(cell, text=text) for cell, text in zip(self.cells, texts, strict=True)))

    def _width(self, cell: RuledCell) -> float:
        return self.xs[cell.column + cell.colspan] - self.xs[cell.column]


def _places(cell: RuledCell) -> Iterator[Place]:
    return ((cell.row + i, cell.column + j) for i in range(cell.rowspan) for j in range(cell.colspan))


def _before(borders: Sequence[float], at: float) -> int:
    """The number of the strip between two borders, which are in order, that holds `at`."""
    return min(max(bisect_right(borders, at) - 1, 0), len(borders) - 2)


def ruled_tables(rules: Sequence[Rule]) -> list[RuledTable]:
    """The empty tables that the lines of a page rule, the smallest first; a frame around text is none."""
    joined = _joined(rules)
    if len(joined) > MAX_RULES:
        return []
    tables = [table for group in _connected(joined) if (table := _table(group)) is not None]
    return sorted(tables, key=lambda table: (table.xs[-1] - table.xs[0]) * (table.ys[-1] - table.ys[0]))


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """Lines that are drawn piece by piece as one each."""
    found: list[Rule] = []
    for level in (True, False):
        same = [rule for rule in rules if rule.level is level]
        for strip in _strips(same):
            found += _end_to_end(strip)
    return found


def _strips(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    """The lines at about the same place."""
    strip: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (rule.at, rule.start)):
        if strip and rule.at - strip[0].at > _TOUCH:
            yield strip
            strip = []
        strip.append(rule)
    if strip:
        yield strip


def _end_to_end(strip: Sequence[Rule]) -> Iterator[Rule]:
    at = sum(rule.at for rule in strip) / len(strip)
    start = end = None
    for rule in sorted(strip, key=lambda rule: rule.start):
        if start is None or end is None:
            start, end = rule.start, rule.end
        elif rule.start <= end + _TOUCH:
            end = max(end, rule.end)
        else:
            yield Rule(rule.level, at, start, end)
            start, end = rule.start, rule.end
    if start is not None and end is not None:
        yield Rule(strip[0].level, at, start, end)


def _connected(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    """The lines that touch each other, group by group."""
    left = set(rules)
    while left:
        group = [left.pop()]
        for rule in group:  # it grows while it is walked
            touching = {other for other in left if _touch(rule, other)}
            left -= touching
            group += sorted(touching, key=lambda rule: (rule.level, rule.at, rule.start))
        yield group


def _touch(a: Rule, b: Rule) -> bool:
    if a.level is b.level:
        return False
    return a.start - _TOUCH <= b.at <= a.end + _TOUCH and b.start - _TOUCH <= a.at <= b.end + _TOUCH


def _table(rules: Sequence[Rule]) -> RuledTable | None:
    """The table that a group of lines makes, if it has several cells and each of them is a rectangle."""
    levels, uprights = [rule for rule in rules if rule.level], [rule for rule in rules if not rule.level]
    if len(levels) < _SEVERAL or not uprights:
        return None
    xs = _borders([*(rule.at for rule in uprights), min(rule.start for rule in levels), max(rule.end for rule in levels)])
    ys = _borders([*(rule.at for rule in levels), min(rule.start for rule in uprights), max(rule.end for rule in uprights)])
    if not 1 < (len(xs) - 1) * (len(ys) - 1) <= _MOST_PLACES:
        return None
    cells = _cells(_merged(xs, ys, levels, uprights))
    return RuledTable(xs, ys, cells) if len(cells) > 1 else None


def _borders(places: Iterable[float]) -> tuple[float, ...]:
    """Places in order, those that touch as one."""
    groups: list[list[float]] = []
    for place in sorted(places):
        if groups and place - groups[-1][-1] <= _TOUCH:
            groups[-1].append(place)
        else:
            groups.append([place])
    return tuple(sum(group) / len(group) for group in groups)


def _merged(xs: Sequence[float], ys: Sequence[float], levels: Sequence[Rule], uprights: Sequence[Rule]) -> list[list[Place]]:
    """The places of the grid, those with no line between them together."""
    owner = {(row, column): (row, column) for row in range(len(ys) - 1) for column in range(len(xs) - 1)}

    def root(place: Place) -> Place:
        while owner[place] != place:
            owner[place] = place = owner[owner[place]]
        return place

    for (row, column), middle in _middles(xs, ys):
        right, below = (row, column + 1), (row + 1, column)
        if right in owner and not _ruled(uprights, xs[column + 1], middle[1]):
            owner[root(right)] = root((row, column))
        if below in owner and not _ruled(levels, ys[row + 1], middle[0]):
            owner[root(below)] = root((row, column))
    groups: dict[Place, list[Place]] = {}
    for place in owner:
        groups.setdefault(root(place), []).append(place)
    return list(groups.values())


def _middles(xs: Sequence[float], ys: Sequence[float]) -> Iterator[tuple[Place, tuple[float, float]]]:
    for row, (y0, y1) in enumerate(pairwise(ys)):
        for column, (x0, x1) in enumerate(pairwise(xs)):
            yield (row, column), ((x0 + x1) / 2, (y0 + y1) / 2)


def _ruled(rules: Iterable[Rule], at: float, along: float) -> bool:
    return any(abs(rule.at - at) <= _TOUCH and rule.start <= along <= rule.end for rule in rules)


def _cells(groups: Iterable[list[Place]]) -> tuple[RuledCell, ...]:
    """The cells in order; none if one of them is no rectangle."""
    cells: list[RuledCell] = []
    for group in groups:
        rows, columns = [row for row, _ in group], [column for _, column in group]
        cell = RuledCell(min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1)
        if cell.rowspan * cell.colspan != len(group):
            return ()
        cells.append(cell)
    return tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))
