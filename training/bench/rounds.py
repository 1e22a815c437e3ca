"""Readers in processes of their own, taking turns with the same pages."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from gongkai.inference.extract import Extractor
from gongkai.inference.output import to_dict
from gongkai.training.bench.memory import memory
from gongkai.training.bench.readers import open_reader

AGAIN = 2
"""Pages that each process of a reader reads before its turn is counted."""

Cells = Mapping[str, int | float | None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Round:
    """One turn: seconds of each page, seconds in the network, the windows given to it, the cells of each page, the most memory (MB)
    that one of its processes ever held, and the seconds that went by until all pages were read.
    """

    seconds: tuple[float, ...]
    network: float
    windows: tuple[int, ...]
    cells: tuple[Cells, ...]
    memory: float
    total: float


@dataclass(frozen=True, slots=True)
class Task:
    """What is opened: a reader by name, the model folder, the fp32 network, in so many processes of one thread each."""

    name: str
    folder: Path
    full: Path | None
    workers: int


def run_rounds(tasks: Sequence[Task], pages: Sequence[str], rounds: int) -> dict[str, list[Round]]:
    """`rounds` turns of every reader, one after another, so that what slows the machine for a while slows all of them.

    Nobody else runs while one reads. A first turn over a page each, not counted, loads what is loaded once.
    """
    with _readers(tasks) as readers:
        found: dict[str, list[Round]] = {task.name: [] for task in tasks}
        for workers in readers.values():
            _turn(workers, list(pages[:1]) * len(workers))
        for number in range(rounds):
            for name, workers in readers.items():
                _turn(workers, list(pages[:AGAIN]) * len(workers))  # not counted either: what waited long finds its memory again
                found[name].append(_turn(workers, pages))
                _say(f"round {number + 1} of {rounds}: {name} {found[name][-1].total:.1f} s\n")
    return found


def best(rounds: Sequence[Round]) -> Round:
    """The fastest of several turns: what disturbs a run only ever makes it longer."""
    return min(rounds, key=lambda turn: turn.total)


@contextmanager
def _readers(tasks: Sequence[Task]) -> Iterator[dict[str, list[Connection]]]:
    """The processes of every reader, by name."""
    context = get_context("spawn")
    started = []
    for task in [one for one in tasks for _ in range(one.workers)]:
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(task, there), daemon=True)
        process.start()
        there.close()
        started.append((task.name, here, process))
    try:
        yield {task.name: [here for name, here, _ in started if name == task.name] for task in tasks}
    finally:
        for _, here, process in started:
            here.close()
            process.join()


def _turn(workers: Sequence[Connection], pages: Sequence[str]) -> Round:
    """All pages, dealt out to the processes of one reader."""
    begun = time.perf_counter()
    for number, worker in enumerate(workers):
        worker.send(tuple(pages[number :: len(workers)]))
    parts: list[Round] = [worker.recv() for worker in workers]
    total = time.perf_counter() - begun
    return Round(
        seconds=_dealt_back([part.seconds for part in parts], len(pages)),
        network=sum(part.network for part in parts),
        windows=tuple(length for part in parts for length in part.windows),
        cells=_dealt_back([part.cells for part in parts], len(pages)),
        memory=max(part.memory for part in parts),
        total=total,
    )


def _dealt_back(hands: Sequence[Sequence[T]], count: int) -> tuple[T, ...]:
    """What was dealt out one by one, in its first order."""
    return tuple(hands[number % len(hands)][number // len(hands)] for number in range(count))


def _serve(task: Task, orders: Connection) -> None:
    """Read every batch of pages that is sent, until nobody sends any more."""
    extractor, meter = open_reader(task.name, task.folder, 1, task.full)
    while True:
        try:
            pages: tuple[str, ...] = orders.recv()
        except EOFError:
            return
        meter.seconds, meter.windows = 0.0, []
        read = [_timed(extractor, page) for page in pages]
        seconds, cells = tuple(spent for spent, _ in read), tuple(found for _, found in read)
        orders.send(Round(seconds, meter.seconds, tuple(meter.windows), cells, memory("VmHWM"), sum(seconds)))


def _timed(extractor: Extractor, page: str) -> tuple[float, Cells]:
    """Seconds from a text to its result as JSON, and the cells."""
    begun = time.perf_counter()
    extraction = extractor(page)
    to_dict(extraction)
    return time.perf_counter() - begun, {cell.key: cell.value for cell in extraction.cells}


def _say(line: str) -> None:
    sys.stderr.write(line)
