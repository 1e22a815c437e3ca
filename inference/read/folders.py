"""Folders walked in sorted order, in memory that does not grow with the number of files."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

_IN_MEMORY = 10_000


@dataclass(slots=True)
class Walk:
    """The files below `root`, sorted by name within a folder, before those of its subfolders; hidden ones are passed over.

    Links to folders are not followed. Folders that cannot be listed are kept in `errors`.
    """

    root: str
    errors: list[OSError] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        stack = [iter((self.root,))]
        while stack:
            if (folder := next(stack[-1], None)) is None:
                stack.pop()
                continue
            yield from self._paths(folder, folders=False)
            stack.append(self._paths(folder, folders=True))

    def _paths(self, folder: str, folders: bool) -> Iterator[str]:
        for name in in_order(self._names(folder, folders)):
            yield os.path.join(folder, name)  # noqa: PTH118

    def _names(self, folder: str, folders: bool) -> Iterator[str]:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=not folders) is folders:
                        yield entry.name
        except OSError as error:
            if not folders:  # each folder is listed twice
                self.errors.append(error)


def in_order(names: Iterable[str]) -> Iterator[str]:
    """`names` sorted; more than a few thousand are sorted on disk."""
    names = iter(names)
    first = list(islice(names, _IN_MEMORY))
    if len(first) < _IN_MEMORY:
        yield from sorted(first, key=os.fsencode)
    else:
        yield from _sorted_on_disk(first, names)


def _sorted_on_disk(first: list[str], rest: Iterator[str]) -> Iterator[str]:
    database = sqlite3.connect("", isolation_level=None)  # no name: a file of its own that goes with the connection
    try:
        database.execute("CREATE TABLE names (name BLOB PRIMARY KEY) WITHOUT ROWID")
        database.execute("BEGIN")
        for names in (first, rest):
            database.executemany("INSERT OR IGNORE INTO names VALUES (?)", ((os.fsencode(name),) for name in names))
        yield from (os.fsdecode(name) for (name,) in database.execute("SELECT name FROM names ORDER BY name"))
    finally:
        database.close()
