"""The requests table: rows by their titles, columns by layout, order, arithmetic and narrative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import inf

import numpy as np

from gongkai.inference.assemble.candidates import Candidate, number_of, placements, priced
from gongkai.inference.assemble.decide import MARGIN, decided
from gongkai.inference.assemble.glued import glued_placements, is_glued, prints_zeros
from gongkai.inference.assemble.glued_titles import with_cells_cut_off
from gongkai.inference.assemble.headings import without_split_headings
from gongkai.inference.assemble.layout import Layout, Slots
from gongkai.inference.assemble.reading import Context, Facts, PrintedRow, TableReading, block_rows, left_out, printed_rows, row_items
from gongkai.inference.assemble.rows import Item, Line, align, is_row
from gongkai.inference.assemble.search import Floats, Stage, weighed
from gongkai.inference.assemble.sums import ONLY_TOTAL, price_of_sum
from gongkai.inference.assemble.titles import ordinal
from gongkai.inference.forms import Block, forms

TABLE = "requests"
TOTAL = 6
COLUMNS = 7
_COLUMN_SUM = 4.0
_SUM_OF_BLANK = 1.5
_AGAINST_NARRATIVE = 5.0
_TOLERANCE = 12.0
_SPANS = {
    "new_received": 2,
    "carried_in": 2,
    "carried_out": 2,
    "granted": 1,
    "partially_granted": 1,
    "other_handling": 1,
    "handled_total": 1,
}
_ONLY_2021 = {"other_not_corrected", "other_fee_unpaid", "other_other"}


def read_requests(context: Context, facts: Facts) -> TableReading:
    """The cells of one printed requests table. `facts` may choose the applicant's column, which arithmetic never can."""
    tokens = without_split_headings(context.region.tokens, _headings())
    items = _items()
    older = next(item for item in items if item.key == "other_handling")
    lines = with_cells_cut_off(_with_old_other(align(tokens, items, context.region.end), older))
    form = form_of(lines)
    block = forms()[form or "2021"].table(TABLE).blocks[0]
    layout = context.layout(lines, COLUMNS)
    rows = _without_span_filler(printed_rows(context, lines, layout, block_rows(block), COLUMNS))
    known = {row.key for row in block.rows}
    by_key = {row.key: row for row in rows if row.key in known}
    how = _Printing(layout, prints_zeros((row.slots for row in rows), COLUMNS), context.deduplicated)
    stages = [Stage(key, _candidates(key, by_key.get(key), how, facts), _STEPS.get(key, _take)) for key in _search_order(block)]
    stages.append(Stage("", (UNKNOWN,), _nothing_left))
    marginals = weighed(stages, COLUMNS, MARGIN)
    reading = decided(TABLE, [column.key for column in block.columns], stages, marginals, by_key)
    # Where zeros are printed, no blank hides between glued digits.
    shown = replace(layout, keeps_blanks=layout.keeps_blanks or (how.zeros and layout.name == "glued"))
    return TableReading(TABLE, form, reading.cells, (*left_out(lines, rows), *reading.warnings), reading.undecided, shown)


@cache
def _headings() -> tuple[str, ...]:
    """The titles of several rows, without cells of their own."""
    return tuple(heading for row in forms()["2021"].table(TABLE).blocks[0].rows for heading in row.headings)


@cache
def _items() -> tuple[Item, ...]:
    """Headings and rows of both forms in one order: the 2019 row (六)其他处理 is the heading of three rows in 2021."""
    newer = forms()["2021"].table(TABLE).blocks[0]
    older = {row.key: row for row in forms()["2019"].table(TABLE).blocks[0].rows}
    shared = older["other_handling"]
    columns = [Item("column", newer.corner or "", (newer.corner or "",))]
    columns += (Item("column", title, (title,)) for line in newer.column_headings for title in line)
    rows = [Item("row", shared.key, shared.wordings()) if item.key == shared.title else item for item in row_items(newer)]
    return (*columns, *(item._replace(spans=_SPANS.get(item.key, 0)) for item in rows))


def _without_span_filler(rows: Sequence[PrintedRow]) -> tuple[PrintedRow, ...]:
    """The rows without the empty cells that a title leaves which spans the columns of its sub-titles.

    一、 spans three columns of titles and (一) two. They are shown where all such rows are longer than the table by just these cells.
    """
    spanning = [row for row in rows if _SPANS.get(row.key) and row.slots.slots]
    longer = spanning and all(len(row.slots.slots) == COLUMNS + _SPANS[row.key] for row in spanning)
    if not longer or not all(slot.token is None for row in spanning for slot in row.slots.slots[: _SPANS[row.key]]):
        return tuple(rows)
    return tuple(replace(row, slots=replace(row.slots, slots=row.slots.slots[_SPANS.get(row.key, 0) :])) for row in rows)


def _with_old_other(lines: Sequence[Line], older: Item) -> tuple[Line, ...]:
    """The lines with a row 其他 that is the only one of other handling, and not numbered 3, read as `older`: (六)其他处理 of 2019."""
    rows = {line.item.key: line for line in lines if is_row(line) and line.item}
    only = rows.get("other_other")
    if only is None or not only.cells or len(rows.keys() & {*_ONLY_2021, older.key}) > 1:
        return tuple(lines)
    if only.item is not None and ordinal("".join(title.text for title in only.titles)) == ordinal(only.item.wordings[0]):
        return tuple(lines)
    return tuple(replace(line, item=older) if line is only else line for line in lines)


