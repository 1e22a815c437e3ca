"""The inputs of a command line, one by one: files, folders, standard input, and what holds many documents in one file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from gongkai.inference.read.document import Document, document_from_bytes, document_from_path, unreadable
from gongkai.inference.read.folders import Walk
from gongkai.inference.read.found import Found, Load, refuse, refused
from gongkai.inference.read.limits import MAX_BYTES
from gongkai.inference.read.names import Stems
from gongkai.inference.read.parquet import read_parquet
from gongkai.inference.read.records import RECORDS, read_records
from gongkai.inference.read.warc import WARCS, read_warc
from gongkai.inference.read.zipped import read_zip
from gongkai.model.errors import UnreadableError

SUFFIXES = frozenset({".txt", ".html", ".htm", ".md", ".docx", ".pdf"})
"""What is read of a folder. A file that is named itself is read whatever its suffix."""
STDIN = "-"

CONTAINERS = (*RECORDS, ".parquet", ".zip", *WARCS)
"""How the names of files end that hold many documents."""

Warn = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Source:
    """A document to come: what it is called, and the `stem` of its output files, which no other source of the run has.

    It can be pickled, so that another process may load it.
    """

    name: str
    stem: str
    warnings: tuple[str, ...] = ()
    loader: Load = field(compare=False, kw_only=True)

    def load(self) -> Document:
        """Read the document, its warnings with those of the source first. Raises DocumentError if it cannot be read."""
        document = self.loader()
        return replace(document, warnings=self.warnings + document.warnings) if self.warnings else document


def find_documents(paths: Iterable[str], warn: Warn | None = None) -> Iterator[Source]:
    """The documents behind `paths`, in order; folders are walked in sorted order, records follow the lines of their file.

    Never raises for a bad path or record: its source does when it is loaded. `warn` is told of files left out of folders and
    of names that occur twice.
    """
    tell: Warn = warn or (lambda _: None)
    stems = Stems()
    stdin_taken = False
    for path in paths:
        if path == STDIN:
            found: Iterable[Found] = _stdin(stdin_taken)
            stdin_taken = True
        else:
            found = behind(path, tell)
        for name, wanted, loader in found:
            stem, warning = stems.claim(wanted, name)
            if warning:
                tell(warning)
            yield Source(name, stem, (warning,) if warning else (), loader=loader)


def behind(path: str, tell: Warn, containers: bool = False) -> Iterator[Found]:
    """The documents behind one path other than `-`, one after the other and none held: a file, a folder, or a container of many.

    `containers` reads those in folders, too. Never raises for bad input, only MissingExtraError.
    """
    if Path(path).is_dir():
        yield from _folder(path, tell, containers)
    elif path.lower().endswith(CONTAINERS):
        last = None
        for last in _within(path, tell):
            yield last
        if last is None:
            tell(f"{_display(path)}: no documents in this file")
    else:
        yield _file(path, Path(path).stem)


def _within(path: str, tell: Warn) -> Iterator[Found]:
    """The documents in a file whose name ends in one of CONTAINERS."""
    name = path.lower()
    if name.endswith(RECORDS):
        return read_records(path)
    if name.endswith(".parquet"):
        return read_parquet(path)
    return read_zip(path, SUFFIXES, tell) if name.endswith(".zip") else read_warc(path, tell)


def _file(path: str, wanted: str) -> Found:
    return _display(path), wanted, partial(document_from_path, path)


def _stdin(taken: bool) -> Iterator[Found]:
    if taken:
        yield "stdin", "stdin", partial(refuse, UnreadableError("stdin: standard input was named twice; it can be read only once"))
        return
    yield "stdin", "stdin", partial(document_from_bytes, "stdin", sys.stdin.buffer.read(MAX_BYTES + 1))


def _folder(root: str, tell: Warn, containers: bool) -> Iterator[Found]:
    """The files of known suffixes in and below `root`; hidden ones are passed over."""
    n_found = n_skipped = 0
    walk = Walk(root)
    for path in walk:
        if Path(path).suffix.lower() in SUFFIXES:
            n_found += 1
            yield _file(path, "__".join(Path(path).relative_to(root).with_suffix("").parts))
        elif containers and path.lower().endswith(CONTAINERS):
            n_found += 1
            yield from behind(path, tell)
        else:
            n_skipped += 1
    for error in walk.errors:
        name = _display(os.fsdecode(error.filename or root))
        yield refused(name, unreadable(name, error))
    _tell_of(_display(root), (*sorted(SUFFIXES), *(CONTAINERS if containers else ())), (n_found, n_skipped), tell)


def _tell_of(root: str, suffixes: Iterable[str], counts: tuple[int, int], tell: Warn) -> None:
    n_found, n_skipped = counts
    known = " ".join(suffixes)
    if n_skipped:
        tell(f"{root}: {n_skipped} file(s) with other suffixes than {known} left out; name a file itself to have it read")
    elif not n_found:
        tell(f"{root}: no documents in this folder ({known})")


def _display(path: str) -> str:
    return os.fsencode(path).decode("utf-8", errors="replace")
