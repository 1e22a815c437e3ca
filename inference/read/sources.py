"""The inputs of a command line, one by one: files, folders, standard input, and records of .jsonl files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from gongkai.inference.read.document import MAX_BYTES, Document, document_from_bytes, document_from_path, unreadable
from gongkai.inference.read.names import Stems
from gongkai.inference.read.records import read_records
from gongkai.model.errors import UnreadableError

SUFFIXES = frozenset({".txt", ".html", ".htm", ".md"})
"""What is read of a folder. A file that is named itself is read whatever its suffix."""
STDIN = "-"

Warn = Callable[[str], object]
_Load = Callable[[], Document]


@dataclass(frozen=True, slots=True)
class Source:
    """A document to come: what it is called, and the `stem` of its output files, which no other source of the run has.

    It can be pickled, so that another process may load it.
    """

    name: str
    stem: str
    warnings: tuple[str, ...] = ()
    loader: _Load = field(compare=False, kw_only=True)

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
            found: Iterable[tuple[str, str, _Load]] = _stdin(stdin_taken)
            stdin_taken = True
        else:
            found = _behind(path, tell)
        for name, wanted, loader in found:
            stem, warning = stems.claim(wanted, name)
            if warning:
                tell(warning)
            yield Source(name, stem, (warning,) if warning else (), loader=loader)


def _behind(path: str, tell: Warn) -> Iterator[tuple[str, str, _Load]]:
    if Path(path).is_dir():
        yield from _folder(Path(path), tell)
    elif path.lower().endswith(".jsonl"):
        yield from read_records(path)
    else:
        yield _file(Path(path), Path(path).stem)


def _file(path: Path, wanted: str) -> tuple[str, str, _Load]:
    return _display(path), wanted, partial(document_from_path, str(path))


def _stdin(taken: bool) -> Iterator[tuple[str, str, _Load]]:
    if taken:
        yield "stdin", "stdin", partial(_refuse, UnreadableError("stdin: standard input was named twice; it can be read only once"))
        return
    yield "stdin", "stdin", partial(document_from_bytes, "stdin", sys.stdin.buffer.read(MAX_BYTES + 1))


def _folder(root: Path, tell: Warn) -> Iterator[tuple[str, str, _Load]]:
    """The files of known suffixes in and below `root`; hidden ones are passed over."""
    n_found = n_skipped = 0
    errors: list[OSError] = []
    for folder, subfolders, files in os.walk(root, onerror=errors.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for file in sorted(name for name in files if not name.startswith(".")):
            path = Path(folder, file)
            if path.suffix.lower() in SUFFIXES:
                n_found += 1
                yield _file(path, "__".join(path.relative_to(root).with_suffix("").parts))
            else:
                n_skipped += 1
    for error in errors:
        name = _display(Path(os.fsdecode(error.filename or root)))
        yield name, Path(name).name, partial(_refuse, unreadable(name, error))
    _tell_of(root, n_found, n_skipped, tell)


def _tell_of(root: Path, n_found: int, n_skipped: int, tell: Warn) -> None:
    known = " ".join(sorted(SUFFIXES))
    if n_skipped:
        tell(f"{_display(root)}: {n_skipped} file(s) with other suffixes than {known} left out; name a file itself to have it read")
    elif not n_found:
        tell(f"{_display(root)}: no documents in this folder ({known})")


def _display(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", errors="replace")


def _refuse(error: Exception) -> NoReturn:
    raise error
