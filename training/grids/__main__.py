"""`python -m gongkai.training.grids`: cells of generated files with real tables, by format and damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from gongkai.inference.arithmetic import same
from gongkai.inference.extract import Extractor
from gongkai.inference.read.document import document_from_bytes
from gongkai.inference.results import Cell, Status
from gongkai.training.accuracy.pages import FIRST_SEED
from gongkai.training.grids.filed import FiledReport, draw_filed
from gongkai.training.grids.html import DAMAGES as HTML_DAMAGES
from gongkai.training.grids.html import write_html
from gongkai.training.grids.pdf import DAMAGES as PDF_DAMAGES
from gongkai.training.grids.pdf import write_pdf
from gongkai.training.grids.word import DAMAGES as WORD_DAMAGES
from gongkai.training.grids.word import write_word
from gongkai.training.synth.values import Value

Writer = Callable[[FiledReport, str, Random], bytes]
FORMATS: Mapping[str, tuple[Writer, tuple[str, ...]]] = {
    "html": (write_html, tuple(HTML_DAMAGES)),
    "docx": (write_word, tuple(WORD_DAMAGES)),
    "pdf": (write_pdf, tuple(PDF_DAMAGES)),
}
"""By suffix, what writes a report with one kind of damage, and the kinds that there are."""


@dataclass(frozen=True, slots=True)
class GridCount:
    """Cells printed on pages, of them read right, read as another number, read where nothing is printed, and not read."""

    printed: int = 0
    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: GridCount) -> GridCount:
        return GridCount(self.printed + other.printed, self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)


def count_grid(report: FiledReport, cells: tuple[Cell, ...]) -> GridCount:
    """The cells read off a file against what its tables print; a number in a blank cell is wrong unless it was derived."""
    read = {cell.key: cell.value for cell in cells if cell.status in (Status.PRINTED, Status.PLACED)}
    printed = {key: value for key, value in report.cells.items() if value is not None}
    right = sum(key in read and _same(read[key], value) for key, value in printed.items())
    wrong = sum(not _same(value, printed.get(key)) for key, value in read.items())
    return GridCount(len(printed), right, wrong, sum(key not in read for key in printed))


def _same(a: Value | None, b: Value | None) -> bool:
    return a is not None and b is not None and same(a, b)


def read_back(extractor: Extractor, seed: int, suffix: str, damage: str) -> GridCount:
    """The cells read off the report of `seed` as a file of one format with one kind of damage."""
    report = draw_filed(seed)
    data = FORMATS[suffix][0](report, damage, Random(f"{damage} {seed}"))
    return count_grid(report, extractor.extract(document_from_bytes(f"report.{suffix}", data)).cells)


def measure(extractor: Extractor, reports: int, suffixes: Sequence[str]) -> Iterator[tuple[str, str, GridCount]]:
    """Format, damage and the count over `reports` reports, kind by kind."""
    for suffix in suffixes:
        for damage in FORMATS[suffix][1]:
            counts = (read_back(extractor, FIRST_SEED + number, suffix, damage) for number in range(reports))
            yield suffix, damage, sum(counts, GridCount())


def grids(
    reports: Annotated[int, typer.Option(help="Reports, each written in every format with every kind of damage.")] = 20,
    only: Annotated[list[str] | None, typer.Option(help="html, docx or pdf; may be given several times. Default: all.")] = None,
    model: Annotated[Path | None, typer.Option(help="A model folder; default: the shipped one.")] = None,
) -> None:
    """Cells of generated files with real tables that are read right, wrong, or not at all."""
    unknown = set(only or ()) - set(FORMATS)
    if unknown:
        raise typer.BadParameter(f"no such format: {', '.join(sorted(unknown))}; there are {', '.join(FORMATS)}")
    typer.echo(f"{'':26}{'printed':>8}{'right':>8}{'wrong':>8}{'missed':>8}")
    total = GridCount()
    for suffix, damage, count in measure(Extractor.from_pretrained(model), reports, only or tuple(FORMATS)):
        typer.echo(_line(f"{suffix:5} {damage}", count))
        total += count
    typer.echo(_line("all", total))


def _line(name: str, count: GridCount) -> str:
    return f"{name:26}{count.printed:8}{count.right:8}{count.wrong:8}{count.missed:8}"


if __name__ == "__main__":
    typer.run(grids)
