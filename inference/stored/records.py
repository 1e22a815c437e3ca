"""Extractions in JSON and JSON Lines, as `gongkai extract` and `gongkai batch --format jsonl` write them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongkai.inference.output import from_dict
from gongkai.inference.read.compressed import open_counted
from gongkai.inference.results import Extraction
from gongkai.model.errors import BadRecordError, DocumentError


@dataclass(frozen=True, slots=True)
class NotRead:
    """A document that the results have no extraction of, or a record that is none. `damaged`: the results themselves are at fault."""

    source: str
    reason: str
    damaged: bool = False


Stored = Extraction | NotRead


def read_object(path: Path) -> Stored:
    """The one extraction of a .json file."""
    try:
        return _extraction(path.read_bytes().decode("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        return NotRead(str(path), f"{path}: cannot be read ({error}); write it again with `gongkai extract`", damaged=True)
    except BadRecordError as error:
        return NotRead(str(path), str(error), damaged=True)


def read_lines(path: Path) -> Iterator[Stored]:
    """The extraction of every line that is not blank; of a bad line what is wrong with it. The other lines are not affected."""
    try:
        for number, line in _lines(path):
            yield _of_line(line, f"{path}, line {number}")
    except (OSError, UnicodeDecodeError, DocumentError) as error:
        yield NotRead(str(path), f"{path}: cannot be read to its end ({error})", damaged=True)


def objects(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file of lines, up to the first line that is none. Raises OSError if it cannot be opened."""
    try:
        for _, line in _lines(path):
            found = json.loads(line)
            if not isinstance(found, dict):
                return
            yield found
    except (ValueError, RecursionError, DocumentError):
        return


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with open_counted(str(path)) as file, io.TextIOWrapper(file, "utf-8-sig", newline="\n") as lines:
        yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _of_line(line: str, where: str) -> Stored:
    try:
        return _extraction(line, where)
    except BadRecordError as error:
        return NotRead(where, str(error), damaged=True)


def _extraction(text: str, where: str) -> Extraction:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRecordError(f"{where}: no JSON ({error})") from error
    if not isinstance(record, dict):
        raise BadRecordError(f"{where}: a JSON {type(record).__name__} where the object of an extraction must be")
    try:
        return from_dict(record)
    except BadRecordError as error:
        raise BadRecordError(f"{where}: {error}") from error
