"""What a process costs besides its rate: start-up to the first result, and time and memory as pages go through."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import mean, median

from gongkai.training.bench.memory import memory
from gongkai.training.bench.readers import OURS, open_reader

STARTS = 3
_FIRST = "import sys; from gongkai.inference import Extractor; Extractor.from_pretrained(sys.argv[1])(open(sys.argv[2], encoding='utf-8').read())"


@dataclass(frozen=True, slots=True)
class Stage:
    """After `pages` pages: mean and median of the seconds of a page since the stage before, and the memory (MB) that the process holds."""

    pages: int
    seconds: float
    median: float
    memory: float


def startup(folder: Path, page: Path) -> float:
    """Seconds from the start of Python to the tables of `page`, the best of several."""
    command = [sys.executable, "-c", _FIRST, str(folder), str(page)]
    return min(_run(command) for _ in range(STARTS))


def _run(command: Sequence[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True)  # noqa: S603 - our own interpreter on our own line
    return time.perf_counter() - begun


def growth(folder: Path, threads: int, pages: Sequence[str], stages: Sequence[int]) -> list[Stage]:
    """Our chain over so many pages as each of `stages` says, the pages over and over, in one process of its own."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_grow, args=(folder, threads, tuple(pages), tuple(stages), there))
    process.start()
    there.close()
    found: list[Stage] = here.recv()
    process.join()
    return found


def _grow(folder: Path, threads: int, pages: Sequence[str], stages: Sequence[int], answer: Connection) -> None:
    extractor, _ = open_reader(OURS, folder, threads)
    for page in pages:  # every page once before anything counts
        extractor(page)
    answer.send(list(_stages(lambda number: extractor(pages[number % len(pages)]), stages)))


def _stages(read: Callable[[int], object], stages: Sequence[int]) -> Iterator[Stage]:
    done = 0
    for stage in stages:
        seconds = [_seconds(read, number) for number in range(done, stage)]
        yield Stage(stage, mean(seconds), median(seconds), memory("VmRSS"))
        done = stage


def _seconds(read: Callable[[int], object], number: int) -> float:
    begun = time.perf_counter()
    read(number)
    return time.perf_counter() - begun
