"""A document's three tables as a few dozen squares, so that many documents can be compared at a glance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence

from markupsafe import Markup

from gongkai.inference.report.tables import TableView, table_views
from gongkai.inference.results import Cell, Extraction

_STEP, _SIDE, _GUTTER = 5, 4, 4
_GAP = "gap"
_DOUBT = "doubt"


def fingerprint(extraction: Extraction, doubtful: Container[str]) -> Markup:
    """An SVG: one square for every cell of the form, a column for each row of a table; its class says what was found there."""
    squares: dict[str, list[str]] = defaultdict(list)
    left = 0
    for view in table_views(extraction):
        for column in _columns(view):
            for place, (key, cell) in enumerate(column):
                squares[_kind(key, cell, doubtful)].append(f"M{left} {place * _STEP}h{_SIDE}v{_SIDE}h-{_SIDE}z")
            left += _STEP
        left += _GUTTER
    width, height = max(left - _GUTTER - _STEP + _SIDE, 1), 7 * _STEP - _STEP + _SIDE
    paths = Markup("").join(Markup('<path class="{}" d="{}"/>').format(kind, "".join(path)) for kind, path in sorted(squares.items()))
    return Markup(
        '<svg class="fingerprint" viewBox="0 0 {0} {1}" width="{0}" height="{1}" aria-hidden="true" focusable="false">{2}</svg>'
    ).format(width, height, paths)


def _columns(view: TableView) -> Iterator[Sequence[tuple[str, Cell | None]]]:
    return (list(zip(row.keys, row.cells, strict=True)) for block in view.blocks for row in block.rows if row.cells)


def _kind(key: str, cell: Cell | None, doubtful: Container[str]) -> str:
    if cell is None:
        return _GAP
    return _DOUBT if key in doubtful else str(cell.status)
