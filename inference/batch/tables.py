"""The tidy tables that a run writes: one row a document, cell, figure, old indicator and check."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any

from gongkai.inference.batch.jobs import Kind, Outcome
from gongkai.inference.output import check_rows, figure_rows, from_dict, legacy_rows, to_rows
from gongkai.inference.results import Extraction
from gongkai.inference.write import encoded, to_jsonl

Row = tuple[Any, ...]
INTEGER, NUMBER, TEXT = "integer", "number", "text"

TABLES: dict[str, dict[str, str]] = {
    "documents": {
        "document": INTEGER,
        "source": TEXT,
        "outcome": TEXT,
        "reason": TEXT,
        "form": TEXT,
        "agency": TEXT,
        "report_year": INTEGER,
        "warnings": TEXT,
    },
    "cells": {
        "document": INTEGER,
        "source": TEXT,
        "form": TEXT,
        "agency": TEXT,
        "report_year": INTEGER,
        "table": TEXT,
        "row": TEXT,
        "column": TEXT,
        "value": NUMBER,
        "status": TEXT,
        "text": TEXT,
        "start": INTEGER,
        "end": INTEGER,
        "confidence": NUMBER,
    },
    "figures": {
        "document": INTEGER,
        "source": TEXT,
        "label": TEXT,
        "value": NUMBER,
        "unit": TEXT,
        "text": TEXT,
        "start": INTEGER,
        "end": INTEGER,
        "basis": TEXT,
        "confidence": NUMBER,
    },
    "legacy": {
        "document": INTEGER,
        "source": TEXT,
        "agency": TEXT,
        "report_year": INTEGER,
        "key": TEXT,
        "name": TEXT,
        "number": TEXT,
        "unit": TEXT,
        "value": NUMBER,
        "status": TEXT,
        "text": TEXT,
        "start": INTEGER,
        "end": INTEGER,
        "confidence": NUMBER,
    },
    "checks": {
        "document": INTEGER,
        "source": TEXT,
        "rule": TEXT,
        "keys": TEXT,
        "left": NUMBER,
        "right": NUMBER,
        "verdict": TEXT,
        "doubtful": TEXT,
    },
}
"""Table, column, and what the column holds. `document` is the place in the input, counted from 0, and joins the tables."""


class Format(StrEnum):
    """What a run writes."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"
    SQLITE = "sqlite"
    DUCKDB = "duckdb"


_RECORDS: tuple[tuple[str, Callable[[Extraction], list[dict[str, Any]]]], ...] = (
    ("cells", to_rows),
    ("figures", figure_rows),
    ("legacy", legacy_rows),
    ("checks", check_rows),
)


def packed(extraction: Extraction) -> bytes:
    """The line of `gongkai extract --format jsonl`, compressed: what a worker gives back and the ledger keeps."""
    return zlib.compress(encoded(to_jsonl(extraction)), 1)


def unpacked(content: bytes) -> bytes:
    """The line that was `packed`."""
    return zlib.decompress(content)


def rows_of(outcome: Outcome) -> Iterator[tuple[str, Row]]:
    """Every row that a document has, with the name of its table, that of `documents` first."""
    if outcome.content is None:
        yield "documents", (outcome.position, outcome.name, str(outcome.kind), outcome.reason, None, None, None, None)
    else:
        yield from rows_of_extraction(outcome.position, from_dict(json.loads(unpacked(outcome.content))))


def rows_of_extraction(position: int, extraction: Extraction) -> Iterator[tuple[str, Row]]:
    """The rows of a document that was read, that of `documents` first."""
    warnings = "\n".join(extraction.warnings) or None
    known = (extraction.form, extraction.agency, extraction.report_year, warnings)
    yield "documents", (position, extraction.source, str(Kind.PROCESSED), None, *known)
    for table, records in _RECORDS:
        yield from ((table, row) for row in _tuples(table, position, records(extraction)))


def _tuples(table: str, position: int, records: Iterable[dict[str, Any]]) -> Iterator[Row]:
    columns = list(TABLES[table])[1:]
    for record in records:
        yield position, *(_scalar(record[column]) for column in columns)


def _scalar(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value
