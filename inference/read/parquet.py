"""Documents in a Parquet file: one a row, with `id` (or `url`) and `text` or `html`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from gongkai.inference.read.document import unreadable
from gongkai.inference.read.found import Found, refuse, refused
from gongkai.inference.read.records import document_of
from gongkai.model.errors import BadRecordError, MissingExtraError, UnreadableError

_NAMES = ("id", "url", "source")
_CONTENTS = ("text", "html")
_ROWS = 64  # held in memory at a time


def read_parquet(path: str) -> Iterator[Found]:
    """Name, wanted stem and loader of every row of `path`; the loader of a bad one raises. Row groups are read piece by piece.

    Raises MissingExtraError without pyarrow.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise MissingExtraError("reading Parquet", "batch") from error
    try:
        with parquet.ParquetFile(path) as file:
            columns = _columns(path, file.schema_arrow.names)
            for number, row in enumerate((row for batch in file.iter_batches(_ROWS, columns=columns) for row in batch.to_pylist()), 1):
                yield _found(path, number, {"id" if name == columns[0] else name: value for name, value in row.items()})
    except BadRecordError as error:
        yield refused(path, error)
    except ArrowException as error:
        yield refused(path, UnreadableError(f"{path}: damaged or no Parquet ({error}); what stands before is read, write the file again"))
    except (OSError, ValueError) as error:
        yield refused(path, unreadable(path, error))


def _columns(path: str, names: list[str]) -> list[str]:
    """The columns that are read, that of the name first."""
    found = [name for name in _NAMES if name in names][:1], [name for name in _CONTENTS if name in names]
    if not all(found):
        raise BadRecordError(f"{path}: has the columns {', '.join(names)}; one of id, url or source and one of text or html must be there")
    return [*found[0], *found[1]]


def _found(path: str, number: int, row: dict[str, object]) -> Found:
    try:
        name, load = document_of(row, f"{path}, row {number}")
    except BadRecordError as error:
        return f"{path}:{number}", f"{Path(path).stem}-row-{number}", partial(refuse, error)
    return name, name, load
