"""Comparisons as JSON and CSV. Offsets count characters of the source of the report that the cell is from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from gongkai.inference.compare.compare import Comparison
from gongkai.inference.compare.differences import Difference, Side, value_of
from gongkai.inference.compare.report import Report
from gongkai.inference.compare.years import YearCheck
from gongkai.inference.output import PLACES, Record, place_of
from gongkai.inference.report.tables import key_titles
from gongkai.inference.results import Cell
from gongkai.inference.write import CsvValue, csv_lines

_OF_CELL = ("value", "status", "confidence", "start", "end")
CSV_COLUMNS = (
    *("kind", "key", "title"),
    *(f"{side}_{name}" for side in Side for name in _OF_CELL),
    *("difference", "relative", "standing", "doubtful"),
)


def to_dict(comparison: Comparison, shown: Iterable[Difference]) -> Record:
    """The comparison as one JSON object, with the differences `shown`."""
    return {
        "a": _head(comparison.a),
        "b": _head(comparison.b),
        "differences": [_difference(one) for one in shown],
        "checks": [_check(check) for check in comparison.checks],
        "notes": list(comparison.notes),
    }


def to_json(comparison: Comparison, shown: Iterable[Difference]) -> str:
    """`to_dict` with one difference or check a line, ending in a newline."""
    return "{\n" + ",\n".join(f'  "{key}": {_lines(value)}' for key, value in to_dict(comparison, shown).items()) + "\n}\n"


def to_csv(comparison: Comparison, shown: Iterable[Difference]) -> str:
    """A header, one line for each difference, then one for each check.

    A check has the rule as its title; `a_value` is what follows from the other cells, `b_value` what B states, `standing` the verdict.
    """
    return csv_lines((CSV_COLUMNS, *map(_difference_line, shown), *map(_check_line, comparison.checks)))


def _lines(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in value) + "\n  ]"


def _head(report: Report) -> Record:
    return {name: getattr(report.extraction, name) for name in ("source", "agency", "report_year", "form")}


def _difference(one: Difference) -> Record:
    return {
        "key": one.place.key,
        "title": key_titles()[one.place.key],
        "a": _cell(one.a),
        "b": _cell(one.b),
        "difference": one.absolute,
        "relative": _share(one.relative),
        "standing": str(one.standing),
        "doubtful": [str(side) for side in one.doubtful],
    }


def _cell(cell: Cell | None) -> Record | None:
    if cell is None:
        return None
    return {
        "value": cell.value,
        "status": str(cell.status),
        "text": cell.text,
        "spans": [list(span) for span in cell.spans],
        "confidence": round(cell.confidence, PLACES),
    }


def _check(check: YearCheck) -> Record:
    pairs = zip(check.rule.cells, check.cells, strict=True)
    return {
        "rule": check.rule.rule,
        "left": check.left,
        "right": check.right,
        "verdict": str(check.verdict),
        "reason": check.reason,
        "doubtful": check.doubtful,
        "cells": [{"of": str(term.side), "key": term.key, "sign": term.sign, "cell": _cell(cell)} for term, cell in pairs],
    }


def _share(relative: float | None) -> float | None:
    return None if relative is None else round(relative, PLACES)


def _difference_line(one: Difference) -> tuple[CsvValue, ...]:
    doubtful = " ".join(map(str, one.doubtful))
    last = (one.absolute, _share(one.relative), str(one.standing), doubtful)
    return ("cell", one.place.key, key_titles()[one.place.key], *_columns(one.a), *_columns(one.b), *last)


def _columns(cell: Cell | None) -> Iterator[CsvValue]:
    if cell is None:
        return iter((None,) * len(_OF_CELL))
    return iter((value_of(cell), str(cell.status), round(cell.confidence, PLACES), *place_of(cell)))


def _check_line(check: YearCheck) -> tuple[CsvValue, ...]:
    gap = None if check.left is None or check.right is None else check.left - check.right
    none = (None,) * (len(_OF_CELL) - 1)
    doubtful = "yes" if check.doubtful else ""
    return ("check", check.rule.key, check.rule.rule, check.right, *none, check.left, *none, gap, None, str(check.verdict), doubtful)
