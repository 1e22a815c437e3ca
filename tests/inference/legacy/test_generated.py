"""Generated pages with a statistics table of before 2019: no number of it is a cell, a figure or a wrong indicator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from gongkai.inference.extract import Extractor
from gongkai.inference.legacy.form import legacy_titles
from gongkai.inference.results import Extraction
from gongkai.training.synth import old_table, pages
from gongkai.training.synth.pages import PageOptions, generate_page

_N_PAGES = 60
_NUMBERING = re.compile(r"^(?:\(.\)|.、|\d\.|其中:)")


@dataclass(frozen=True, slots=True)
class Read:
    """A generated page, the numbers of its old table by title, and what was read."""

    text: str
    truth: dict[str, int]
    extraction: Extraction


@pytest.fixture(scope="module")
def read(shipped_extractor: Extractor) -> list[Read]:
    with pytest.MonkeyPatch.context() as patch:
        return list(_pages(shipped_extractor, patch))


def _pages(extractor: Extractor, patch: pytest.MonkeyPatch) -> Iterator[Read]:
    """Pages of every severity. The generator's own rows are the truth: what it lays out afterwards may be damaged."""
    patch.setattr(pages, "PAGE_MODES", {"B6": 1000})
    rows: list[list[str]] = []
    laid_out = old_table._laid_out

    def told(table: list[list[str]], rng: object) -> str:
        rows[:] = table[1:]
        return laid_out(table, rng)  # type: ignore[arg-type]

    patch.setattr(old_table, "_laid_out", told)
    for seed in range(_N_PAGES):
        text = generate_page(seed, PageOptions(page_modes=("B6",))).text
        truth = {_NUMBERING.sub("", row[0]).split("(")[0]: int(row[-1]) for row in rows if row[1]}
        yield Read(text, truth, extractor(text))


@pytest.mark.slow
def test_no_cell_and_no_figure_is_read_from_the_table(read: list[Read]) -> None:
    for page in read:
        start = min(row.name_span[0] for row in page.extraction.legacy)
        end = max(span[1] for row in page.extraction.legacy for span in (row.name_span, *row.spans))
        places = [span for cell in page.extraction.cells for span in cell.spans]
        places += [(figure.start, figure.end) for figure in page.extraction.figures]
        assert [place for place in places if place[0] < end and start < place[1]] == []
        assert page.extraction.form is None


@pytest.mark.slow
def test_indicators_are_right_and_nearly_all_found(read: list[Read]) -> None:
    titles = legacy_titles()
    n_right = n_all = 0
    for page in read:
        found = {titles[row.key]: row.value for row in page.extraction.legacy if row.key}
        wrong = {title: value for title, value in found.items() if page.truth.get(title) != value}
        assert wrong == {}, page.text
        n_right += len(found)
        n_all += len(page.truth)
    assert n_right >= 0.98 * n_all
