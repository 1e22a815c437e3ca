"""Extractions as plain data: the JSON object of the output contract, tidy rows, and data frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from gongkai.inference.results import Cell, Check, Entity, Extraction, Figure, Indicator, Verdict
from gongkai.model.errors import BadRecordError, MissingExtraError

if TYPE_CHECKING:
    import pandas

PLACES = 4  # decimals of a confidence: as many as its calibration can carry
Record = dict[str, Any]


def to_dict(extraction: Extraction) -> Record:
    """The JSON object of the output contract (`configs/output.schema.json`), in the order of the extraction.

    Confidences are rounded to four decimals; a check has `doubtful` only if it is broken; `legacy` is there only for pages with a
    statistics table of before 2019.
    """
    legacy = {"legacy": [_indicator(indicator) for indicator in extraction.legacy]} if extraction.legacy else {}
    return {
        "source": extraction.source,
        "form": extraction.form,
        "agency": extraction.agency,
        "report_year": extraction.report_year,
        "cells": [_cell(cell) for cell in extraction.cells],
        "figures": [_figure(figure) for figure in extraction.figures],
        "entities": [_entity(entity) for entity in extraction.entities],
        "checks": [{**_check(check), **_places(check)} for check in extraction.checks],
        "repairs": [{"kind": repair.kind, "count": repair.count} for repair in extraction.repairs],
        "warnings": list(extraction.warnings),
        **legacy,
    }


def from_dict(record: Mapping[str, Any]) -> Extraction:
    """The extraction that `to_dict` wrote. Raises BadRecordError naming the first key that is not as the contract says."""
    try:
        return _reader().validate_python(dict(record))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the record"
        raise BadRecordError(f"not an extraction: {where}: {first['msg']}; expected the object that `gongkai extract` writes") from error


def to_rows(extraction: Extraction) -> list[Record]:
    """One flat row for every cell: the document, the key in its three parts, the value and where it stands.

    `start` and `end` are the place of `text`; all three are None for a derived cell, which has no text of its own.
    """
    document = {name: getattr(extraction, name) for name in ("source", "form", "agency", "report_year")}
    return [{**document, **_row(cell)} for cell in extraction.cells]


def figure_rows(extraction: Extraction) -> list[Record]:
    """One flat row for every figure of the narrative."""
    return [{"source": extraction.source, **_figure(figure)} for figure in extraction.figures]


def legacy_rows(extraction: Extraction) -> list[Record]:
    """One flat row for every indicator of a statistics table of before 2019."""
    return [{**_document(extraction), **_indicator_row(indicator)} for indicator in extraction.legacy]


def check_rows(extraction: Extraction) -> list[Record]:
    """One flat row for every rule of arithmetic; `keys` and `doubtful` are lists of cells' keys."""
    return [{"source": extraction.source, **_check(check), "doubtful": list(check.doubtful)} for check in extraction.checks]


def to_pandas(extractions: Extraction | Iterable[Extraction]) -> pandas.DataFrame:
    """The rows of one or many extractions as one data frame. Raises MissingExtraError without pandas."""
    try:
        import pandas
    except ImportError as error:
        raise MissingExtraError("a data frame", "pandas") from error
    several = (extractions,) if isinstance(extractions, Extraction) else extractions
    return pandas.DataFrame([row for extraction in several for row in to_rows(extraction)])


@cache
def _reader() -> TypeAdapter[Extraction]:
    return TypeAdapter(Extraction)


def _cell(cell: Cell) -> Record:
    return {
        "key": cell.key,
        "value": cell.value,
        "status": str(cell.status),
        "text": cell.text,
        "spans": [list(span) for span in cell.spans],
        "confidence": round(cell.confidence, PLACES),
    }


def _figure(figure: Figure) -> Record:
    return {
        "label": figure.label,
        "value": figure.value,
        "unit": figure.unit,
        "text": figure.text,
        "start": figure.start,
        "end": figure.end,
        "basis": str(figure.basis),
        "confidence": round(figure.confidence, PLACES),
    }


def _entity(entity: Entity) -> Record:
    return {
        "label": entity.label,
        "text": entity.text,
        "start": entity.start,
        "end": entity.end,
        "confidence": round(entity.confidence, PLACES),
    }


def _indicator(indicator: Indicator) -> Record:
    return {
        "key": indicator.key,
        "name": indicator.name,
        "number": indicator.number,
        "unit": indicator.unit,
        "value": indicator.value,
        "status": str(indicator.status),
        "text": indicator.text,
        "spans": [list(span) for span in indicator.spans],
        "name_span": list(indicator.name_span),
        "confidence": round(indicator.confidence, PLACES),
    }


def _places(check: Check) -> Record:
    return {"spans": [list(span) for span in check.spans]} if check.spans else {}


def _check(check: Check) -> Record:
    record: Record = {
        "rule": check.rule,
        "keys": list(check.keys),
        "left": check.left,
        "right": check.right,
        "verdict": str(check.verdict),
    }
    if check.verdict is Verdict.BROKEN:
        record["doubtful"] = list(check.doubtful)
    return record


def _document(extraction: Extraction) -> Record:
    return {"source": extraction.source, "agency": extraction.agency, "report_year": extraction.report_year}


def _indicator_row(indicator: Indicator) -> Record:
    record = _indicator(indicator)
    del record["spans"], record["name_span"]
    start, end = place_of(indicator)
    return {**record, "start": start, "end": end}


def _row(cell: Cell) -> Record:
    table, row, column = cell.key.split(".")
    start, end = place_of(cell)
    return {
        "table": table,
        "row": row,
        "column": column,
        "value": cell.value,
        "status": str(cell.status),
        "text": cell.text,
        "start": start,
        "end": end,
        "confidence": round(cell.confidence, PLACES),
    }


def place_of(read: Cell | Indicator) -> tuple[int, int] | tuple[None, None]:
    """Where the text of a cell or an indicator stands; nowhere if it has none."""
    return read.spans[0] if read.spans and read.text is not None else (None, None)
