"""`gongkai extract`: documents in, the output contract out."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gongkai.inference.commands.options import MinConfidence, Model, Paths, Samples
from gongkai.inference.commands.run import chosen, read_all
from gongkai.inference.commands.streams import emit
from gongkai.inference.extract import Extractor
from gongkai.inference.read.sources import Source
from gongkai.inference.results import Extraction
from gongkai.inference.write import csv_header, prepare_folder, to_csv, to_json, to_jsonl, write_whole

_FILE_WIDTH = 100


class Format(StrEnum):
    """How results are written."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TABLE = "table"


def extract(
    paths: Paths = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write one file for each document there instead of stdout.")] = None,
    format: Annotated[Format, typer.Option(help="How to write.")] = Format.JSON,
    model: Model = None,
    min_confidence: MinConfidence = 0.0,
    samples: Samples = False,
) -> None:
    """Read documents and write what they say: cells, figures, names, checks."""
    sources = chosen(paths, samples)
    if out is not None:
        prepare_folder(out)
    extractor = Extractor.from_pretrained(model)
    write = Folder(out, format).write if out is not None else Stdout(format).write
    raise typer.Exit(read_all(sources, extractor, min_confidence, write, quiet=out is None and sys.stdout.isatty()))


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes one file for each document, under the stem that no other document of the run has."""

    folder: Path
    format: Format

    def write(self, source: Source, extraction: Extraction) -> None:
        """Write `extraction` to `<stem>.<suffix>`, whole or not at all."""
        header = csv_header() if self.format is Format.CSV else ""
        write_whole(self.folder / f"{source.stem}{_SUFFIXES[self.format]}", header + _WRITERS[self.format](extraction))


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
