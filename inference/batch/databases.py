"""Output as one database, written when every document is done."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from gongkai.inference.batch.jobs import Outcome
from gongkai.inference.batch.tables import NUMBER, TABLES, Format, Row, rows_of
from gongkai.inference.write import settle
from gongkai.model.errors import MissingExtraError, OutputError

_TYPES = {"integer": "BIGINT", "number": "DOUBLE", "text": "VARCHAR"}
_AT_A_TIME = 500  # documents


class Database:
    """Writes all documents into `<folder>/gongkai.<format>` at the end; until then the ledger keeps them."""

    keeps = True
    """Whether the contents must be there until the end."""

    def __init__(self, folder: Path, kind: Format) -> None:
        self._path = folder / f"gongkai.{kind}"
        self._connect = _CONNECT[kind]
        self._connect(":memory:").close()  # a missing package is told of now, not after a night

    def seal(self, number: int, outcomes: Iterable[Outcome]) -> None:
        """Nothing is written yet."""

    def finish(self, outcomes: Iterable[Outcome]) -> None:
        """Write the database, whole or not at all. Raises OutputError."""
        draft = self._path.with_name(f"{self._path.name}.tmp")
        try:
            draft.unlink(missing_ok=True)
            _fill(self._connect(str(draft)), iter(outcomes))
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            draft.replace(self._path)
            settle(self._path.parent)
        except (OSError, sqlite3.Error) as error:
            raise OutputError(f"{self._path}: cannot be written ({error}); free space there and run again, nothing is lost") from error


class _Connection(Protocol):
    def execute(self, statement: str, /) -> Any: ...
    def executemany(self, statement: str, rows: Sequence[Row], /) -> Any: ...
    def close(self) -> None: ...


def _fill(database: _Connection, outcomes: Iterator[Outcome]) -> None:
    for table, columns in TABLES.items():
        declared = ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in columns.items())
        database.execute(f"CREATE TABLE {table} ({declared})")
    database.execute("BEGIN")
    while some := list(islice(outcomes, _AT_A_TIME)):
        _insert(database, some)
    database.execute("COMMIT")
    database.close()


def _insert(database: _Connection, outcomes: Iterable[Outcome]) -> None:
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    for outcome in outcomes:
        for table, row in rows_of(outcome):
            rows[table].append(_bindable(table, row))
    for table, some in rows.items():
        if some:
            marks = ", ".join("?" * len(TABLES[table]))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", some)  # noqa: S608 - names of our own


def _bindable(table: str, row: Row) -> Row:
    """The row with numbers as floating point: an integer may have more digits than a database takes."""
    kinds = TABLES[table].values()
    return tuple(float(value) if kind == NUMBER and value is not None else value for value, kind in zip(row, kinds, strict=True))


def _sqlite(path: str) -> _Connection:
    return sqlite3.connect(path, isolation_level=None)


def _duckdb(path: str) -> _Connection:
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtraError("writing DuckDB", "batch") from error
    return duckdb.connect(path)


_CONNECT: dict[Format, Callable[[str], _Connection]] = {Format.SQLITE: _sqlite, Format.DUCKDB: _duckdb}
