"""The tables of a panel, and files of them that are written whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, Protocol

from gongkai.inference.batch.tables import INTEGER, NUMBER, TEXT, Row
from gongkai.inference.write import CSV_MARK, DRAFT, encoded, protected
from gongkai.model.errors import MissingExtraError, OutputError

TABLES: dict[str, dict[str, str]] = {
    "organ_years": {
        "organ": TEXT, "year": INTEGER, "source": TEXT, "form": TEXT, "documents": INTEGER, "values": INTEGER,
        "doubtful": INTEGER, "disputed": INTEGER, "broken_sums": INTEGER,
    },
    "cells": {
        "organ": TEXT, "year": INTEGER, "key": TEXT, "value": NUMBER, "status": TEXT, "confidence": NUMBER, "doubt": TEXT,
    },
    "rates": {
        "organ": TEXT, "year": INTEGER, "rate": TEXT, "value": NUMBER, "numerator": NUMBER, "denominator": NUMBER,
        "confidence": NUMBER, "doubtful": INTEGER, "reason": TEXT,
    },
    "across_years": {
        "organ": TEXT, "year": INTEGER, "rule": TEXT, "key": TEXT, "stated": NUMBER, "expected": NUMBER, "verdict": TEXT,
        "doubtful": INTEGER, "reason": TEXT,
    },
    "sums": {
        "parent": TEXT, "year": INTEGER, "key": TEXT, "value": NUMBER, "children": NUMBER, "verdict": TEXT,
        "doubtful": INTEGER, "missing": TEXT,
    },
    "duplicates": {
        "organ": TEXT, "year": INTEGER, "source": TEXT, "kept": INTEGER, "values": INTEGER, "broken_sums": INTEGER,
        "confidence": NUMBER, "differing": TEXT,
    },
    "left_out": {"source": TEXT, "reason": TEXT},
}  # fmt: skip
"""Table, column, and what the column holds. `doubtful` and `kept` are 1 or 0; lists in one field are separated by spaces."""


class Format(StrEnum):
    """How the tables of a panel are written."""

    CSV = "csv"
    PARQUET = "parquet"


class _Table(Protocol):
    def add(self, row: Row) -> None: ...
    def close(self) -> None: ...


class Tables:
    """Writes every table into a file of its own in `folder`. Used in a `with`: the files get their names when it ends without error.

    Raises MissingExtraError without pyarrow where it is needed, and OutputError if the disk does not take a file.
    """

    def __init__(self, folder: Path, kind: Format) -> None:
        if kind is Format.PARQUET and find_spec("pyarrow") is None:
            raise MissingExtraError("writing Parquet", "batch")
        self._make = _MAKERS[kind]
        self._paths = {table: folder / f"{table}.{kind}" for table in TABLES}
        self._files: dict[str, IO[bytes]] = {}
        self._tables: dict[str, _Table] = {}
        self.counts = dict.fromkeys(TABLES, 0)

    def __enter__(self) -> Tables:
        for table, path in self._paths.items():
            self._files[table] = _draft(path).open("wb")
            self._tables[table] = self._make(TABLES[table], self._files[table])
        return self

    def add(self, table: str, *row: Any) -> None:
        """One row more."""
        try:
            self._tables[table].add(row)
        except OSError as error:
            raise _full(self._paths[table], error) from error
        self.counts[table] += 1

    def __exit__(self, error: object, *_: object) -> None:
        try:
            if not error:
                self._end()
        except OSError as full:
            raise _full(next(iter(self._paths.values())), full) from full
        finally:
            for file in self._files.values():
                with suppress(OSError):  # what a full disk did not take is told of already
                    file.close()
            for path in self._paths.values():
                _draft(path).unlink(missing_ok=True)

    def _end(self) -> None:
        """Give every file its name, once all are whole."""
        for table, written in self._tables.items():
            written.close()
            self._files[table].flush()
        for table, path in self._paths.items():
            self._files[table].close()
            _draft(path).replace(path)


class CsvTable:
    """Rows with `columns` into `file` as CSV for spreadsheets, too: it begins with a byte order mark, and a text that a spreadsheet would run as a formula begins with an apostrophe."""

    def __init__(self, columns: dict[str, str], file: IO[bytes]) -> None:
        self._file = file
        file.write(encoded(CSV_MARK))
        self.add(tuple(columns))

    def add(self, row: Row) -> None:
        """One row more."""
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([protected(value) if isinstance(value, str) else value for value in row])
        self._file.write(encoded(line.getvalue()))

    def close(self) -> None:
        """Every row is written already."""


def _draft(path: Path) -> Path:
    return path.with_name(f"{path.name}{DRAFT}")


def _full(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path.parent}: cannot be written ({error.strerror}); free space or choose another folder with --out")


def _parquet(columns: dict[str, str], file: IO[bytes]) -> _Table:
    from gongkai.inference.batch.arrow import ParquetTable  # pyarrow is only needed here

    return ParquetTable(columns, file)


_MAKERS: dict[Format, Callable[[dict[str, str], IO[bytes]], _Table]] = {Format.CSV: CsvTable, Format.PARQUET: _parquet}
