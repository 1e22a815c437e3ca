"""Extractions as files: JSON, JSON Lines and CSV, each written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

from gongkai.inference.output import PLACES, legacy_rows, place_of, to_dict
from gongkai.inference.results import Extraction
from gongkai.model.errors import OutputError

DRAFT = ".tmp"
"""What the name of a file ends in while it is being written."""
CSV_COLUMNS = ("source", "kind", "key", "value", "status", "text", "start", "end", "confidence")
CSV_MARK = "\ufeff"
"""What a CSV file for people begins with: spreadsheets take a file without byte order mark for one in the encoding of the system."""
CsvValue = str | int | float | None

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r\n\x00]")  # spreadsheets in Chinese read the wide signs, too
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?")


def to_json(extraction: Extraction) -> str:
    """The contract's object with one cell, figure or check a line, ending in a newline."""
    return "{\n" + ",\n".join(f'  "{key}": {_value(value)}' for key, value in to_dict(extraction).items()) + "\n}\n"


def _value(value: object) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in value) + "\n  ]"


def to_jsonl(extraction: Extraction) -> str:
    """The contract's object on one line."""
    return json.dumps(to_dict(extraction), ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_header() -> str:
    """The line of column names of `to_csv`."""
    return csv_lines((CSV_COLUMNS,))


def to_csv(extraction: Extraction) -> str:
    """One line for every cell, figure and row of a statistics table of before 2019 (under its key or its name), without the header.

    `status` of a figure is its basis. Texts that a spreadsheet would run as a formula begin with an apostrophe;
    numbers, in whatever column, stay numbers.
    """
    return csv_lines((*_cell_lines(extraction), *_figure_lines(extraction), *_legacy_lines(extraction)))


def _cell_lines(extraction: Extraction) -> Iterable[tuple[CsvValue, ...]]:
    for cell in extraction.cells:
        start, end = place_of(cell)
        confidence = round(cell.confidence, PLACES)
        yield extraction.source, "cell", cell.key, cell.value, str(cell.status), cell.text, start, end, confidence


def _figure_lines(extraction: Extraction) -> Iterable[tuple[CsvValue, ...]]:
    for figure in extraction.figures:
        confidence = round(figure.confidence, PLACES)
        place = (figure.start, figure.end, confidence)
        yield (extraction.source, "figure", figure.label, figure.value, str(figure.basis), figure.text, *place)


def _legacy_lines(extraction: Extraction) -> Iterable[tuple[CsvValue, ...]]:
    for row in legacy_rows(extraction):
        name = row["key"] or " ".join(row["name"].split())
        place = (row["start"], row["end"], row["confidence"])
        yield (extraction.source, "legacy", name, row["value"], row["status"], row["text"], *place)


def csv_lines(rows: Iterable[tuple[CsvValue, ...]]) -> str:
    """Rows as lines of CSV; a text that a spreadsheet would run as a formula begins with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([protected(value) if isinstance(value, str) else value for value in row] for row in rows)
    return buffer.getvalue()


def protected(text: str) -> str:
    """`text`, with an apostrophe before it if a spreadsheet would take it for a formula.

    >>> protected("=1+1"), protected("-2")
    ("'=1+1", '-2')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def encoded(text: str) -> bytes:
    """UTF-8; half of a surrogate pair, which UTF-8 cannot carry, is written as JSON escapes it."""
    return text.encode("utf-8", "backslashreplace")


def prepare_folder(folder: Path) -> None:
    """Make `folder` if need be and see that files can be written there. Raises OutputError if not."""
    probe = folder / f".gongkai-{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except FileExistsError as error:
        raise OutputError(f"{folder}: cannot write results there (it is a file, no folder); choose another folder with --out") from error
    except OSError as error:
        raise OutputError(f"{folder}: cannot write results there ({error.strerror}); choose another folder with --out") from error


def settle(folder: Path) -> None:
    """See that the names in `folder` outlast a power cut, where folders are files (not on Windows). Raises OSError."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write `content` to `path`, text in UTF-8, by way of `<name>.tmp`: readers see the old file or the whole new one.

    Raises OutputError if the disk does not take it; no half-written file is left.
    """
    draft = path.with_name(f"{path.name}{DRAFT}")
    try:
        draft.write_bytes(encoded(content) if isinstance(content, str) else content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written ({error.strerror}); free space or choose another folder with --out") from error
