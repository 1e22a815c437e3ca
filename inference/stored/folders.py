"""The rows of tidy tables in Parquet, CSV, SQLite and DuckDB, one after the other; no table is held as a whole."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gongkai.inference.batch.tables import INTEGER, NUMBER, TABLES
from gongkai.inference.write import protected
from gongkai.model.errors import BadRecordError, DocumentError, MissingExtraError, UnreadableError

Rows = Iterator[dict[str, Any]]
_ROWS = 2000  # held in memory at a time
_FIELD = 64 * 1024 * 1024  # characters; the warnings of a page may be long


def parquet_rows(files: list[Path], table: str) -> Rows:
    """The rows of Parquet files. Raises MissingExtraError without pyarrow, UnreadableError for a damaged file."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise MissingExtraError("reading Parquet", "batch") from error
    for path in files:
        try:
            with parquet.ParquetFile(path) as file:
                columns = [name for name in TABLES[table] if name in file.schema_arrow.names]
                yield from (row for batch in file.iter_batches(_ROWS, columns=columns) for row in batch.to_pylist())
        except (ArrowException, OSError) as error:
            raise _damaged(path, error) from error


def csv_rows(files: list[Path], table: str) -> Rows:
    """The rows of CSV files with a header; an empty field is null, and the apostrophe before a formula is taken off."""
    csv.field_size_limit(_FIELD)
    for path in files:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file, strict=True)
                yield from (_typed(table, row, f"{path}, line {reader.line_num}") for row in reader)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise _damaged(path, error) from error


def database_rows(path: Path, table: str) -> Rows:
    """The rows of a table in gongkai.sqlite or gongkai.duckdb. Raises UnreadableError if it is no such database."""
    columns = ", ".join(f'"{name}"' for name in TABLES[table])
    order = "ORDER BY document, rowid"
    opened, errors = _sqlite(path) if path.suffix == ".sqlite" else _duckdb(path)
    try:
        found = opened.execute(f"SELECT {columns} FROM {table} {order}")  # noqa: S608 - names of our own
        while rows := found.fetchmany(_ROWS):
            yield from (dict(zip(TABLES[table], row, strict=True)) for row in rows)
    except errors as error:
        raise _damaged(path, error) from error
    finally:
        opened.close()


def _sqlite(path: Path) -> tuple[Any, type[Exception]]:
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True), sqlite3.Error
    except sqlite3.Error as error:
        raise _damaged(path, error) from error


def _duckdb(path: Path) -> tuple[Any, type[Exception]]:
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtraError("reading DuckDB", "batch") from error
    try:
        return duckdb.connect(str(path), read_only=True), duckdb.Error
    except duckdb.Error as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> DocumentError:
    return UnreadableError(f"{path}: cannot be read ({error}); write it again with `gongkai batch`")


def _typed(table: str, row: dict[str, Any], where: str) -> dict[str, Any]:
    kinds = TABLES[table]
    try:
        return {name: _READERS[kinds[name]](text) if text else None for name, text in row.items() if name in kinds}
    except (ValueError, TypeError) as error:
        raise BadRecordError(f"{where}: {error}; expected the tables that `gongkai batch` writes") from error


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text)


def _text(text: str) -> str:
    return text[1:] if text.startswith("'") and protected(text[1:]) == text else text


_READERS: dict[str, Callable[[str], Any]] = {INTEGER: int, NUMBER: _number, "text": _text}
