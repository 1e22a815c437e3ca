"""A run: inputs found one by one, read by workers, written shard by shard, and written down so that any end is a pause."""

from __future__ import annotations

import glob
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Protocol, Self

from gongkai.inference.batch.databases import Database
from gongkai.inference.batch.jobs import Job, Kind, Limits, MakeExtractor, Outcome
from gongkai.inference.batch.ledger import Ledger
from gongkai.inference.batch.parts import Parts
from gongkai.inference.batch.pool import Pool
from gongkai.inference.batch.progress import Progress
from gongkai.inference.batch.tables import Format, packed
from gongkai.inference.read.folders import in_order
from gongkai.inference.read.found import Found
from gongkai.inference.read.sources import behind
from gongkai.inference.write import prepare_folder
from gongkai.model.errors import MissingExtraError, OutputError, UnreadableError

_IN_PARTS = frozenset({Format.PARQUET, Format.JSONL, Format.CSV})
LEDGER = "ledger.sqlite"
_TOGETHER = 4
"""Documents given to a worker at a time, so that it does not wait while a shard is written."""

Say = Callable[[str], object]


class Engine(StrEnum):
    """Where the workers are: processes of this machine, or actors on a Ray cluster. What is written is the same."""

    LOCAL = "local"
    RAY = "ray"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run reads and writes. `model` names the model in the ledger; a run cannot go on with another.

    `workers` may be 0 on a Ray cluster: one for each of its processors.
    """

    format: Format = Format.PARQUET
    workers: int = 1
    limits: Limits = field(default_factory=Limits)
    min_confidence: float = 0.0
    shard: int = 1000
    model: str = ""
    engine: Engine = Engine.LOCAL


class _Sink(Protocol):
    keeps: bool

    def seal(self, number: int, outcomes: Iterator[Outcome], /) -> None: ...
    def finish(self, outcomes: Iterator[Outcome], /) -> None: ...


def run_batch(inputs: Sequence[str], out: Path, make: MakeExtractor, settings: Settings, say: Say = lambda _: None) -> dict[Kind, int]:
    """Read every document behind `inputs` with extractors that `make` makes, one a worker, and write the tables into `out`.

    Run again after any end, it goes on where it stopped, and the output is the same, byte for byte. Gives back how many documents
    were processed, refused and failed. `say` is told of what is left out, of reasons, and of progress. Raises OutputError if `out`
    cannot be written or holds another run, UnreadableError if an input is not there when the run is begun, CheckpointError or
    GongkaiError if no worker can start.
    """
    _check_apart(inputs, out)
    _check_there(inputs, out)
    prepare_folder(out)
    try:
        with Ledger(out / LEDGER, settings.shard) as ledger:
            ledger.claim(_identity(inputs, settings))
            if not ledger.finished:
                _Run(inputs, out, ledger, settings, say).go(make)
            return ledger.counts()
    except sqlite3.Error as error:
        raise OutputError(f"{out / LEDGER}: {error}; free space there and run again, nothing is lost") from error


def found_behind(inputs: Sequence[str], say: Say) -> Iterator[Found]:
    """The documents behind paths and patterns, in an order that depends on their names only."""
    for given in inputs:
        n_paths = 0
        for path in _matching(given):
            n_paths += 1
            yield from behind(path, say, containers=True)
        if not n_paths:
            say(f"{given}: no file matches this pattern")


def _matching(given: str) -> Iterator[str]:
    if Path(given).exists() or not glob.has_magic(given):
        return iter([given])
    return in_order(glob.iglob(given, recursive=True))  # noqa: PTH207 - patterns may be absolute


def _identity(inputs: Sequence[str], settings: Settings) -> dict[str, object]:
    """What must not change while a run is not finished: all that the output depends on."""
    return {
        "gongkai": version("gongkai"),
        "inputs": list(inputs),
        "model": settings.model,
        "format": str(settings.format),
        "min_confidence": settings.min_confidence,
        "documents in a part": settings.shard,
    }


class _Workers(Protocol):
    """What a run needs of a pool."""

    @property
    def busy(self) -> bool: ...
    @property
    def room(self) -> int: ...
    def submit(self, jobs: Sequence[Job], /) -> None: ...
    def poll(self) -> list[Outcome]: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


def _pool(settings: Settings, make: MakeExtractor) -> _Workers:
    """The workers of a run. Raises MissingExtraError for those on a cluster without ray."""
    if settings.engine is Engine.LOCAL:
        return Pool(settings.workers, make, packed, settings.limits)
    try:
        from gongkai.inference.batch.cluster import RayPool
    except ImportError as error:
        raise MissingExtraError("--engine ray", "ray") from error
    return RayPool(settings.workers, (make, packed, settings.limits))


class _Run:
    def __init__(self, inputs: Sequence[str], out: Path, ledger: Ledger, settings: Settings, say: Say) -> None:
        self._inputs, self._ledger, self._settings, self._say = inputs, ledger, settings, say
        self._sink: _Sink = (Parts if settings.format in _IN_PARTS else Database)(out, settings.format)
        self._n_done: Counter[int] = ledger.open_shards()

    def go(self, make: MakeExtractor) -> None:
        """Read what is left, then write what is left."""
        for number in [number for number, done in self._n_done.items() if done == self._settings.shard]:
            self._seal(number)
        jobs = self._jobs()
        with self._progress() as progress, _pool(self._settings, make) as pool:
            while self._give(jobs, pool) or pool.busy:
                for outcome in pool.poll():
                    self._take(outcome)
                    progress.advance(outcome.kind)
        for number in sorted(self._n_done):
            self._seal(number)
        self._sink.finish(self._ledger.outcomes())
        self._ledger.finish()

    def _jobs(self) -> Iterator[Job]:
        """What is not done yet. Raises OutputError if the input is no longer what it was when the rest was done."""
        position = -1
        for position, (name, _, load) in enumerate(found_behind(self._inputs, self._say)):
            if (known := self._ledger.source_at(position)) is None:
                yield Job(position, name, load, self._settings.min_confidence)
            elif known != name:
                raise _changed(position, known, name)
        if known := self._ledger.after(position + 1):
            raise _changed(position + 1, known, "nothing")

    def _give(self, jobs: Iterator[Job], pool: _Workers) -> bool:
        """Whether there may be more to give, once no worker waits."""
        while pool.room:
            if not (some := list(islice(jobs, _TOGETHER))):
                return False
            pool.submit(some)
        return True

    def _take(self, outcome: Outcome) -> None:
        self._ledger.record(outcome)
        if outcome.kind is Kind.FAILED:
            self._say(outcome.reason or outcome.name)
        number = outcome.position // self._settings.shard
        self._n_done[number] += 1
        if self._n_done[number] == self._settings.shard:
            self._seal(number)

    def _seal(self, number: int) -> None:
        self._sink.seal(number, self._ledger.outcomes(number))
        self._ledger.seal(number, keep=self._sink.keeps)
        del self._n_done[number]

    def _progress(self) -> Progress:
        return Progress(self._ledger.n_done(), lambda: found_behind(self._inputs, lambda _: None), self._say)


def _changed(position: int, known: str, name: str) -> OutputError:
    return OutputError(
        f"document {position} was {known} when the run was begun and is {name} now: the input has changed; "
        "restore it, or choose another folder with --out"
    )


def _check_there(inputs: Sequence[str], out: Path) -> None:
    """A name misspelt must not become a run of its own. Raises UnreadableError, unless a run is gone on with."""
    if (out / LEDGER).exists():
        return
    for given in inputs:
        if not Path(given).exists() and not glob.has_magic(given):
            raise UnreadableError(f"{given}: not there; check the name")


def _check_apart(inputs: Sequence[str], out: Path) -> None:
    """Nothing that is written may be found as input. Raises OutputError."""
    for given in inputs:
        root = Path(given.partition("**")[0] or ".") if "**" in given else Path(given)
        if root.is_dir() and out.resolve().is_relative_to(root.resolve()):
            raise OutputError(
                f"{out}: lies inside the input {given}, so results would be read as documents; choose another folder with --out"
            )
