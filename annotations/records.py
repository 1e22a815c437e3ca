"""Files that people hand in, JSON or JSON Lines: read, or refused with the file, the line and the way out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gongkai.model.errors import BadRecordError

Record = dict[str, Any]


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, without a byte order mark. Raises BadRecordError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRecordError(
            f"{path}: is no text in UTF-8 (byte {error.start} is {error.object[error.start]:#04x}); save it as UTF-8"
        ) from error
    except OSError as error:
        raise BadRecordError(f"{path}: cannot be read ({error.strerror}); name a file that is there") from error


def parsed(text: str, place: str) -> Any:
    """The value of a JSON text. Raises BadRecordError, naming `place`."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadRecordError(f"{place}: is no JSON ({error}); was the file cut off?") from error
    except RecursionError as error:
        raise BadRecordError(f"{place}: nests too deep to be read; is it a file of another program?") from error


def json_lines(path: Path) -> Iterator[tuple[str, Record]]:
    """The objects of a JSON Lines file, each with its place (`FILE, line N`). Raises BadRecordError."""
    for number, line in enumerate(read_text(path).split("\n"), 1):  # splitlines would also cut at U+2028 inside a text
        if line.strip():
            place = f"{path}, line {number}"
            record = parsed(line, place)
            if not isinstance(record, dict):
                raise BadRecordError(f"{place}: holds a JSON {type(record).__name__}, expected an object")
            yield place, record
