"""The readings of all printed tables as one set of cells: a table printed twice must say the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gongkai.inference.assemble.reading import Facts, Placed, TableReading
from gongkai.inference.facts import CELLS_OF
from gongkai.inference.results import Cell

_HALF = 0.5


def merged(readings: Sequence[TableReading], facts: Facts) -> tuple[dict[str, Cell], tuple[str, ...]]:
    """The cells of all readings, and why some were left out.

    A table printed several times is one table if its copies agree wherever both say something, or nearly so (damage); then cells
    that differ are left out. Else they are tables of several years or organs: the copy that the narrative speaks of is taken, or,
    where the narrative does not choose, only what all of them say.
    """
    cells: dict[str, Cell] = {}
    warnings: list[str] = []
    by_table = {
        table: [reading for reading in readings if reading.table == table and reading.cells]
        for table in dict.fromkeys(reading.table for reading in readings)
    }
    chosen = _spoken_of(by_table.values(), facts)
    for table, copies in by_table.items():
        found, reasons = _one(table, copies, chosen.get(len(copies)))
        cells |= {key: _cell(placed) for key, placed in found.items()}
        warnings += reasons
    return cells, tuple(warnings)


def _spoken_of(tables: Iterable[Sequence[TableReading]], facts: Facts) -> dict[int, int]:
    """Which copy the narrative speaks of, by how often tables are printed: reports that follow each other have all their tables."""
    found: dict[int, set[int]] = defaultdict(set)
    for copies in tables:
        agreement = [_agreement(copy, facts) for copy in copies]
        best = max(agreement, default=0)
        if len(copies) > 1 and best > 0 and agreement.count(best) == 1 and not _same_table(copies):
            found[len(copies)].add(agreement.index(best))
    return {count: next(iter(places)) for count, places in found.items() if len(places) == 1}


def _one(table: str, copies: Sequence[TableReading], chosen: int | None) -> tuple[Mapping[str, Placed], Iterator[str]]:
    if len(copies) < 2:
        return (copies[0].cells if copies else {}), iter(())
    if chosen is not None and not _same_table(copies):
        reason = f"{table}: printed more than once with different numbers; the narrative speaks of copy {chosen + 1}, which was taken"
        return copies[chosen].cells, iter((reason,))
    fullest = max(copies, key=lambda copy: len(copy.cells))
    return _agreed(table, [copy for copy in copies if copy.form in (None, fullest.form)])


def _same_table(copies: Sequence[TableReading]) -> bool:
    """Whether the copies of a table differ in few cells that are not zero, as damage makes them, and not as years do."""
    first, *others = copies
    for other in others:
        shared = [key for key in first.cells if key in other.cells and (first.cells[key].value or other.cells[key].value)]
        differing = sum(first.cells[key].value != other.cells[key].value for key in shared)
        if differing > _HALF * len(shared):
            return False
    return True


def _agreement(copy: TableReading, facts: Facts) -> int:
    """How many figures of the narrative the copy repeats, less those that it contradicts."""
    stated = [(copy.cells[key].value, facts[label]) for label, key in CELLS_OF.items() if label in facts and key in copy.cells]
    return sum(1 if value == fact else -1 for value, fact in stated if value is not None)


def _agreed(table: str, copies: Sequence[TableReading]) -> tuple[Mapping[str, Placed], Iterator[str]]:
    """What no two copies say differently, each cell from where it was read with most confidence."""
    found: dict[str, Placed] = {}
    clashing: set[str] = set()
    for copy in copies:
        for key, placed in copy.cells.items():
            if key in found and found[key].value != placed.value:
                clashing.add(key)
            elif key not in found or placed.confidence > found[key].confidence:
                found[key] = placed
    reason = f"{table}: printed more than once with different numbers; the cells that differ were left out"
    return {key: placed for key, placed in found.items() if key not in clashing}, iter((reason,) if clashing else ())


def _cell(placed: Placed) -> Cell:
    token = placed.slot.token
    spans = ((token.start, token.end),) if token is not None else ()
    text = token.text if token is not None else None
    return Cell(placed.key, placed.value, placed.status, text, spans, placed.confidence)
