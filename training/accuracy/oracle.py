"""Which printed cells a page determines: those that every placement of its numbers gives the same value.

A placement keeps the printed order, the sums of the form and the figures of the narrative, or breaks no more of them than what is
printed breaks (an organ's own mistake). An exact solver decides; nothing here is shared with the assembler that is measured.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gongkai.training.accuracy.readings import Reading, Segment, segments_of
from gongkai.training.accuracy.rules import Rule, rules_of
from gongkai.training.accuracy.solver import changed_by, solver_library
from gongkai.training.synth.evidence import PrintedRow
from gongkai.training.synth.pages import SyntheticPage
from gongkai.training.synth.values import Value

MOST_WAYS = 1_000
"""A row (of glued digits) with more readings than this is given up: all of its cells count as undeterminable."""

Cells = Mapping[str, Value | None]
Row = tuple[Segment, ...]


def undeterminable(page: SyntheticPage) -> frozenset[str]:
    """The printed cells of a page that some other placement gives another value, or none."""
    rules = rules_of(page)
    tables = dict.fromkeys(row.keys[0].split(".")[0] for row in page.rows)
    return frozenset().union(*(open_cells(_of_table(page.rows, table), rules, page.cells) for table in tables))


def _of_table(rows: Iterable[PrintedRow], table: str) -> list[PrintedRow]:
    return [row for row in rows if row.keys[0].startswith(f"{table}.")]


def open_cells(rows: Sequence[PrintedRow], rules: Iterable[Rule], cells: Cells) -> frozenset[str]:
    """The printed cells among those of `rows` (of one table) that placements disagree about; `cells` is what is really printed."""
    read = {row.keys: found for row in rows if (found := segments_of(row, cells)) is not None}
    if len(read) == len(rows) and all(len(segment.readings) == 1 for row in read.values() for segment in row):
        return frozenset()
    trusted = {key for row in rows if not row.open for key in row.keys}
    table = _Table.of(read, [rule for rule in rules if trusted.issuperset(rule.keys)], cells)
    given_up = {key for row in rows if row.keys not in table.rows for key in row.keys if cells.get(key) is not None}
    return table.open_cells() | given_up


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows by their keys, with the readings that break no more rules than the truth does, and the rules: those that one segment
    settles by itself (`inner`, by its keys) and the others. Rows that can be read in too many ways are left out, with their rules.
    """

    rows: Mapping[tuple[str, ...], Row]
    inner: Mapping[tuple[str, ...], tuple[Rule, ...]]
    outer: tuple[Rule, ...]
    allowed: int
    cells: Cells

    @classmethod
    def of(cls, rows: Mapping[tuple[str, ...], Row], rules: Sequence[Rule], cells: Cells) -> _Table:
        table = cls._pruned(rows, rules, cells)
        kept = {keys: row for keys, row in rows.items() if sum(len(segment.readings) for segment in table.rows[keys]) <= MOST_WAYS}
        return table if len(kept) == len(rows) else cls._pruned(kept, rules, cells)

    @classmethod
    def _pruned(cls, rows: Mapping[tuple[str, ...], Row], rules: Sequence[Rule], cells: Cells) -> _Table:
        known = {key for keys in rows for key in keys}
        rules = [rule for rule in rules if known.issuperset(rule.keys)]
        allowed = sum(not rule.holds(cells) for rule in rules)
        segments = {segment.keys for row in rows.values() for segment in row}
        inner = {keys: tuple(rule for rule in rules if set(keys).issuperset(rule.keys)) for keys in segments}
        settled = {id(rule) for own in inner.values() for rule in own}
        pruned = {keys: tuple(_pruned(segment, inner[segment.keys], allowed) for segment in row) for keys, row in rows.items()}
        return cls(pruned, inner, tuple(rule for rule in rules if id(rule) not in settled), allowed, cells)

    def open_cells(self) -> frozenset[str]:
        """Solutions with as many other cells as possible, until none has another one."""
        suspects = {key for row in self.rows.values() for segment in row for key in segment.keys if self._varies(segment, key)}
        found: set[str] = set()
        while suspects and (changed := self._changed(suspects)):
            found |= changed
            suspects -= changed
        return frozenset(found)

    def _varies(self, segment: Segment, key: str) -> bool:
        place = segment.keys.index(key)
        return self.cells.get(key) is not None and any(r.contents[place] != self.cells[key] for r in segment.readings)

    def _changed(self, suspects: Collection[str]) -> set[str]:
        """The suspects that have another value in the placement where most of them do."""
        model = solver_library().CpModel()
        rows = tuple(self.rows.values())
        chosen = [[[model.new_bool_var("") for _ in segment.readings] for segment in row] for row in rows]
        pairs = [(segment, own) for row, lists in zip(rows, chosen, strict=True) for segment, own in zip(row, lists, strict=True)]
        for _, own in pairs:
            model.add_exactly_one(own)
        for row, lists in zip(rows, chosen, strict=True):
            _chain(model, row, lists)
        broken = [self._cost(segment, reading) * use for segment, own in pairs for reading, use in zip(segment.readings, own, strict=True)]
        broken += [_broken(model, rule, pairs, self.allowed) for rule in self.outer]
        model.add(sum(broken) <= self.allowed)
        differs = {key: _differs(segment, own, key, self.cells[key]) for segment, own in pairs for key in segment.keys if key in suspects}
        model.maximize(sum(differs.values()))
        return changed_by(model, differs)

    def _cost(self, segment: Segment, reading: Reading) -> int:
        return _broken_within(self.inner[segment.keys], segment.keys, reading)


def _broken_within(rules: Iterable[Rule], keys: Sequence[str], reading: Reading) -> int:
    contents = dict(zip(keys, reading.contents, strict=True))
    return sum(not rule.holds(contents) for rule in rules)


def _pruned(segment: Segment, rules: Sequence[Rule], allowed: int) -> Segment:
    return Segment(segment.keys, tuple(r for r in segment.readings if _broken_within(rules, segment.keys, r) <= allowed))


def _chain(model: Any, row: Row, chosen: Sequence[Sequence[Any]]) -> None:
    """Every segment begins where the one before it ends."""
    for (before, used), (after, using) in pairwise(zip(row, chosen, strict=True)):
        for place in {r.end for r in before.readings} | {r.start for r in after.readings}:
            ends = sum(use for r, use in zip(before.readings, used, strict=True) if r.end == place)
            starts = sum(use for r, use in zip(after.readings, using, strict=True) if r.start == place)
            model.add(ends == starts)


def _broken(model: Any, rule: Rule, pairs: Sequence[tuple[Segment, Sequence[Any]]], allowed: int) -> Any:
    """Whether a rule over several segments is broken: 0 where none may be."""
    sides = {**dict.fromkeys(rule.left, 1), **dict.fromkeys(rule.right, -1)}
    terms = []
    for segment, own in pairs:
        weights = [sides.get(key, 0) for key in segment.keys]
        for reading, use in zip(segment.readings, own, strict=True):
            total = sum(weight * int(value or 0) for weight, value in zip(weights, reading.contents, strict=True))
            terms += [total * use] if total else []
    holds = model.add(sum(terms) == int(rule.constant))
    if not allowed:
        return 0
    broken = model.new_bool_var("")
    holds.only_enforce_if(~broken)
    return broken


def _differs(segment: Segment, own: Sequence[Any], key: str, value: Value | None) -> Any:
    place = segment.keys.index(key)
    return sum(use for reading, use in zip(segment.readings, own, strict=True) if reading.contents[place] != value)