def form_of(lines: Sequence[Line]) -> str | None:
    """2021 if any of its three rows of other handling is there, 2019 if only their heading is."""
    keys = {line.item.key for line in lines if line.item is not None and line.item.role == "row"}
    if keys & _ONLY_2021 - {"other_other"}:
        return "2021"
    if "other_handling" in keys:
        return "2021" if not _has_cells(lines, "other_handling") and _rows_below(lines, "other_handling") else "2019"
    return None


def _rows_below(lines: Sequence[Line], key: str) -> int:
    """How many lines with cells follow the row `key` before the next row that both forms have."""
    below = 0
    place = next(index for index, line in enumerate(lines) if line.item is not None and line.item.key == key)
    for line in lines[place + 1 :]:
        if is_row(line) and line.item is not None and line.item.key not in _ONLY_2021:
            break
        below += bool(line.cells)
    return below


def _has_cells(lines: Sequence[Line], key: str) -> bool:
    return any(line.item is not None and line.item.key == key and line.cells for line in lines)


def _search_order(block: Block) -> tuple[str, ...]:
    """What bounds the results comes before them, so that the search need not carry what cannot be."""
    return ("new_received", "carried_in", "carried_out", "handled_total", *block.result_rows())


@dataclass(frozen=True, slots=True)
class _Printing:
    """How the table is printed: its layout, whether it prints its zeros, and whether repeated lines were dropped."""

    layout: Layout
    zeros: bool
    deduplicated: bool


def _candidates(key: str, row: PrintedRow | None, how: _Printing, facts: Facts) -> tuple[Candidate, ...]:
    if row is None or (how.deduplicated and len(row.slots.slots) != COLUMNS):
        return (UNKNOWN,)
    if (how.layout.name == "glued" and row.slots.slots) or is_glued(row.slots, COLUMNS):
        found = glued_placements(row.slots, COLUMNS, how.zeros)
    else:
        found = placements(row.slots, COLUMNS, how.layout.keeps_blanks) or _with_one_too_many(row.slots)
    prices = [_row_price]
    if key == "new_received":
        prices.append(lambda candidate: _narrative_price(candidate, facts))
    return priced(found, prices, _TOLERANCE) or (UNKNOWN,)


def _with_one_too_many(printed: Slots) -> tuple[Candidate, ...]:
    """The full rows that a row with one number too many (a page number) leaves without one of them, if they add up."""
    numbers = [number_of(slot) for slot in printed.slots]
    if len(numbers) != COLUMNS + 1 or None in numbers:
        return ()
    shorter = (Slots(printed.slots[:place] + printed.slots[place + 1 :], open_end=False) for place in range(COLUMNS + 1))
    found = [candidate for slots in shorter for candidate in placements(slots, COLUMNS, keeps_blanks=True)]
    return tuple(candidate for candidate in found if _row_price(candidate) == 0)


UNKNOWN = Candidate.of((None,) * COLUMNS, ("lost",) * COLUMNS)
"""A row that is not there or whose cells fit in no way."""


def _row_price(candidate: Candidate) -> float:
    return price_of_sum(candidate.states)


def _narrative_price(candidate: Candidate, facts: Facts) -> float:
    natural, total = candidate.values[0], candidate.values[TOTAL]
    organizations = candidate.values[1:TOTAL]
    price = 0.0
    if "requests_natural_person" in facts and natural is not None:
        price += _AGAINST_NARRATIVE * (natural != facts["requests_natural_person"])
    if "requests_organization" in facts and None not in organizations:
        price += _AGAINST_NARRATIVE * (sum(part or 0 for part in organizations) != facts["requests_organization"])
    if "requests_received" in facts and total is not None:
        price += ONLY_TOTAL * (total != facts["requests_received"])
    return price


def _bounds(candidate: Candidate) -> Floats:
    """The least and the most that each column may hold, of shape (columns, 2): a lost cell holds anything from 0 on."""
    return np.array([(0, inf) if value is None else (value, value) for value in candidate.values])


def _add(states: Floats, candidate: Candidate) -> tuple[Floats, Floats]:
    return np.zeros(len(states)), states + _bounds(candidate)


def _subtract(states: Floats, candidate: Candidate) -> tuple[Floats, Floats]:
    return np.zeros(len(states)), states - _bounds(candidate)[:, ::-1]


def _handled(states: Floats, candidate: Candidate) -> tuple[Floats, Floats]:
    """Received and carried in less carried out against the total handled; where that is blank or lost, they stand in for it."""
    prices, after = np.zeros(len(states)), states.copy()
    for column, stated in enumerate(candidate.states):
        least, most = states[:, column, 0], states[:, column, 1]
        if isinstance(stated, str):
            prices += _SUM_OF_BLANK * ((stated == "blank") & (least > 0))
        else:
            prices += _COLUMN_SUM * ~((least <= stated) & (stated <= most))
            after[:, column] = stated
    return prices, after


def _take(states: Floats, candidate: Candidate) -> tuple[Floats, Floats]:
    """What a result leaves of the total handled. A column that is overdrawn is broken for good, and pays at once."""
    left = states - _bounds(candidate)[:, ::-1]
    overdrawn = left[:, :, 1] < 0
    np.copyto(left, (-inf, inf), where=overdrawn[:, :, None])
    return _COLUMN_SUM * overdrawn.sum(axis=1), left


def _nothing_left(states: Floats, candidate: Candidate) -> tuple[Floats, Floats]:
    """The results must use up the total handled."""
    broken = ~((states[:, :, 0] <= 0) & (states[:, :, 1] >= 0))
    return _COLUMN_SUM * broken.sum(axis=1), np.zeros_like(states)


_STEPS = {"new_received": _add, "carried_in": _add, "carried_out": _subtract, "handled_total": _handled}
