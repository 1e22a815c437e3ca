"""From the costs of placements to cells: what is certain is placed, the rest is left out with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp2, inf

from gongkai.inference.assemble.candidates import Candidate, number_of
from gongkai.inference.assemble.layout import Slot
from gongkai.inference.assemble.reading import Placed, PrintedRow, TableReading, no_number
from gongkai.inference.assemble.search import Marginals, Stage
from gongkai.inference.results import Status

MARGIN = 1.5
"""How much dearer every other value of a cell must be for the cell to be placed."""

_ENOUGH = MARGIN - 1e-6  # 5.1 - 3.6 is less than 1.5 in binary fractions


def decided(
    table: str, columns: Sequence[str], stages: Sequence[Stage], marginals: Marginals, rows: Mapping[str, PrintedRow]
) -> TableReading:
    """The cells that have the same value in every placement not dearer than `MARGIN` above the cheapest."""
    cells: dict[str, Placed] = {}
    undecided: set[str] = set()
    unused: list[str] = []
    for stage in stages:
        row = rows.get(stage.key)
        if row is None:
            continue
        name, choice = f"{table}.{stage.key}", _Choice.of(stage.candidates, marginals.costs[stage.key])
        keys = [f"{name}.{column}" for column in columns]
        for index, (key, cell) in enumerate(zip(keys, _cells(keys, choice, row), strict=True)):
            if cell is not None:
                cells[key] = cell
            elif choice.number_is_possible(index):
                undecided.add(key)
        unused += _unused(name, row, stage.candidates)
    return TableReading(table, None, cells, (*_reasons(undecided), *unused), frozenset(undecided))


@dataclass(frozen=True, slots=True)
class _Choice:
    """What may stand in a line: each of `candidates`, at its cost, of which that of `best` is the least."""

    candidates: Sequence[Candidate]
    costs: Sequence[float]
    best: int

    @classmethod
    def of(cls, candidates: Sequence[Candidate], costs: Sequence[float]) -> _Choice:
        """The choice of the first of the cheapest."""
        return cls(candidates, costs, costs.index(min(costs)))

    def margins(self) -> list[float]:
        """How much dearer the cheapest other content of each column is."""
        states, least = self.candidates[self.best].states, self.costs[self.best]
        if len(self.candidates) == 1:
            return [inf] * len(states)
        priced = [(cost, candidate.states) for cost, candidate in zip(self.costs, self.candidates, strict=True)]
        return [min((cost for cost, other in priced if other[column] != state), default=inf) - least for column, state in enumerate(states)]

    def number_is_possible(self, column: int) -> bool:
        """Whether a printed number may stand in the column, by any placement not much dearer than the cheapest."""
        limit = self.costs[self.best] + _ENOUGH
        within = (candidate for cost, candidate in zip(self.costs, self.candidates, strict=True) if cost < limit)
        return any(not isinstance(candidate.states[column], str) for candidate in within)


def _cells(keys: Sequence[str], choice: _Choice, row: PrintedRow) -> Iterator[Placed | None]:
    """The cell of every column, None where it is not certain what stands there."""
    best = choice.candidates[choice.best]
    number = Status.PRINTED if len(choice.candidates) == 1 and row.titled else Status.PLACED
    missing = Slot(None, row.slots.slots[-1].start if row.slots.slots else 0)
    for key, state, place, margin in zip(keys, best.states, best.slots, choice.margins(), strict=True):
        slot = place or missing
        if margin < _ENOUGH:
            yield None
        elif not isinstance(state, str):
            yield Placed(key, state, number, slot, _confidence(slot, row, margin))
        else:
            yield Placed(key, None, Status.BLANK, slot, _confidence(slot, row, margin)) if state == "blank" else None


def _confidence(slot: Slot, row: PrintedRow, margin: float) -> float:
    read = min(slot.token.score, row.score) if slot.token is not None else min(1.0, row.score)
    return read if margin == inf else read * (1 - 0.25 * exp2(-margin))


def _unused(name: str, row: PrintedRow, candidates: Sequence[Candidate]) -> Iterator[str]:
    """Why cells of a line stand in no column: they fit in no way, or their text is no number."""
    printed = [slot for slot in row.slots.slots if slot.token is not None and not slot.printed_blank]
    if printed and not any(slot for candidate in candidates for slot in candidate.slots):
        columns = len(candidates[0].slots)
        yield f"{name}: {len(row.slots.slots)} cells for {columns} columns; which stands where does not show, so they were left out"
    elif any("unreadable" in candidate.states for candidate in candidates):
        unread = [slot for slot in printed if number_of(slot) is None]
        yield from (no_number(name, slot) for slot in unread if any(slot in candidate.slots for candidate in candidates))


def _reasons(undecided: set[str]) -> tuple[str, ...]:
    rows = sorted({key.rsplit(".", 1)[0] for key in undecided})
    return tuple(f"{row}: the printed numbers fit several columns equally well; the cells that differ were left out" for row in rows)
