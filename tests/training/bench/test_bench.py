"""The benchmark on two pages, and what follows from its figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.inference.kernels.choose import Choice, Kernel
from gongkai.inference.kernels.packed import Shape
from gongkai.model.checkpoint import shipped_folder
from gongkai.training.accuracy.pages import orders
from gongkai.training.bench.__main__ import Plan, run, write
from gongkai.training.bench.costs import Stage
from gongkai.training.bench.page import markdown
from gongkai.training.bench.readers import FULL, INT8, OURS, PIPELINE, READERS, WHOLE
from gongkai.training.bench.results import Bench, Difference, Machine, compare
from gongkai.training.bench.roof import operations
from gongkai.training.bench.rounds import Round

SHAPE = Shape(hidden=384, layers=6, heads=12, wide=1536, tags=131, words=12258, positions=512, exits=0, shift=7, epsilon=1e-12, certain=1.0)


def _round(seconds: tuple[float, ...], network: float, cells: dict[str, int]) -> Round:
    return Round(seconds, network, (256, 256), (cells, {}), 120.0, sum(seconds))


@pytest.fixture
def found() -> Bench:
    slow, fast = _round((4.0, 6.0), 9.0, {"a": 1, "b": 2, "c": 3}), _round((0.4, 0.6), 0.8, {"a": 1, "b": 5, "d": 0})
    whole = _round((0.8, 1.2), 1.6, {"a": 1})
    return Bench(
        date="2026-01-02",
        digest="ab" * 32,
        choice=Choice(Kernel.AMX, "the processor has AMX"),
        machine=Machine("a processor", 2, {"int8": 1e12, "fp32": 1e11}),
        shape=SHAPE,
        tokens=500,
        rounds={OURS: [_round((9.0, 9.0), 1.0, {}), fast], WHOLE: [whole], PIPELINE: [slow], FULL: [slow], INT8: [fast]},
        startup=1.25,
        growth=[Stage(10, 0.05, 0.04, 110.0), Stage(100, 0.06, 0.055, 111.0)],
    )


def test_the_fastest_turn_counts(found: Bench) -> None:
    assert found.pages_per_second(OURS) == pytest.approx(2.0)
    assert found.ratio(OURS) == pytest.approx(10.0)
    assert found.median_page(OURS) == pytest.approx(0.5)
    assert found.outside == pytest.approx(0.2)
    assert found.of_layers == pytest.approx(0.5)


def test_operations_of_a_window_are_those_of_its_products(found: Bench) -> None:
    linear = 6 * 2 * (4 * 384 * 384 + 2 * 384 * 1536) + 2 * 384 * 131
    assert operations(SHAPE, [10]) == 10 * linear + 6 * 2 * 2 * 10 * 10 * 384
    assert found.of_roof == pytest.approx(operations(SHAPE, [256, 256]) / 1.6 / 1e12)


def test_cells_are_lost_gained_or_different() -> None:
    assert compare([{"a": 1, "b": 2, "c": None}], [{"b": 3, "c": None, "d": 0}]) == Difference(cells=3, lost=1, gained=1, different=1)


def test_the_page_says_what_was_found(found: Bench, tmp_path: Path) -> None:
    text = markdown(found)
    assert "2026-01-02; model `abababababababab`; a processor, 2 cores" in text
    assert "| 2.00 | 10.0 | 500 | 0.500 s | 120 MB |" in text
    assert "| gongkai | 3 | 1 (33.333%) | 1 | 1 |" in text
    assert "| median page on all cores (one process) | 0.055 s |" in text
    assert "| 100 | 60.0 ms | 111 MB |" in text
    write(found, tmp_path)
    assert (tmp_path / "performance.md").read_text(encoding="utf-8") == text
    first = (tmp_path / "images" / "performance.svg").read_bytes()
    assert first.startswith(b"<?xml")
    assert first.rstrip().endswith(b"</svg>")
    write(found, tmp_path)
    assert (tmp_path / "images" / "performance.svg").read_bytes() == first


@pytest.mark.slow
def test_two_pages_are_read_by_all_readers(tmp_path: Path) -> None:
    texts = [order.page().text for order in orders(2, (0,))]
    found = run(shipped_folder(), Plan(texts, rounds=1, cores=2, stages=(2, 4)), tmp_path)
    assert tuple(found.rounds) == READERS
    assert all(len(turns) == 1 and len(turns[0].seconds) == 2 for turns in found.rounds.values())
    assert found.difference(OURS).cells > 200
    assert found.difference(FULL) == Difference(found.difference(OURS).cells, 0, 0, 0)
    assert 0 < found.outside < 1
    assert found.of_roof > 0
    assert [stage.pages for stage in found.growth] == [2, 4]
    assert found.startup > 0
