"""`python -m gongkai.training.grids`: cells of generated files with real tables, by format and damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from gongkai.inference.extract import Extractor
from gongkai.inference.read.document import document_from_bytes
from gongkai.inference.results import Cell, Status
from gongkai.training.accuracy import FIRST_SEED, same_number
from gongkai.training.grids.filed import FiledReport, draw_filed
from gongkai.training.grids.html import DAMAGES as HTML_DAMAGES
from gongkai.training.grids.html import write_html

Writer = Callable[[FiledReport, str, Random], bytes]


@dataclass(frozen=True, slots=True)
class GridCount:
    """Cells printed on pages, of them read right, read as another number, read where nothing is printed, and not read."""

    printed: int = 0
    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: GridCount) -> GridCount:
        return GridCount(
            self.printed + other.printed, self.right + other.right, self.wrong + other.wrong, self.missed + other.missed
        )


def count_grid(report: FiledReport, cells: tuple[Cell, ...]) -> GridCount:
    """The cells read off a file against what its tables print; a number in a blank cell is wrong unless it was derived."""
    read = {cell.key: cell.value for cell in cells if cell.status in (Status.PRINTED, Status.PLACED)}
    printed = {key: value for key, value in report.cells.items() if value is not None}
    right = sum(key in read and same_number(read[key], value) for key, value in printed.items())
    wrong = sum(not same_number(value, printed.get(key)) for key, value in read.items())
    return GridCount(len(printed), right, wrong, sum(key not in read for key in printed))
