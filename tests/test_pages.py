"""Whole pages against tables that a careful person read (`tests/pages/README.md` says what each key of expected.json means)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gongkai.inference.extract import Extractor
from gongkai.inference.forms import forms
from gongkai.inference.legacy.form import legacy_titles
from gongkai.inference.read.document import Document, document_from_path
from gongkai.inference.results import Cell, Extraction, Status, Verdict

Number = int | float
PAGES = Path(__file__).parent / "pages"
MODES = {
    f"{kind}{number}"
    for kind, count in {"a": 20, "b": 6, "c": 14, "d": 15, "e": 11, "f": 7, "g": 5}.items()
    for number in range(1, count + 1)
}
KEYS = {key for form in forms().values() for key in form.keys()} | set(legacy_titles())


@dataclass(frozen=True, slots=True)
class Expected:
    """One expected.json."""

    form: str | None
    cells: dict[str, Number]
    derived: dict[str, Number]
    blank: tuple[str, ...]
    figures: tuple[tuple[str, Number], ...]
    report_year: int | None = None
    optional: dict[str, Number] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    doubtful: tuple[str, ...] | None = None
    warned: tuple[str, ...] = ()
    legacy: dict[str, Number | None] | None = None

    @classmethod
    def load(cls, path: Path) -> Expected:
        """Raises AssertionError on a key that no form has, TypeError on one that this class does not know."""
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        assert record.pop("forbidden") == "rest"
        figures = tuple((label, value) for label, value in record.pop("figures"))
        lists: dict[str, tuple[str, ...]] = {key: tuple(record[key]) for key in ("blank", "broken", "doubtful", "warned") if key in record}
        expected = cls(**{**record, **lists, "figures": figures})
        named = {
            *expected.cells,
            *expected.derived,
            *expected.blank,
            *expected.optional,
            *expected.broken,
            *(expected.doubtful or ()),
            *(expected.legacy or ()),
        }
        assert named <= KEYS, f"{path}: no form has {sorted(named - KEYS)}"
        return expected


def differences(expected: Expected, extraction: Extraction) -> list[str]:
    """What is missing, wrong or read where nothing can be read, one line each."""
    got = {cell.key: cell for cell in extraction.cells}
    return [*_missing(expected, got), *_wrong(expected, got)]


def _missing(expected: Expected, got: dict[str, Cell]) -> list[str]:
    unread = [(key, f"{value} is on the page") for key, value in expected.cells.items() if not _read(got.get(key), value)]
    unsaid = [(key, f"{value} follows from the page") for key, value in expected.derived.items() if not _says(got.get(key), value)]
    filled = [(key, "blank on the page") for key in expected.blank if not _is_blank(got.get(key), expected.derived.get(key, 0))]
    return [f"{key}: {what}, got {_said(got.get(key))}" for key, what in (*unread, *unsaid, *filled)]


def _wrong(expected: Expected, got: dict[str, Cell]) -> list[str]:
    """Cells that the page does not say. A derived zero is no claim about what is printed, and its absence no fault."""
    told_already = {*expected.cells, *expected.derived, *expected.blank}
    claims = [cell for cell in got.values() if cell.key not in told_already and cell.value is not None]
    claims = [cell for cell in claims if not (cell.status is Status.DERIVED and cell.value == 0)]
    return [
        f"{cell.key}: nothing certain on the page, got {_said(cell)}" for cell in claims if not _says(cell, expected.optional.get(cell.key))
    ]


def _read(cell: Cell | None, value: Number) -> bool:
    return cell is not None and cell.status in (Status.PRINTED, Status.PLACED) and cell.value == pytest.approx(value)


def _says(cell: Cell | None, value: Number | None) -> bool:
    return cell is not None and cell.value is not None and value is not None and cell.value == pytest.approx(value)


def _is_blank(cell: Cell | None, derived: Number) -> bool:
    return cell is not None and (cell.status is Status.BLANK or (cell.status is Status.DERIVED and cell.value == derived))


def _said(cell: Cell | None) -> str:
    return "nothing" if cell is None else f"{cell.value} ({cell.status})"


@pytest.fixture(scope="module")
def read(shipped_extractor: Extractor) -> dict[Path, Extraction]:
    """Every page once, though several tests look at it."""
    return _Extractions(shipped_extractor)


class _Extractions(dict[Path, Extraction]):
    def __init__(self, extractor: Extractor) -> None:
        super().__init__()
        self._extractor = extractor

    def __missing__(self, folder: Path) -> Extraction:
        self[folder] = self._extractor.extract(page_of(folder))
        return self[folder]


def page_of(folder: Path) -> Document:
    """The one page of a case: page.txt, page.html, page.docx or page.pdf."""
    (path,) = folder.glob("page.*")
    return document_from_path(path)


def test_every_cell_is_what_a_careful_person_reads(page_case: Path, read: dict[Path, Extraction]) -> None:
    expected, extraction = Expected.load(page_case / "expected.json"), read[page_case]
    lines = differences(expected, extraction)
    assert not lines, f"{len(lines)} differences:\n" + "\n".join(lines)
    assert extraction.form == expected.form


def test_the_figures_of_the_narrative_are_found(page_case: Path, read: dict[Path, Extraction]) -> None:
    expected = Expected.load(page_case / "expected.json")
    found = {(figure.label, figure.value) for figure in read[page_case].figures}
    assert [figure for figure in expected.figures if figure not in found] == []
    assert expected.report_year is None or read[page_case].report_year == expected.report_year


def test_statistics_tables_of_before_2019_are_read_as_what_they_are(page_case: Path, read: dict[Path, Extraction]) -> None:
    expected, extraction = Expected.load(page_case / "expected.json"), read[page_case]
    assert {row.key: row.value for row in extraction.legacy if row.key} == (expected.legacy or {})
    places = [(*row.name_span, row.name) for row in extraction.legacy]
    places += [(*row.spans[0], row.text) for row in extraction.legacy if row.text is not None]
    source = page_of(page_case).source_text
    assert [place for place in places if source[place[0] : place[1]] != place[2]] == []


def test_every_text_stands_where_its_offsets_say(page_case: Path, read: dict[Path, Extraction]) -> None:
    source, extraction = page_of(page_case).source_text, read[page_case]
    for cell in extraction.cells:
        if cell.status in (Status.PRINTED, Status.PLACED):
            start, end = cell.spans[0]
            assert source[start:end] == cell.text, cell.key
    places = [(figure.start, figure.end, figure.text) for figure in extraction.figures]
    places += [(entity.start, entity.end, entity.text) for entity in extraction.entities]
    assert [place for place in places if source[place[0] : place[1]] != place[2]] == []


def test_sums_that_do_not_add_up_are_told(page_case: Path, read: dict[Path, Extraction]) -> None:
    expected, broken = Expected.load(page_case / "expected.json"), [c for c in read[page_case].checks if c.verdict is Verdict.BROKEN]
    assert set(expected.broken) <= {key for check in broken for key in check.keys}
    if expected.doubtful is not None:
        assert {key for check in broken for key in check.doubtful} == set(expected.doubtful)


def test_what_was_left_out_is_told_with_its_reason(page_case: Path, read: dict[Path, Extraction]) -> None:
    told = read[page_case].warnings
    assert [words for words in Expected.load(page_case / "expected.json").warned if not any(words in line for line in told)] == []


def test_the_expectation_names_cells_of_the_forms_and_nothing_twice(page_case: Path) -> None:
    expected = Expected.load(page_case / "expected.json")
    assert expected.form in (None, "2019", "2021", "mixed")
    assert not set(expected.cells) & {*expected.blank, *expected.derived, *expected.optional}
    if expected.form is None:
        assert not expected.cells
        assert not expected.blank


def test_every_mode_of_damage_has_a_page() -> None:
    names = [found for folder in PAGES.iterdir() if (found := re.match(r"(?:[a-g]\d+-)*", folder.name))]
    shown = {mode for found in names for mode in found[0].split("-")[:-1]}
    assert shown >= MODES
    assert shown <= MODES, "a folder's name begins with a mode that README.md does not know"


MADE_UP = Expected(
    "2021",
    cells={"requests.granted.total": 3},
    derived={"requests.handled_total.total": 3},
    blank=("requests.granted.business",),
    figures=(),
    optional={"requests.granted.natural_person": 3},
)
RIGHT = {
    "requests.granted.total": (3, Status.PLACED),
    "requests.handled_total.total": (3, Status.DERIVED),
    "requests.granted.business": (None, Status.BLANK),
}


def _extraction(cells: dict[str, tuple[Number | None, Status]]) -> Extraction:
    made = tuple(Cell(key, value, status, None, (), 1.0) for key, (value, status) in cells.items())
    return Extraction("made up", "2021", None, None, made)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"requests.granted.business": (0, Status.DERIVED)},
        {"requests.granted.research": (0, Status.DERIVED)},
        {"requests.granted.natural_person": (3, Status.PLACED)},
    ],
)
def test_the_comparison_lets_pass_what_is_right(more: dict[str, tuple[Number | None, Status]]) -> None:
    assert differences(MADE_UP, _extraction({**RIGHT, **more})) == []


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("requests.granted.total", (3, Status.DERIVED)),
        ("requests.granted.total", (4, Status.PRINTED)),
        ("requests.handled_total.total", (None, Status.BLANK)),
        ("requests.granted.business", (0, Status.PLACED)),
        ("requests.granted.natural_person", (2, Status.PLACED)),
        ("requests.granted.research", (0, Status.PRINTED)),
        ("requests.granted.research", (1, Status.DERIVED)),
    ],
)
def test_the_comparison_tells_what_is_wrong(key: str, said: tuple[Number | None, Status]) -> None:
    lines = differences(MADE_UP, _extraction({**RIGHT, key: said}))
    assert len(lines) == 1
    assert lines[0].startswith(f"{key}: ")
