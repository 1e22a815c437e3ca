"""One tidy table as a Parquet file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

import pyarrow as pa
from pyarrow import parquet

from gongkai.inference.batch.tables import INTEGER, NUMBER, TEXT, Row

_TYPES = {INTEGER: pa.int64(), NUMBER: pa.float64(), TEXT: pa.string()}
_GROUP = 20_000  # rows held in memory at a time


def schema_of(columns: Mapping[str, str]) -> pa.Schema:
    """Columns as Arrow types; every one may be null."""
    return pa.schema([pa.field(name, _TYPES[kind]) for name, kind in columns.items()])


class ParquetTable:
    """Rows with `columns` (name and what it holds) into `file`. The same rows give the same bytes: nothing in the file says when it was written."""

    def __init__(self, columns: Mapping[str, str], file: IO[bytes]) -> None:
        self._schema = schema_of(columns)
        self._converters = [float if kind == NUMBER else None for kind in columns.values()]
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """One row more."""
        self._rows.append(row)
        if len(self._rows) >= _GROUP:
            self._write()

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        if self._rows:
            self._write()
        self._writer.close()

    def _write(self) -> None:
        columns = zip(*self._rows, strict=True)
        arrays = [
            pa.array([value if value is None else convert(value) for value in values] if convert else values, type=field.type)
            for values, convert, field in zip(columns, self._converters, self._schema, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []
