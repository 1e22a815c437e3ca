"""What a path holds of results, and the extractions in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from gongkai.inference.batch.tables import TABLES
from gongkai.inference.read.records import RECORDS
from gongkai.inference.results import Extraction
from gongkai.inference.stored.folders import Rows, csv_rows, database_rows, parquet_rows
from gongkai.inference.stored.records import NotRead, Stored, objects, read_lines, read_object
from gongkai.inference.stored.tables import joined
from gongkai.model.errors import BadRecordError, UnreadableError

__all__ = ["NotRead", "Stored", "holds_results", "read_results"]

_DATABASES = ("gongkai.sqlite", "gongkai.duckdb")
_PARTS: dict[str, Callable[[list[Path], str], Rows]] = {".parquet": parquet_rows, ".csv": csv_rows}
_EXPECTED = (
    "expected what `gongkai extract` writes as json or jsonl, or the folder of `gongkai batch` (or of `gongkai extract --format parquet`)"
)
Read = Callable[[], Iterator[Stored]]


def read_results(path: Path) -> Iterator[Stored]:
    """Every extraction behind `path`, in its order, and what is no extraction with the reason.

    Raises UnreadableError if nothing is there, BadRecordError if it holds no results, and for tables that do not fit together.
    """
    read = _reader(path)
    if read is None:
        raise (
            UnreadableError(f"{path}: not there; check the name")
            if not path.exists()
            else BadRecordError(f"{path}: holds no results; {_EXPECTED}")
        )
    return read()


def holds_results(path: Path) -> bool:
    """Whether `path` holds results rather than pages."""
    return _reader(path) is not None


def _reader(path: Path) -> Read | None:
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        return None
    if path.name in _DATABASES:
        return partial(_database, path)
    if path.suffix.lower() == ".json":
        return lambda: iter((read_object(path),))
    if path.name.lower().endswith(RECORDS) and _is_extraction(path):
        return partial(read_lines, path)
    return None


def _is_extraction(path: Path) -> bool:
    try:
        return {"source", "cells"} <= next(objects(path), {}).keys()
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be opened ({error.strerror}); check the name and the rights") from error


def _folder(path: Path) -> Read | None:
    kinds = [kind for kind in _PARTS if any((path / "documents").glob(f"part-*{kind}"))]
    databases = [path / name for name in _DATABASES if (path / name).is_file()]
    lines = sorted((path / "extractions").glob("part-*.jsonl"))
    files = sorted(one for one in path.glob("*.json*") if one.is_file() and _reader(one))
    found: list[Read] = [partial(_tables, path, kind) for kind in kinds]
    found += [partial(_database, database) for database in databases]
    if lines:
        found.append(partial(_lines, path, lines))
    if files:
        found.append(partial(_files, files))
    if len(found) > 1:
        raise BadRecordError(f"{path}: holds results of several kinds, which may be the same ones twice; name one of them, or a file")
    return found[0] if found else None


def _tables(folder: Path, kind: str) -> Iterator[Stored]:
    rows = _PARTS[kind]
    return joined({table: rows(sorted((folder / table).glob(f"part-*{kind}")), table) for table in TABLES}, str(folder))


def _database(path: Path) -> Iterator[Stored]:
    return joined({table: database_rows(path, table) for table in TABLES}, str(path))


def _lines(folder: Path, parts: Iterable[Path]) -> Iterator[Stored]:
    for part in parts:
        yield from read_lines(part)
    yield from _never_read(folder)


def _never_read(folder: Path) -> Iterator[Stored]:
    """The documents that a batch in JSON Lines lists and has no extraction of."""
    for part in sorted((folder / "documents").glob("part-*.jsonl")):
        for record in objects(part):
            if record.get("outcome") != "processed":
                yield NotRead(str(record.get("source")), f"{record.get('outcome')}: {record.get('reason')}")


def _files(files: Iterable[Path]) -> Iterator[Stored]:
    for path in files:
        read = _reader(path)
        if read is not None:
            yield from read()


def all_extractions(path: Path) -> Iterator[Extraction]:
    """The extractions behind `path`. Raises BadRecordError for the first record that is damaged, and as `read_results` does."""
    for one in read_results(path):
        if isinstance(one, Extraction):
            yield one
        elif one.damaged:
            raise BadRecordError(one.reason)
