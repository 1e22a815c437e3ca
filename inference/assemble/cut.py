"""Pages that end inside a table, as excerpts and broken downloads do: what was cut off is not known to be blank."""

from __future__ import annotations

import re
from dataclasses import replace

from gongkai.inference.assemble.reading import Context, Placed, TableReading
from gongkai.inference.assemble.tokens import Kind, Token
from gongkai.inference.results import Status

_SAYS_MORE = re.compile(r"[\d\u4e00-\u9fff]")


def ends_inside(context: Context, position: int) -> bool:
    """Whether the page says nothing more after `position`."""
    return _SAYS_MORE.search(context.page.text, position) is None


def without_cut_cells(reading: TableReading, context: Context) -> TableReading:
    """The reading without the blanks after the last cell of a page that no separator shows: there the page may have been cut off."""
    tokens = context.region.tokens
    if not tokens or tokens[-1].kind is Kind.TITLE or not ends_inside(context, tokens[-1].end):
        return reading
    hidden = {key for key, cell in reading.cells.items() if cell.status is Status.BLANK and _is_after(cell, tokens[-1])}
    if not hidden or context.page.text.count("|", tokens[-1].end) > len(hidden):  # one of the bars closes the last cell
        return reading
    return replace(reading, cells={key: cell for key, cell in reading.cells.items() if key not in hidden})


def _is_after(cell: Placed, last: Token) -> bool:
    return cell.slot.token is None and cell.slot.start >= last.start
