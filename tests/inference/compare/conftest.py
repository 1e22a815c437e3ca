"""Reports of invented organs, written as the values of their cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from gongkai.inference.results import Cell, Check, Extraction, Status

Value = int | float | None


def _cell(key: str, value: Value, place: int, confidence: float) -> Cell:
    status = Status.BLANK if value is None else Status.PRINTED
    return Cell(key, value, status, "" if value is None else str(value), ((place, place + 1),), confidence)


@pytest.fixture(scope="session")
def report() -> Callable[..., Extraction]:
    """A report of 甲县人民政府: organ, year, form and unsure keys may be given; the cell number n stands at character 10 n."""

    def make(
        cells: Mapping[str, Value],
        year: int | None = 2022,
        agency: str | None = "甲县人民政府",
        form: str | None = "2021",
        unsure: tuple[str, ...] = (),
        checks: tuple[Check, ...] = (),
        source: str | None = None,
    ) -> Extraction:
        made = (_cell(key, value, 10 * n, 0.5 if key in unsure else 0.99) for n, (key, value) in enumerate(cells.items()))
        return Extraction(source or f"{agency}-{year}.txt", form, agency, year, tuple(made), checks=checks)

    return make
