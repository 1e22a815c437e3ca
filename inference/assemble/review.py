"""The table of reviews and litigations: fifteen numbers on one line, three groups of four results and their total."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np

from gongkai.inference.assemble.candidates import Candidate, placements, priced
from gongkai.inference.assemble.cut import ends_inside
from gongkai.inference.assemble.decide import MARGIN, decided
from gongkai.inference.assemble.full_line import full_line
from gongkai.inference.assemble.glued import glued_placements, is_glued
from gongkai.inference.assemble.layout import Layout, slots_of
from gongkai.inference.assemble.reading import Context, Facts, PrintedRow, TableReading
from gongkai.inference.assemble.rows import Line
from gongkai.inference.assemble.search import Floats, Stage, weighed
from gongkai.inference.assemble.sums import price_of_sum
from gongkai.inference.assemble.tokens import Kind
from gongkai.inference.forms import forms

TABLE = "review_litigation"
CELLS = 15
GROUP = 5
_AGAINST_NARRATIVE = 3.0
_TOLERANCE = 6.0
_MOST_TITLES = 10


def _columns() -> list[str]:
    block = forms()["2021"].table(TABLE).blocks[0]
    return [f"{row.key}.{column.key}" for row in block.rows for column in block.columns]


def read_review(context: Context, facts: Facts) -> TableReading:
    """The cells of the printed table. `facts` are what the narrative says of reviews and litigations."""
    cells = tuple(token for token in context.region.tokens if token.kind is not Kind.TITLE)
    titles = context.region.titles()
    if not cells and (not _complete(titles) or ends_inside(context, titles[-1].end)):
        return TableReading(TABLE, None, {})
    first = cells[0].start if cells else context.region.end
    before = tuple(title for title in titles if title.end <= first)
    line = Line(None, before, cells, 1.0, context.region.end, last=True)
    layout = context.layout([line], CELLS)
    row = PrintedRow(
        "line", slots_of(context.page.text, line, layout), titled=True, score=median(title.score for title in before) if before else 0.7
    )
    candidates = _shown(context, line, layout) or _candidates(row, layout, facts, context)
    if not candidates:
        return TableReading(TABLE, None, {}, (f"{TABLE}: {len(cells)} cells for {CELLS} columns; they were left out",))
    stage = Stage("line", candidates, _stay)
    reading = decided(TABLE, _columns(), [stage], weighed([stage], 0, MARGIN), {"line": row})
    return _renamed(reading)


def _shown(context: Context, line: Line, layout: Layout) -> tuple[Candidate, ...]:
    """The one placement that the separators show, if its groups add up or another table has shown that blanks leave a trace."""
    slots = None if context.deduplicated else full_line(context.page.text, line, layout, CELLS, GROUP)
    found = placements(slots, CELLS, keeps_blanks=True) if slots is not None else ()
    return tuple(candidate for candidate in found if layout.keeps_blanks or _adds_up(candidate))


def _adds_up(candidate: Candidate) -> bool:
    """Whether every cell is known and every total is the sum of its group, a blank being nothing."""
    groups = (candidate.values[first : first + GROUP] for first in range(0, CELLS, GROUP))
    return all(None not in group and sum(part or 0 for part in group[:-1]) == group[-1] for group in groups)


def _complete(titles: Sequence[object]) -> bool:
    """Whether enough titles are there to say that the line of numbers itself is empty."""
    return len(titles) >= _MOST_TITLES


def _stay(states: Floats, candidate: Candidate) -> tuple[Floats, Floats]:
    return np.zeros(len(states)), states


def _candidates(row: PrintedRow, layout: Layout, facts: Facts, context: Context) -> tuple[Candidate, ...]:
    if context.deduplicated and len(row.slots.slots) != CELLS:
        return ()
    glued = layout.name == "glued" or is_glued(row.slots, CELLS)
    found = glued_placements(row.slots, CELLS, context.prints_zeros) if glued else placements(row.slots, CELLS, layout.keeps_blanks)
    return priced(found, [_price, lambda candidate: _narrative_price(candidate, facts)], _TOLERANCE)


def _price(candidate: Candidate) -> float:
    return sum(price_of_sum(candidate.states[first : first + GROUP]) for first in range(0, CELLS, GROUP))


def _narrative_price(candidate: Candidate, facts: Facts) -> float:
    price = 0.0
    totals = [candidate.printed(first + GROUP - 1) for first in range(0, CELLS, GROUP)]
    if "reviews" in facts and totals[0] is not None:
        price += _AGAINST_NARRATIVE * (totals[0] != facts["reviews"])
    if "litigations" in facts and (totals[1] is not None or totals[2] is not None):
        price += _AGAINST_NARRATIVE * ((totals[1] or 0) + (totals[2] or 0) != facts["litigations"])
    return price


def _renamed(reading: TableReading) -> TableReading:
    """Keys without the name of the one line."""
    cells = {key.replace(".line", "", 1): cell._replace(key=cell.key.replace(".line", "", 1)) for key, cell in reading.cells.items()}
    warnings = tuple(warning.replace(f"{TABLE}.line", TABLE, 1) for warning in reading.warnings)
    return TableReading(reading.table, None, cells, warnings, frozenset(key.replace(".line", "", 1) for key in reading.undecided))
