"""One organ and year, and what was checked of it, as rows of the tables of a panel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gongkai.inference.compare.years import YearCheck
from gongkai.inference.locate import printed_place
from gongkai.inference.output import PLACES
from gongkai.inference.panel.hierarchy import SumCheck
from gongkai.inference.panel.organ_year import DISPUTED, OrganYear, mean_confidence, n_broken, n_values
from gongkai.inference.panel.rates import RateValue
from gongkai.inference.results import Cell

Row = tuple[Any, ...]
Named = tuple[str, Row]


def rows_of(one: OrganYear) -> Iterator[Named]:
    """The rows of `organ_years`, `cells` and `duplicates`, each with the name of its table."""
    said = one.kept
    doubtful = sum(bool(one.doubts(cell.key)) for cell in said.cells)
    values = sum(cell.value is not None for cell in one.report.cells.values())
    numbers = (len(one.documents), values, doubtful, len(one.disputed), n_broken(said))
    yield "organ_years", (one.organ, one.year, said.source, said.form, *numbers)
    for cell in sorted((*one.report.cells.values(), *one.disputed), key=lambda cell: (printed_place(cell.key), cell.key)):
        yield "cells", _cell(one, cell)
    if len(one.documents) > 1:
        yield from (("duplicates", row) for row in _duplicates(one))


def rate_row(one: OrganYear, found: RateValue) -> Named:
    """The row of a rate."""
    numbers = (_rounded(found.value), found.numerator, found.denominator, _rounded(found.confidence))
    return "rates", (one.organ, one.year, found.rate.name, *numbers, int(found.doubtful), found.reason)


def year_row(later: OrganYear, check: YearCheck) -> Named:
    """The row of a check across years, under the later of the two."""
    said = (check.left, check.right, str(check.verdict), int(check.doubtful), check.reason)
    return "across_years", (later.organ, later.year, check.rule.rule, check.rule.key, *said)


def sum_row(parent: OrganYear, check: SumCheck) -> Named:
    """The row of a sum over children."""
    said = (check.value, check.children, str(check.verdict), int(check.doubtful), " ".join(check.missing) or None)
    return "sums", (parent.organ, parent.year, check.key, *said)


def _cell(one: OrganYear, cell: Cell) -> Row:
    disputed = cell in one.disputed
    value, status = (None, DISPUTED) if disputed else (cell.value, str(cell.status))
    return one.organ, one.year, cell.key, value, status, _rounded(cell.confidence), " ".join(one.doubts(cell.key)) or None


def _duplicates(one: OrganYear) -> Iterator[Row]:
    for document in one.documents:
        said = document.extraction
        numbers = (int(document.kept), n_values(said), n_broken(said), _rounded(mean_confidence(said)))
        yield one.organ, one.year, said.source, *numbers, " ".join(document.differing) or None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)
