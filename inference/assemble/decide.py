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
        costs = marginals.costs[stage.key]
        best = min(range(len(costs)), key=costs.__getitem__)
        for index, column in enumerate(columns):
            key = f"{table}.{stage.key}.{column}"
            cell = _cell(key, _Choice(index, stage.candidates, costs, best), row)
            if cell is not None:
                cells[key] = cell
            elif _number_is_possible(index, stage.candidates, costs):
                undecided.add(key)
        unused += _unused(f"{table}.{stage.key}", row, stage.candidates)
    return TableReading(table, None, cells, (*_reasons(undecided), *unused), frozenset(undecided))


@dataclass(frozen=True, slots=True)
class _Choice:
    """What may stand in one column of a line: by each of `candidates`, at its cost, of which `best` is the least."""

    column: int
    candidates: Sequence[Candidate]
    costs: Sequence[float]
    best: int

    @property
    def margin(self) -> float:
        """How much dearer the cheapest other content is."""
        if len(self.candidates) == 1:
            return inf
        states = [candidate.states[self.column] for candidate in self.candidates]
        others = (cost for cost, state in zip(self.costs, states, strict=True) if state != states[self.best])
        return min(others, default=inf) - self.costs[self.best]


def _cell(key: str, choice: _Choice, row: PrintedRow) -> Placed | None:
    candidate = choice.candidates[choice.best]
    margin = choice.margin
    if margin < _ENOUGH or candidate.states[choice.column] in ("lost", "unreadable"):
        return None
    certain = len(choice.candidates) == 1 and row.titled
    slot = candidate.slots[choice.column] or Slot(None, row.slots.slots[-1].start if row.slots.slots else 0)
    value = candidate.printed(choice.column)
    confidence = _confidence(slot, row, margin)
    if value is None:
        return Placed(key, None, Status.BLANK, slot, confidence)
    return Placed(key, value, Status.PRINTED if certain else Status.PLACED, slot, confidence)


def _number_is_possible(column: int, candidates: Sequence[Candidate], costs: Sequence[float]) -> bool:
    """Whether a printed number may stand in the column, by any placement not much dearer than the cheapest."""
    limit = min(costs) + _ENOUGH
    return any(cost < limit and not isinstance(candidate.states[column], str) for cost, candidate in zip(costs, candidates, strict=True))


def _confidence(slot: Slot, row: PrintedRow, margin: float) -> float:
    read = slot.token.score if slot.token is not None else 1.0
    return min(read, row.score) * (1 - 0.25 * exp2(-margin))


def _unused(name: str, row: PrintedRow, candidates: Sequence[Candidate]) -> Iterator[str]:
    """Why cells of a line stand in no column: they fit in no way, or their text is no number."""
    printed = [slot for slot in row.slots.slots if slot.token is not None and not slot.printed_blank]
    if printed and not any(slot for candidate in candidates for slot in candidate.slots):
        columns = len(candidates[0].slots)
        yield f"{name}: {len(row.slots.slots)} cells for {columns} columns; which stands where does not show, so they were left out"
    else:
        unread = [slot for slot in printed if number_of(slot) is None]
        yield from (no_number(name, slot) for slot in unread if any(slot in candidate.slots for candidate in candidates))


def _reasons(undecided: set[str]) -> tuple[str, ...]:
    rows = sorted({key.rsplit(".", 1)[0] for key in undecided})
    return tuple(f"{row}: the printed numbers fit several columns equally well; the cells that differ were left out" for row in rows)
