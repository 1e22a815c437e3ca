"""Where the documents of a run go: the terminal, a file for each, one workbook, or a folder of tables."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import typer

from gongkai.inference.commands.streams import emit
from gongkai.inference.read.sources import Source
from gongkai.inference.results import Extraction
from gongkai.inference.write import CSV_MARK, csv_header, prepare_folder, to_csv, to_json, to_jsonl, write_whole

if TYPE_CHECKING:
    from gongkai.inference.batch.jobs import Outcome
    from gongkai.inference.report.workbook import Book

_FILE_WIDTH = 100
_BOOK = ".xlsx"


class Format(StrEnum):
    """How results are written."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TABLE = "table"
    XLSX = "xlsx"
    PARQUET = "parquet"


class Sink(Protocol):
    """Takes one document after the other."""

    def write(self, source: Source, extraction: Extraction) -> None:
        """Take what `source` says. Raises OutputError if it cannot be written."""
        ...

    def close(self) -> None:
        """Write what waits for the last document; without any, what stands there stays."""
        ...


def sink_of(format: Format, out: Path | None) -> Sink:
    """Where documents go in `format` to `out` (stdout if None). Raises a usage error where the two do not go together."""
    if out is None:
        if format in (Format.XLSX, Format.PARQUET):
            where = f"a folder or a file {_BOOK}" if format is Format.XLSX else "a folder"
            raise typer.BadParameter(f"{format} is no text: name {where} to write to", param_hint="--out")
        return Stdout(format)
    if format is Format.XLSX and out.suffix.lower() == _BOOK:
        prepare_folder(out.parent)
        return OneBook(out)
    prepare_folder(out)
    return Tables(out) if format is Format.PARQUET else Books(out) if format is Format.XLSX else Folder(out, format)


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes one file for each document, under the stem that no other document of the run has."""

    folder: Path
    format: Format

    def write(self, source: Source, extraction: Extraction) -> None:
        """Write `extraction` to `<stem>.<suffix>`, whole or not at all."""
        header = CSV_MARK + csv_header() if self.format is Format.CSV else ""
        write_whole(self.folder / f"{source.stem}{_SUFFIXES[self.format]}", header + _WRITERS[self.format](extraction))

    def close(self) -> None:
        """Every file is written already."""


@dataclass(slots=True)
class Stdout:
    """Writes documents one after the other; CSV has one header for all."""

    format: Format
    _begun: bool = False

    def write(self, source: Source, extraction: Extraction) -> None:
        """Write `extraction`; `source` is named in it."""
        header = csv_header() if self.format is Format.CSV and not self._begun else ""
        self._begun = True
        emit(header + (_shown(extraction) if self.format is Format.TABLE else _WRITERS[self.format](extraction)))

    def close(self) -> None:
        """Every document is written already."""


@dataclass(frozen=True, slots=True)
class Books:
    """Writes a workbook for each document."""

    folder: Path

    def write(self, source: Source, extraction: Extraction) -> None:
        """Write `extraction` to `<stem>.xlsx`, whole or not at all."""
        book = _new_book()
        book.add(extraction, source.stem)
        write_whole(self.folder / f"{source.stem}{_BOOK}", book.content())

    def close(self) -> None:
        """Every workbook is written already."""


class OneBook:
    """Writes all documents into the workbook `path`, at the end."""

    def __init__(self, path: Path) -> None:
        self._path, self._book = path, _new_book()
        self._begun = False

    def write(self, source: Source, extraction: Extraction) -> None:
        """Keep the sheet and the rows of `extraction`."""
        self._book.add(extraction, source.stem)
        self._begun = True

    def close(self) -> None:
        """Write the workbook, whole or not at all."""
        if self._begun:
            write_whole(self._path, self._book.content())


class Tables:
    """Writes all documents into Parquet tables below `folder`, as `gongkai batch` does, at the end."""

    def __init__(self, folder: Path) -> None:
        from gongkai.inference.batch.parts import Parts
        from gongkai.inference.batch.tables import Format as Tabular

        self._parts = Parts(folder, Tabular.PARQUET)
        self._outcomes: list[Outcome] = []

    def write(self, source: Source, extraction: Extraction) -> None:
        """Keep the rows of `extraction`."""
        from gongkai.inference.batch.jobs import Kind, Outcome
        from gongkai.inference.batch.tables import packed

        self._outcomes.append(Outcome(len(self._outcomes), source.name, Kind.PROCESSED, None, packed(extraction)))

    def close(self) -> None:
        """Write the tables, each whole or not at all, and their card."""
        if self._outcomes:
            self._parts.seal(0, self._outcomes)
            self._parts.finish(self._outcomes)


def _new_book() -> Book:
    from gongkai.inference.report.workbook import Book  # only whoever wants a workbook waits for it

    return Book()


def _drawn(extraction: Extraction) -> str:
    return _terminal()(extraction, io.StringIO(), _FILE_WIDTH)


def _shown(extraction: Extraction) -> str:
    return _terminal()(extraction)


def _terminal() -> Callable[..., str]:
    from gongkai.inference.report.terminal import render  # JSON need not wait for what only people need

    return render


_SUFFIXES = {Format.JSON: ".json", Format.JSONL: ".jsonl", Format.CSV: ".csv", Format.TABLE: ".txt"}
_WRITERS: dict[Format, Callable[[Extraction], str]] = {
    Format.JSON: to_json,
    Format.JSONL: to_jsonl,
    Format.CSV: to_csv,
    Format.TABLE: _drawn,
}
