from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gongkai.inference.calibrate import calibrated, cell_evidence, figure_evidence
from gongkai.inference.check import check
from gongkai.inference.extract import Extractor
from gongkai.inference.facts import facts_of
from gongkai.inference.results import Basis, Cell, Entity, Extraction, Figure, Status
from gongkai.model.calibration import Calibration, CellEvidence, Curve, FigureEvidence
from gongkai.model.types import LabelledPage, Page, Span

ROW = "requests.new_received"
TOTAL, NATURAL = f"{ROW}.total", f"{ROW}.natural_person"
COLUMNS = ("natural_person", "business", "research", "social_org", "legal_service", "other", "total")
CALIBRATION = Calibration(
    cells=Curve[CellEvidence](
        intercept=0.0,
        slope=1.0,
        weights={
            CellEvidence.SUM_HOLDS: 1.0,
            CellEvidence.NARRATIVE_AGREES: 0.5,
            CellEvidence.DOUBTFUL: -2.0,
            CellEvidence.NARRATIVE_CONTRADICTS: -1.0,
            CellEvidence.DERIVED: 3.0,
        },
    ),
    blanks=Curve[CellEvidence](intercept=-1.0, slope=1.0, weights={CellEvidence.SUM_HOLDS: 2.0}),
    figures=Curve[FigureEvidence](
        intercept=0.0,
        slope=1.0,
        weights={FigureEvidence.CELL_AGREES: 1.0, FigureEvidence.CELL_CONTRADICTS: -1.0, FigureEvidence.ZERO: -0.5},
    ),
    ceiling=0.999,
)


def row(values: Sequence[int | None], confidence: float = 0.9, first: int = 0) -> list[Cell]:
    return [
        Cell(
            f"{ROW}.{column}",
            value,
            Status.BLANK if value is None else Status.PRINTED,
            None if value is None else str(value),
            () if value is None else ((first + place, first + place + 1),),
            confidence,
        )
        for place, (column, value) in enumerate(zip(COLUMNS, values, strict=True))
    ]


def figure(label: str, value: int, start: int = 100, basis: Basis = Basis.PRINTED) -> Figure:
    return Figure(label, value, "件", str(value), start, start + 1, basis, 0.9)


def page(cells: Sequence[Cell], figures: Sequence[Figure] = ()) -> Extraction:
    checks = check({cell.key: cell for cell in cells}, "2021", facts_of(figures))
    return Extraction("a", "2021", None, None, tuple(cells), tuple(figures), (Entity("phone", "1", 0, 1, 0.3),), checks)


def test_a_sum_that_holds_speaks_for_all_its_cells() -> None:
    found = cell_evidence(page(row([3, 0, 0, 0, 0, 1, 4])))
    assert {key: set(evidence) for key, evidence in found.items()} == {f"{ROW}.{name}": {CellEvidence.SUM_HOLDS} for name in COLUMNS}


def test_a_blank_in_a_sum_counts_as_nothing() -> None:
    found = cell_evidence(page(row([4, None, None, None, None, None, 4])))
    assert found[TOTAL] == {CellEvidence.SUM_HOLDS}
    assert found[f"{ROW}.other"] == {CellEvidence.BLANK, CellEvidence.SUM_HOLDS}


@pytest.mark.parametrize("values", [[0] * 7, [None] * 7])
def test_a_sum_of_nothing_shows_nothing(values: list[int | None]) -> None:
    assert CellEvidence.SUM_HOLDS not in set().union(*cell_evidence(page(row(values))).values())


def test_a_sum_shows_nothing_of_the_cells_from_which_it_was_completed() -> None:
    *others, total = row([3, 0, 0, 0, 0, 1, 4])
    found = cell_evidence(page([*others, replace(total, status=Status.DERIVED)]))
    assert found[NATURAL] == frozenset()
    assert found[TOTAL] == {CellEvidence.DERIVED}


def test_cells_named_by_a_broken_sum_are_doubtful() -> None:
    found = cell_evidence(page(row([3, 0, 0, 0, 0, 1, 5])))
    assert CellEvidence.DOUBTFUL in found[TOTAL]
    assert CellEvidence.SUM_HOLDS not in found[TOTAL]


@pytest.mark.parametrize(("stated", "told"), [(4, CellEvidence.NARRATIVE_AGREES), (5, CellEvidence.NARRATIVE_CONTRADICTS)])
def test_the_narrative_speaks_for_or_against_a_cell(stated: int, told: CellEvidence) -> None:
    found = cell_evidence(page(row([4, None, None, None, None, None, 4]), [figure("requests_received", stated)]))
    assert found[TOTAL] == {CellEvidence.SUM_HOLDS, told}
    assert found[NATURAL] == {CellEvidence.SUM_HOLDS}


