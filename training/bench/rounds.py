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

from gongkai.inference.output import to_dict
from gongkai.training.bench.memory import memory
from gongkai.training.bench.readers import open_reader

Cells = Mapping[str, int | float | None]


@dataclass(frozen=True, slots=True)
class Round:
    """One turn: seconds of each page, seconds in the network, the windows given to it, the cells of each page, and the most memory
    (MB) that the process ever held.
    """

    seconds: tuple[float, ...]
    network: float
    windows: tuple[int, ...]
    cells: tuple[Cells, ...]
    memory: float

    @property
    def total(self) -> float:
        """Seconds of all pages."""
        return sum(self.seconds)


@dataclass(frozen=True, slots=True)
class Task:
    """What a process opens: a reader by name, the model folder, the fp32 network, the number of threads."""

    name: str
    folder: Path
    full: Path | None
    threads: int


def run_rounds(tasks: Sequence[Task], pages: Sequence[str], rounds: int) -> dict[str, list[Round]]:
    """`rounds` turns of every reader, one after another, so that what slows the machine for a while slows all of them.

    Nobody else runs while one reads. A first turn over one page, not counted, loads what is loaded once.
    """
    with _readers(tasks) as readers:
        found: dict[str, list[Round]] = {task.name: [] for task in tasks}
        for reader in readers.values():
            _turn(reader, pages[:1])
        for number in range(rounds):
            for name, reader in readers.items():
                found[name].append(_turn(reader, pages))
                _say(f"round {number + 1} of {rounds}: {name} {found[name][-1].total:.1f} s\n")
    return found


def best(rounds: Sequence[Round]) -> Round:
    """The fastest of several turns: what disturbs a run only ever makes it longer."""
    return min(rounds, key=lambda turn: turn.total)


@contextmanager
def _readers(tasks: Sequence[Task]) -> Iterator[dict[str, Connection]]:
    context = get_context("spawn")
    started = []
    for task in tasks:
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(task, there), daemon=True)
        process.start()
        there.close()
        started.append((task.name, here, process))
    try:
        yield {name: here for name, here, _ in started}
    finally:
        for _, here, process in started:
            here.close()
            process.join()


def _turn(reader: Connection, pages: Sequence[str]) -> Round:
    reader.send(tuple(pages))
    turn: Round = reader.recv()
    return turn


def _serve(task: Task, orders: Connection) -> None:
    """Read every batch of pages that is sent, until nobody sends any more."""
    extractor, meter = open_reader(task.name, task.folder, task.threads, task.full)
    while True:
        try:
            pages: tuple[str, ...] = orders.recv()
        except EOFError:
            return
        meter.seconds, meter.windows = 0.0, []
        seconds, cells = [], []
        for page in pages:
            begun = time.perf_counter()
            extraction = extractor(page)
            to_dict(extraction)
            seconds.append(time.perf_counter() - begun)
            cells.append({cell.key: cell.value for cell in extraction.cells})
        orders.send(Round(tuple(seconds), meter.seconds, tuple(meter.windows), tuple(cells), memory("VmHWM")))


def _say(line: str) -> None:
    sys.stderr.write(line)
