"""Generated reports as files with real tables."""

from __future__ import annotations

from random import Random

import pytest

from gongkai.inference.extract import Extractor
from gongkai.inference.read.document import document_from_bytes
from gongkai.inference.results import Cell, Status
from gongkai.training.grids.__main__ import FORMATS, GridCount, count_grid, measure, read_back
from gongkai.training.grids.filed import FiledReport, draw_filed
from gongkai.training.synth.grid import Grid

KINDS = [(suffix, damage) for suffix, (_, damages) in FORMATS.items() for damage in damages]
SOME = [
    ("html", "in three"),
    ("html", "spacer columns"),
    ("html", "inputs"),
    ("docx", "revised"),
    ("pdf", "stacked"),
    ("pdf", "no lines, pages"),
]


@pytest.mark.parametrize(("suffix", "damage"), KINDS)
def test_every_number_of_the_tables_is_in_the_text_of_the_file(suffix: str, damage: str) -> None:
    report = draw_filed(5)
    document = document_from_bytes(f"a.{suffix}", FORMATS[suffix][0](report, damage, Random(1)))
    text = "".join(document.flat.text.split())
    tables = [part for part in report.parts if isinstance(part, Grid)]
    assert len(tables) == 3
    wanted = [piece.text for table in tables for piece in table.pieces() if piece.label == "value"]
    assert len(wanted) > 40
    assert [number for number in set(wanted) if number not in text] == []
    assert document.warnings == ()


@pytest.mark.parametrize(("suffix", "damage"), SOME)
def test_the_shipped_model_reads_every_cell(suffix: str, damage: str, shipped_extractor: Extractor) -> None:
    count = read_back(shipped_extractor, 100_000_001, suffix, damage)
    assert (count.right, count.wrong, count.missed) == (count.printed, 0, 0)
    assert count.printed > 40


@pytest.mark.slow
def test_every_kind_of_file_is_read_without_a_wrong_cell(shipped_extractor: Extractor) -> None:
    for suffix, damage, count in measure(shipped_extractor, 5, tuple(FORMATS)):
        assert count.wrong == 0, (suffix, damage)
        assert count.right >= 0.99 * count.printed, (suffix, damage)  # a row of seven may be missed


def test_files_are_the_same_every_time() -> None:
    report = draw_filed(3)
    for suffix in ("html", "pdf"):
        write = FORMATS[suffix][0]
        kind = FORMATS[suffix][1][-1]
        assert write(report, kind, Random(2)) == write(report, kind, Random(2))


def test_counting_tells_wrong_from_missed_and_passes_over_derived() -> None:
    report = FiledReport((), {"a.b.c": 3, "a.b.d": None, "a.b.e": 0, "a.b.f": 2})
    cells = [("a.b.c", 4, Status.PRINTED), ("a.b.d", 1, Status.PLACED), ("a.b.e", 0, Status.PRINTED), ("a.b.f", 2, Status.DERIVED)]
    count = count_grid(report, tuple(Cell(key, value, status, None, (), 1.0) for key, value, status in cells))
    assert count == GridCount(printed=3, right=1, wrong=2, missed=1)
