"""Documents in a .jsonl file, which may be compressed: one record a line, with `id` and `text` or `html`."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from gongkai.inference.read.compressed import open_counted
from gongkai.inference.read.document import Document, document_from_html, document_from_text, unreadable
from gongkai.inference.read.found import Found, refuse, refused
from gongkai.inference.read.limits import MAX_BYTES
from gongkai.model.errors import BadRecordError, DocumentError, TooLargeError, UnreadableError

RECORDS = (".jsonl", ".jsonl.gz", ".jsonl.zst")
"""How the names of files of records end."""
_MAX_LINE = 6 * MAX_BYTES
"""Characters; in JSON one character may take six (\\uXXXX)."""
_BROKEN_BYTE = re.compile("[\udc80-\udcff]")


def read_records(path: str) -> Iterator[Found]:
    """Name, wanted stem and loader of every line that is not blank; the loader of a bad one raises.

    A file that cannot be read to its end gives one document more, whose loader says why. Raises MissingExtraError for .zst
    without its package.
    """
    try:
        with open_counted(path) as file, io.TextIOWrapper(file, _encoding(file.peek(4)), errors="surrogateescape", newline="\n") as lines:
            yield from _lines(path, lines)
    except (TooLargeError, UnreadableError) as error:
        yield refused(path, error)
    except (OSError, ValueError) as error:
        yield refused(path, unreadable(path, error))


def _lines(path: str, file: io.TextIOWrapper) -> Iterator[Found]:
    number = 0
    while line := file.readline(_MAX_LINE):
        number += 1
        if not line.endswith("\n") and len(line) == _MAX_LINE:
            yield _refused(path, number, TooLargeError(f"{path}, line {number}: more than {_MAX_LINE:,} characters; split the record"))
            _skip_line(file.readline)
        elif line.strip():
            yield _record(path, number, line)


def _encoding(head: bytes) -> str:
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


def _skip_line(readline: Callable[[int], str]) -> None:
    while (rest := readline(_MAX_LINE)) and not rest.endswith("\n"):
        pass


def _record(path: str, number: int, line: str) -> Found:
    try:
        name, load = _loader(_parsed(line))
    except _WrongError as wrong:
        return _refused(path, number, BadRecordError(f"{path}, line {number}: {wrong}; the other lines are not affected"))
    return name, name, load


def document_of(record: object, where: str) -> tuple[str, Callable[[], Document]]:
    """The name of `record` (an object with `id` and `text` or `html`) and what reads it. Raises BadRecordError naming `where`."""
    try:
        return _loader(record)
    except _WrongError as wrong:
        raise BadRecordError(f"{where}: {wrong}") from wrong


class _WrongError(Exception):
    """What is wrong with a record, without its place."""


def _loader(record: object) -> tuple[str, Callable[[], Document]]:
    if not isinstance(record, Mapping):
        raise _WrongError(f"a JSON {type(record).__name__} where an object with id and text or html must be")
    name, (kind, content) = _id(record), _content(record)
    return name, partial(document_from_html if kind == "html" else document_from_text, name, content)


def _parsed(line: str) -> object:
    if _BROKEN_BYTE.search(line):
        raise _WrongError("not UTF-8; save the file as UTF-8")
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise _WrongError(
            f"no JSON ({error.msg.removesuffix(' at')} at column {error.colno}); every line must be one JSON object"
        ) from error
    except (RecursionError, ValueError) as error:
        raise _WrongError(f"JSON that cannot be read ({type(error).__name__})") from error


def _id(record: Mapping[str, object]) -> str:
    value = record.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise _WrongError(f"id is {_shown(value)}; it must be a string that is not empty, or a whole number")
    return re.sub("[\ud800-\udfff]", "\ufffd", str(value))


def _content(record: Mapping[str, object]) -> tuple[str, str]:
    given = [kind for kind in ("text", "html") if record.get(kind) is not None]
    if len(given) != 1:
        raise _WrongError("both text and html; give one of them" if given else "neither text nor html; one of them must be a string")
    value = record[given[0]]
    if not isinstance(value, str):
        raise _WrongError(f"{given[0]} is {_shown(value)}; it must be a string")
    return given[0], value


def _shown(value: object) -> str:
    return "missing or null" if value is None else f"{str(value)[:40]!r} ({type(value).__name__})"


def _refused(path: str, number: int, error: DocumentError) -> Found:
    return f"{path}:{number}", f"{Path(path).stem}-line-{number}", partial(refuse, error)
