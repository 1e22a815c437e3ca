"""Reports of invented organs, written as the values of their cells, and files of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from gongkai.inference.results import Cell, Check, Extraction, Status
from gongkai.inference.write import to_jsonl

Value = int | float | None


def _cell(key: str, value: Value, confidence: float) -> Cell:
    status = Status.BLANK if value is None else Status.PRINTED
    return Cell(key, value, status, "" if value is None else str(value), ((0, 1),), confidence)


@pytest.fixture(scope="session")
def report() -> Callable[..., Extraction]:
    """A report of `agency` for `year` with the cells given; those named in `unsure` have a confidence of 0.5, the others of 0.99."""

    def make(
        agency: str | None,
        year: int | None,
        cells: Mapping[str, Value],
        source: str = "",
        form: str | None = "2021",
        unsure: tuple[str, ...] = (),
        checks: tuple[Check, ...] = (),
    ) -> Extraction:
        made = tuple(_cell(key, value, 0.5 if key in unsure else 0.99) for key, value in cells.items())
        return Extraction(source or f"{agency}-{year}.txt", form, agency, year, made, checks=checks)

    return make


@pytest.fixture
def results(tmp_path: Path) -> Callable[[Iterable[Extraction]], Path]:
    """A .jsonl file of reports."""

    def write(reports: Iterable[Extraction]) -> Path:
        path = tmp_path / "results.jsonl"
        path.write_text("".join(map(to_jsonl, reports)), encoding="utf-8")
        return path

    return write
