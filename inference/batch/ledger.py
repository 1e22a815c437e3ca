"""What is known of a run, on disk at every moment: which documents are done, with what result, and which shards are written."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from gongkai.inference.batch.jobs import Kind, Outcome
from gongkai.model.errors import OutputError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (position INTEGER PRIMARY KEY, source TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT);
CREATE TABLE IF NOT EXISTS results (position INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS shards (number INTEGER PRIMARY KEY);
"""


class Ledger:
    """The SQLite file of one run. `shard` documents go together into one part of the output.

    Every change is a transaction of its own in the write-ahead log, so a killed process loses none that was made. One process
    has it at a time.
    """

    def __init__(self, path: Path, shard: int) -> None:
        self.path, self.shard = path, shard
        try:
            self._database = sqlite3.connect(path, isolation_level=None, timeout=1.0)
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise OutputError(
                f"{path}: cannot be used ({error}); another run may be writing there, otherwise choose another folder with --out"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def claim(self, settings: Mapping[str, object]) -> None:
        """Write down what the run is, or see that it is the same run. Raises OutputError naming the first setting that differs."""
        known = dict(self._database.execute("SELECT key, value FROM run"))
        for key, value in settings.items():
            wanted = json.dumps(value, ensure_ascii=False)
            if known.setdefault(key, wanted) != wanted:
                raise OutputError(
                    f"{self.path}: that run was begun with {key} = {known[key]}, now it is {wanted}; "
                    "go on with what it was begun with, or choose another folder with --out"
                )
        self._database.executemany("INSERT OR IGNORE INTO run VALUES (?, ?)", known.items())

    def source_at(self, position: int) -> str | None:
        """What the document at `position` is called, if it is done."""
        row = self._database.execute("SELECT source FROM documents WHERE position = ?", (position,)).fetchone()
        return None if row is None else str(row[0])

    def n_done(self) -> int:
        """How many documents are done."""
        return int(self._database.execute("SELECT count(*) FROM documents").fetchone()[0])

    def after(self, position: int) -> str | None:
        """What a document that is done from `position` on is called."""
        row = self._database.execute("SELECT source FROM documents WHERE position >= ? LIMIT 1", (position,)).fetchone()
        return None if row is None else str(row[0])

    def record(self, outcome: Outcome) -> None:
        """A document is done."""
        with _Transaction(self._database):
            values = (outcome.position, outcome.name, str(outcome.kind), outcome.reason)
            self._database.execute("INSERT INTO documents VALUES (?, ?, ?, ?)", values)
            if outcome.content is not None:
                self._database.execute("INSERT INTO results VALUES (?, ?)", (outcome.position, outcome.content))

    def open_shards(self) -> Counter[int]:
        """How many documents are done of every shard that is begun and not sealed."""
        rows = self._database.execute(
            "SELECT position / ?, count(*) FROM documents WHERE position / ? NOT IN (SELECT number FROM shards) GROUP BY 1",
            (self.shard, self.shard),
        )
        return Counter(dict(rows))

    def outcomes(self, number: int | None = None) -> Iterator[Outcome]:
        """What became of the documents of shard `number` (default: of all), by position; contents only until they are dropped."""
        first, last = (0, 2**62) if number is None else (number * self.shard, (number + 1) * self.shard - 1)
        rows = self._database.execute(
            "SELECT position, source, outcome, reason, content FROM documents LEFT JOIN results USING (position) "
            "WHERE position BETWEEN ? AND ? ORDER BY position",
            (first, last),
        )
        for position, source, kind, reason, content in rows:
            yield Outcome(position, source, Kind(kind), reason, content)

    def seal(self, number: int, keep: bool) -> None:
        """Shard `number` is written; its contents are dropped unless `keep`."""
        with _Transaction(self._database):
            self._database.execute("INSERT INTO shards VALUES (?)", (number,))
            if not keep:
                span = (number * self.shard, (number + 1) * self.shard - 1)
                self._database.execute("DELETE FROM results WHERE position BETWEEN ? AND ?", span)

    @property
    def finished(self) -> bool:
        """Whether the whole output is written."""
        return self._database.execute("SELECT 1 FROM run WHERE key = 'finished'").fetchone() is not None

    def finish(self) -> None:
        """The whole output is written; nothing of it is needed here any more."""
        with _Transaction(self._database):
            self._database.execute("DELETE FROM results")
            self._database.execute("INSERT INTO run VALUES ('finished', 'true')")
        self._database.execute("VACUUM")

    def counts(self) -> dict[Kind, int]:
        """How many documents were processed, refused and failed."""
        found = dict(self._database.execute("SELECT outcome, count(*) FROM documents GROUP BY outcome"))
        return {kind: found.get(str(kind), 0) for kind in Kind}


class _Transaction:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, error: object, *_: object) -> None:
        self._database.execute("ROLLBACK" if error else "COMMIT")
