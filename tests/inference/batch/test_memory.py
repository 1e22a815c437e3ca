"""A run takes the memory of a few documents, however many it reads."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from gongkai.inference.batch import Format, Limits, Settings, run_batch
from gongkai.inference.batch.jobs import Kind
from gongkai.inference.batch.run import found_behind

# The whole measure is asked for with GONGKAI_MEMORY_PAGES=10000; -s shows what was measured.
PAGES = int(os.environ.get("GONGKAI_MEMORY_PAGES", "4000"))
MARKS = 10


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A hundred thousand records."""
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f'{{"id":"reports/2021/{number:06}.html","text":"5"}}\n' for number in range(100_000))
    return path


def test_what_is_found_is_not_held(many: Path) -> None:
    """The names alone would take ten million bytes."""
    tracemalloc.start()
    try:
        count = sum(1 for _ in found_behind([str(many)], print))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 100_000
    assert peak < 1_000_000


def resident() -> tuple[float, float]:
    """Megabytes that this process and the largest of its workers hold."""
    here = psutil.Process()
    workers = [worker.memory_info().rss for worker in here.children()]
    return here.memory_info().rss / 1e6, max(workers, default=0) / 1e6


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", [Format.PARQUET, Format.SQLITE])
def test_memory_is_flat(
    tmp_path: Path, pages: Callable[..., Path], stubs: ModuleType, capsys: pytest.CaptureFixture[str], kind: Format
) -> None:
    """Measured at every page that is planted to fail, which is when a run speaks."""
    step = PAGES // MARKS
    measured: list[tuple[float, float]] = []

    def measure(said: str) -> None:
        if "this is a fault" in said:
            measured.append(resident())

    source = pages(PAGES, {step * mark - 1: "FAULT" for mark in range(1, MARKS + 1)})
    counts = run_batch([str(source)], tmp_path / "out", stubs.poisoned, Settings(kind, 2, Limits(60, 512), shard=200), measure)
    assert counts == {Kind.PROCESSED: PAGES - MARKS, Kind.REFUSED: 0, Kind.FAILED: MARKS}
    with capsys.disabled():
        print(f"\n{kind}: " + ", ".join(f"{step * mark:,}: {run:.0f} + {worker:.0f} MB" for mark, (run, worker) in enumerate(measured, 1)))
    for first, *later in zip(*measured, strict=True):
        assert max(later) <= 1.05 * first
