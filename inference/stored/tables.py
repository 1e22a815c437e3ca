"""Extractions out of the tidy tables of `gongkai batch`, whose rows stand in the order of `document` in every table.

What the tables do not carry (names, repairs, the characters that a derived cell follows from) stays empty, and so do the rows of before
2019: nothing that is made of stored results asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gongkai.inference.batch.tables import TABLES
from gongkai.inference.output import from_dict
from gongkai.inference.stored.records import NotRead, Stored
from gongkai.model.errors import BadRecordError

Row = Mapping[str, Any]
_PROCESSED = "processed"
_PARTS = ("cells", "figures", "checks")


def joined(tables: Mapping[str, Iterable[Row]], where: str) -> Iterator[Stored]:
    """Every document of the table `documents` with its rows of the others.

    Raises BadRecordError, naming `where`, if the rows are out of order or belong to no document: then none of them can be trusted.
    """
    waiting = {name: _Waiting(tables[name], f"{where}: table {name}") for name in _PARTS}
    for document in _checked(tables["documents"], "documents", where):
        rows = {name: waiting[name].of(document["document"]) for name in _PARTS}
        yield _stored(document, rows, where)
    for rest in waiting.values():
        rest.end()


class _Waiting:
    """The rows of one table, handed out document by document."""

    def __init__(self, rows: Iterable[Row], where: str) -> None:
        name = where.rpartition(" ")[2]
        self._rows, self._where = _checked(rows, name, where), where
        self._next = next(self._rows, None)

    def of(self, document: int) -> list[Row]:
        found = []
        while self._next is not None and self._next["document"] == document:
            found.append(self._next)
            self._next = next(self._rows, None)
        if self._next is not None and self._next["document"] < document:
            self.end()
        return found

    def end(self) -> None:
        if self._next is not None:
            document = self._next["document"]
            raise BadRecordError(
                f"{self._where}: rows of document {document} stand where none belong; run `gongkai batch` into a new folder"
            )


def _checked(rows: Iterable[Row], table: str, where: str) -> Iterator[Row]:
    """The rows, when the first has the columns that `gongkai batch` gives the table, and each has a number of its document."""
    missing: list[str] | None = None
    for row in rows:
        if missing is None:
            missing = [column for column in TABLES[table] if column not in row]
        if missing or not isinstance(row["document"], int):
            said = f"lacks {', '.join(missing)}" if missing else f"has the document {row['document']!r}, which is no number"
            raise BadRecordError(f"{where}: {table} {said}; expected the tables that `gongkai batch` writes")
        yield row


def _stored(document: Row, rows: Mapping[str, list[Row]], where: str) -> Stored:
    if document["outcome"] != _PROCESSED:
        return NotRead(str(document["source"]), f"{document['outcome']}: {document['reason']}")
    record = {
        **{name: document[name] for name in ("source", "form", "agency", "report_year")},
        "cells": [_cell(row) for row in rows["cells"]],
        "figures": [{**_columns("figures", row), "value": whole(row["value"])} for row in rows["figures"]],
        "checks": [_check(row) for row in rows["checks"]],
        "warnings": document["warnings"].split("\n") if document["warnings"] else [],
    }
    try:
        return from_dict(record)
    except BadRecordError as error:
        return NotRead(str(document["source"]), f"{where}, document {document['document']}: {error}", damaged=True)


def _columns(table: str, row: Row) -> dict[str, Any]:
    return {name: row[name] for name in TABLES[table] if name not in ("document", "source")}


def _cell(row: Row) -> dict[str, Any]:
    return {
        "key": f"{row['table']}.{row['row']}.{row['column']}",
        "value": whole(row["value"]),
        "status": row["status"],
        "text": "" if row["text"] is None and row["start"] is not None else row["text"],  # CSV knows no empty text
        "spans": [] if row["start"] is None else [[row["start"], row["end"]]],
        "confidence": row["confidence"],
    }


def _check(row: Row) -> dict[str, Any]:
    keys, doubtful = ((row[name] or "").split() for name in ("keys", "doubtful"))
    values = {side: whole(row[side]) for side in ("left", "right")}
    return {"rule": row["rule"], "keys": keys, **values, "verdict": row["verdict"], "doubtful": doubtful}


def whole(value: float | None) -> int | float | None:
    """A number as a count where it is one: tables keep all numbers as floating point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
