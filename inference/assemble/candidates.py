"""Every way in which the cells of one printed line may stand in its columns, with the price of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from gongkai.inference.assemble.layout import Slot, Slots
from gongkai.inference.assemble.tokens import Kind
from gongkai.inference.numbers import read_cell

Vector = tuple["int | float | None", ...]
_Cell = tuple[Slot, "int | float | str"]
Price = Callable[["Candidate"], float]
_LOST_CELL = 2.0
_MOST_CANDIDATES = 7000


class Candidate(NamedTuple):
    """One placement of a line. `slots[c]` is what stands in column c, or None if no cell of the line does.

    `states[c]` says it in a word: a number, `blank`, `unreadable`, or `lost` (the cell itself is gone, and anything may have
    stood there). `values[c]` is the number for sums: a blank counts as 0, what cannot be known is None.
    """

    slots: tuple[Slot | None, ...]
    states: tuple[int | float | str, ...]
    values: Vector
    price: float = 0.0

    def printed(self, column: int) -> int | float | None:
        """The number printed in a column, None if there is none or it is blank."""
        state = self.states[column]
        return None if isinstance(state, str) else state

    def at(self, price: float) -> Candidate:
        """The same placement at another price."""
        return self if price == self.price else Candidate(self.slots, self.states, self.values, price)

    @classmethod
    def of(cls, slots: Sequence[Slot | None], states: Sequence[int | float | str], price: float = 0.0) -> Candidate:
        """The placement of `slots`, which say `states`."""
        values = [0 if state == "blank" else None if isinstance(state, str) else state for state in states]
        return cls(tuple(slots), tuple(states), tuple(values), price)


def number_of(slot: Slot) -> int | float | None:
    """The number that a cell prints."""
    if slot.token is None or slot.token.kind is Kind.BLANK:
        return None
    read = read_cell(slot.token.text)
    return read.value if read is not None else None


def _state(slot: Slot) -> int | float | str:
    number = number_of(slot)
    if number is not None:
        return number
    return "blank" if slot.printed_blank else "unreadable"


def placements(printed: Slots, columns: int, keeps_blanks: bool) -> tuple[Candidate, ...]:
    """All placements of the cells in `columns` columns that keep their printed order; none if there are too many cells."""
    slots = printed.slots
    if len(slots) > columns:
        slots = without_outer_blanks(slots, columns)
    if len(slots) > columns:
        return ()
    if len(slots) == columns:
        return (Candidate.of(slots, [_state(slot) for slot in slots]),)
    cells = [(slot, _state(slot)) for slot in slots]
    if keeps_blanks and printed.open_end:
        return tuple(_with_open_end(cells, columns))
    missing = "lost" if keeps_blanks else "blank"
    return tuple(_candidate(cells, chosen, columns, missing) for chosen in combinations(range(columns), len(slots)))


def _with_open_end(cells: Sequence[_Cell], columns: int) -> Iterator[Candidate]:
    """The line as its blanks show it, what is missing being blank; any other placement means that a cell was lost."""
    plain = tuple(range(len(cells)))
    yield _candidate(cells, plain, columns, "blank")
    for chosen in combinations(range(columns), len(cells)):
        if chosen != plain:
            yield _candidate(cells, chosen, columns, "lost", _LOST_CELL)


def without_outer_blanks(slots: tuple[Slot, ...], columns: int) -> tuple[Slot, ...]:
    """At most `columns` cells if blanks that only separators show can go: those at the end first, then those in front."""
    while len(slots) > columns and slots[-1].token is None:
        slots = slots[:-1]
    while len(slots) > columns and slots[0].token is None:
        slots = slots[1:]
    return slots


def _candidate(cells: Sequence[_Cell], chosen: Sequence[int], columns: int, missing: str, price: float = 0.0) -> Candidate:
    slots: list[Slot | None] = [None] * columns
    states: list[int | float | str] = [missing] * columns
    for (slot, state), column in zip(cells, chosen, strict=True):
        slots[column], states[column] = slot, state
    return Candidate.of(slots, states, price)


def priced(candidates: Sequence[Candidate], prices: Sequence[Price], tolerance: float) -> tuple[Candidate, ...]:
    """The candidates with all prices added, without those that cost `tolerance` more than the cheapest."""
    summed = [(sum((price(candidate) for price in prices), candidate.price), candidate) for candidate in candidates[:_MOST_CANDIDATES]]
    if not summed:
        return ()
    cheapest = min(cost for cost, _ in summed)
    return tuple(candidate.at(cost) for cost, candidate in summed if cost <= cheapest + tolerance)