def test_a_figure_is_held_against_cells_and_other_statements() -> None:
    cells = row([3, 0, 0, 0, 0, 1, 4])
    figures = [
        figure("requests_received", 4),
        figure("requests_received", 4, 110),
        figure("requests_natural_person", 2, 120),
        figure("reviews", 0, 130, Basis.ZERO),
        figure("meetings_trainings", 3, 140),
        figure("meetings_trainings", 5, 150),
    ]
    assert [set(found) for found in figure_evidence(page(cells, figures))] == [
        {FigureEvidence.CELL_AGREES, FigureEvidence.STATEMENT_AGREES},
        {FigureEvidence.CELL_AGREES, FigureEvidence.STATEMENT_AGREES},
        {FigureEvidence.CELL_CONTRADICTS},
        {FigureEvidence.ZERO},
        {FigureEvidence.STATEMENT_DIFFERS},
        {FigureEvidence.STATEMENT_DIFFERS},
    ]


def test_parts_that_the_table_confirms_together_are_confirmed() -> None:
    cells = [
        Cell(f"review_litigation.review.{name}", value, Status.PRINTED, str(value), ((place, place + 1),), 0.9)
        for place, (name, value) in enumerate({"upheld": 0, "corrected": 0, "other": 3, "pending": 0, "total": 3}.items())
    ]
    figures = [figure("reviews", 3), figure("reviews_other", 1, 110), figure("reviews_other", 2, 120)]
    assert [FigureEvidence.CELL_AGREES in evidence for evidence in figure_evidence(page(cells, figures))] == [True, True, True]


def test_rows_of_a_group_are_added_up_before_a_figure_is_held_against_them() -> None:
    cells = [
        Cell(f"requests.denied_{name}.total", value, Status.PRINTED, str(value), ((place, place + 1),), 0.9)
        for place, (name, value) in enumerate({"state_secret": 1, "third_party": 2}.items())
    ]
    (evidence,) = figure_evidence(page(cells, [figure("requests_denied", 3)]))
    assert evidence == {FigureEvidence.CELL_AGREES}


def test_confidences_are_those_of_the_curves() -> None:
    found = calibrated(page(row([4, None, None, None, None, None, 4]), [figure("requests_received", 4)]), CALIBRATION)
    assert [cell.confidence for cell in found.cells] == [0.96073] * 6 + [0.975808]
    assert [one.confidence for one in found.figures] == [0.96073]
    assert found.entities[0].confidence == 0.3


def test_nothing_but_confidences_changes() -> None:
    before = page(row([3, 0, 0, 0, 0, 1, 5]), [figure("requests_received", 4)])
    after = calibrated(before, CALIBRATION)
    cells = tuple(replace(cell, confidence=0.9) for cell in after.cells)
    figures = tuple(replace(one, confidence=0.9) for one in after.figures)
    assert replace(after, cells=cells, figures=figures) == before


def test_agreement_raises_and_contradiction_lowers() -> None:
    alone, agreed, denied = (
        calibrated(page(row([3, 0, 0, 0, 0, 1, 4]), figures), CALIBRATION).cells[-1].confidence
        for figures in ([], [figure("requests_received", 4)], [figure("requests_received", 9)])
    )
    assert denied < alone < agreed


def test_a_derived_cell_is_no_surer_than_what_it_follows_from() -> None:
    *parts, total = row([3, 0, 0, 0, 0, 1, 4])
    parts[5] = replace(parts[5], confidence=0.6)
    places = tuple(cell.spans[0] for cell in parts)
    derived = replace(total, status=Status.DERIVED, spans=places, confidence=0.58)
    follows = Cell("requests.handled_total.total", 4, Status.DERIVED, None, (*places, (50, 51)), 0.9)
    found = {cell.key: cell.confidence for cell in calibrated(page([*parts, derived, follows]), CALIBRATION).cells}
    assert found[f"{ROW}.other"] == 0.6
    assert found[TOTAL] == found["requests.handled_total.total"] == 0.6


def test_a_cell_derived_from_a_figure_is_no_surer_than_the_figure() -> None:
    stated = figure("requests_received", 4)
    derived = Cell(TOTAL, 4, Status.DERIVED, None, ((stated.start, stated.end),), 0.9 * 0.97)
    found = calibrated(page([derived], [stated]), CALIBRATION)
    assert (found.cells[0].confidence, found.figures[0].confidence) == (0.9, 0.9)


class Fake:
    """Labels the first character as requests received."""

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(one, (Span(0, 1, "requests_received", 0.8),)) for one in pages]


def test_an_extractor_is_raw_unless_it_is_given_a_calibration() -> None:
    assert Extractor(Fake())("5件").figures[0].confidence == 0.8
    surer = CALIBRATION.model_copy(update={"figures": Curve[FigureEvidence](intercept=1.0, slope=1.0)})
    assert Extractor(Fake(), surer)("5件").figures[0].confidence == 0.915776


def test_the_same_page_gets_the_same_confidences() -> None:
    extractor = Extractor(Fake(), CALIBRATION)
    assert extractor("5件") == extractor("5件")
