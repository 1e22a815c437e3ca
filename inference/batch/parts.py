"""Output in parts: one file a table and shard, whole or not there at all."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from gongkai.inference.batch.card import card
from gongkai.inference.batch.jobs import Outcome
from gongkai.inference.batch.tables import TABLES, Format, rows_of, unpacked
from gongkai.inference.write import DRAFT, encoded, prepare_folder, protected, settle, write_whole
from gongkai.model.errors import MissingExtraError, OutputError


class Parts:
    """Writes every shard into files of its own below `folder`: `<table>/part-<number>.<suffix>`."""

    keeps = False
    """Whether the contents must be there until the end."""

    def __init__(self, folder: Path, kind: Format) -> None:
        self._folder, self._suffix = folder, str(kind)
        self._write = _WRITERS[kind]
        if kind is Format.PARQUET:
            _require_pyarrow()  # a missing package is told of now, not after an hour
        for table in TABLES if kind is not Format.JSONL else ("documents", "extractions"):
            prepare_folder(folder / table)
            for draft in (folder / table).glob(f"*{DRAFT}"):
                draft.unlink()

    def seal(self, number: int, outcomes: Iterable[Outcome]) -> None:
        """Write the parts of shard `number`; the same outcomes give the same bytes. Raises OutputError."""
        try:
            with _Drafts(self._folder, f"part-{number:06}.{self._suffix}") as drafts:
                self._write(outcomes, drafts.open)
        except OSError as error:
            raise OutputError(f"{self._folder}: cannot be written ({error}); free space there and run again, nothing is lost") from error

    def finish(self, outcomes: Iterable[Outcome]) -> None:
        """Write the card that tells people and `datasets.load_dataset` what the tables are; the parts are all there."""
        if self._suffix == Format.PARQUET:
            write_whole(self._folder / "README.md", card())


class _Drafts:
    """Files under names that no reader takes, which get their own when all are written."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._files: dict[Path, IO[bytes]] = {}

    def __enter__(self) -> _Drafts:
        return self

    def open(self, table: str) -> IO[bytes]:
        path = self._folder / table / f"{self._name}{DRAFT}"
        self._files[path] = path.open("wb")
        return self._files[path]

    def __exit__(self, error: object, *_: object) -> None:
        for file in self._files.values():
            if not error and not file.closed:
                file.flush()
                os.fsync(file.fileno())
            file.close()
        for path in self._files:
            if error:
                path.unlink(missing_ok=True)
            else:
                path.replace(path.with_name(self._name))
                settle(path.parent)


Open = Callable[[str], IO[bytes]]


def _jsonl(outcomes: Iterable[Outcome], opened: Open) -> None:
    documents, extractions = opened("documents"), opened("extractions")
    for outcome in outcomes:
        row = next(row for table, row in rows_of(outcome) if table == "documents")
        record = dict(zip(TABLES["documents"], row, strict=True))
        documents.write(encoded(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"))
        if outcome.content is not None:
            extractions.write(unpacked(outcome.content))


def _csv(outcomes: Iterable[Outcome], opened: Open) -> None:
    buffers = {table: io.StringIO() for table in TABLES}
    writers = {table: csv.writer(buffer, lineterminator="\n") for table, buffer in buffers.items()}
    files = {table: opened(table) for table in TABLES}
    for table, columns in TABLES.items():
        writers[table].writerow(columns)
    for outcome in outcomes:
        for table, row in rows_of(outcome):
            writers[table].writerow([protected(value) if isinstance(value, str) else value for value in row])
        for table, buffer in buffers.items():
            files[table].write(encoded(buffer.getvalue()))
            buffer.seek(0)
            buffer.truncate()


def _parquet(outcomes: Iterable[Outcome], opened: Open) -> None:
    from gongkai.inference.batch.arrow import ParquetTable  # pyarrow is only needed here

    tables = {table: ParquetTable(columns, opened(table)) for table, columns in TABLES.items()}
    for outcome in outcomes:
        for table, row in rows_of(outcome):
            tables[table].add(row)
    for written in tables.values():
        written.close()


def _require_pyarrow() -> None:
    if find_spec("pyarrow") is None:
        raise MissingExtraError("writing Parquet", "batch")


_WRITERS: dict[Format, Callable[[Iterable[Outcome], Open], None]] = {Format.JSONL: _jsonl, Format.CSV: _csv, Format.PARQUET: _parquet}
