"""All reports of a panel, sorted by organ and year, on disk: a hundred thousand take the memory of a few."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from gongkai.inference.batch.tables import packed, unpacked
from gongkai.inference.output import from_dict
from gongkai.inference.results import Extraction

_TABLE = "CREATE TABLE report (organ TEXT, year INTEGER, place INTEGER, content BLOB, PRIMARY KEY (organ, year, place)) WITHOUT ROWID"


class Shelf:
    """Reports in the file `path`, which must not be there yet. Close it when nothing more is asked."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")  # a run that ends is begun again
        self._database.execute(_TABLE)
        self._database.execute("BEGIN")
        self._size = 0

    def put(self, organ: str, year: int, extraction: Extraction) -> None:
        """Keep a report of `organ` for `year`, after those that are kept already."""
        row = (organ.encode("utf-8", "surrogatepass"), year, self._size, packed(extraction))
        self._database.execute("INSERT INTO report VALUES (?, ?, ?, ?)", row)
        self._size += 1

    def organs(self) -> Iterator[tuple[str, dict[int, list[Extraction]]]]:
        """Every organ, sorted by name, with its reports by year; several of one year in the order in which they were put."""
        found = self._database.execute("SELECT organ, year, content FROM report ORDER BY organ, year, place")
        for organ, rows in groupby(found, lambda row: row[0]):
            years: dict[int, list[Extraction]] = {}
            for _, year, content in rows:
                years.setdefault(year, []).append(_opened(content))
            yield organ.decode("utf-8", "surrogatepass"), years

    def of(self, organ: str, year: int) -> list[Extraction]:
        """The reports of `organ` for `year`, none if there are none."""
        wanted = (organ.encode("utf-8", "surrogatepass"), year)
        found = self._database.execute("SELECT content FROM report WHERE organ = ? AND year = ? ORDER BY place", wanted)
        return [_opened(content) for (content,) in found]

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _opened(content: bytes) -> Extraction:
    return from_dict(json.loads(unpacked(content)))
