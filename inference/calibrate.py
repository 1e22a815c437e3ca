"""From raw confidences to calibrated ones: what the whole page says for and against each cell and figure, after all is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gongkai.inference.arithmetic import form_for_sums, same, sums_of
from gongkai.inference.check import NARRATIVE_RULE
from gongkai.inference.facts import CELLS_OF, GROUPS_OF, OUTCOMES, keys_of
from gongkai.inference.results import Basis, Cell, Extraction, Figure, Offsets, Status, Verdict
from gongkai.model.calibration import Calibration, CellEvidence, FigureEvidence

_STATUS: Mapping[Status, frozenset[CellEvidence]] = {
    Status.PRINTED: frozenset(),
    Status.PLACED: frozenset((CellEvidence.PLACED,)),
    Status.DERIVED: frozenset((CellEvidence.DERIVED,)),
    Status.BLANK: frozenset((CellEvidence.BLANK,)),
}
_BASIS = {Basis.ZERO: FigureEvidence.ZERO, Basis.ALL: FigureEvidence.ALL}
_READ = (Status.PRINTED, Status.PLACED)


def calibrated(extraction: Extraction, calibration: Calibration) -> Extraction:
    """`extraction` with the confidence of its cells and figures as `calibration` says; nothing else changes.

    What is derived never gets more than the least of what it follows from. Entities keep the model's score.
    """
    told = calibration.of_figures([figure.confidence for figure in extraction.figures], figure_evidence(extraction))
    figures = tuple([figure.with_confidence(sure) for figure, sure in zip(extraction.figures, told, strict=True)])
    by_key = cell_evidence(extraction)
    read = calibration.of_cells([cell.confidence for cell in extraction.cells], [by_key[cell.key] for cell in extraction.cells])
    cells = tuple([cell.with_confidence(sure) for cell, sure in zip(extraction.cells, read, strict=True)])
    return replace(extraction, cells=_no_surer_than_sources(cells, figures), figures=figures)


def cell_evidence(extraction: Extraction) -> dict[str, frozenset[CellEvidence]]:
    """What speaks for and against every cell, by key."""
    found = {cell.key: _STATUS[cell.status] for cell in extraction.cells}
    for key in dict.fromkeys(_summed(extraction)):
        found[key] |= {CellEvidence.SUM_HOLDS}
    for check in extraction.checks:
        for key in check.doubtful:
            if key in found:  # a sum of an old statistics table is of no cells
                found[key] |= {CellEvidence.DOUBTFUL}
        if check.rule.startswith(NARRATIVE_RULE) and len(check.keys) == 1:
            agrees = check.verdict is Verdict.HOLDS
            found[check.keys[0]] |= {CellEvidence.NARRATIVE_AGREES if agrees else CellEvidence.NARRATIVE_CONTRADICTS}
    return found


def _summed(extraction: Extraction) -> Iterator[str]:
    """The cells of every sum that the page itself shows to hold, a blank counting as 0.

    A sum of nothing but zeros and blanks shows little, and one that a cell was derived from would hold whatever is printed.
    """
    values = {cell.key: cell.value or 0 for cell in extraction.cells if cell.status is not Status.DERIVED}
    for rule in sums_of(form_for_sums(extraction.form, set(values))):
        if all(map(values.__contains__, rule.keys)):
            left, right = (sum(map(values.__getitem__, keys)) for keys in (rule.left, rule.right))
            if left and same(left, right):
                yield from rule.keys


def figure_evidence(extraction: Extraction) -> tuple[frozenset[FigureEvidence], ...]:
    """What speaks for and against every figure, in their order."""
    read = {cell.key: cell.value for cell in extraction.cells if cell.status in _READ and cell.value is not None}
    told = _told_by_cells(read)
    settled = {check.rule.removeprefix(NARRATIVE_RULE) for check in extraction.checks if check.verdict is Verdict.HOLDS}
    stated: dict[str, list[Figure]] = defaultdict(list)
    for figure in extraction.figures:
        stated[figure.label].append(figure)
    return tuple(
        frozenset((*_of_basis(figure), *_of_cells(figure, told, settled), *_of_statements(figure, stated[figure.label])))
        for figure in extraction.figures
    )


def _told_by_cells(read: Mapping[str, int | float]) -> dict[str, int | float]:
    """What the numbers read off the tables say of each label."""
    labels = (*CELLS_OF, *GROUPS_OF, *(f"litigations{suffix}" for suffix in OUTCOMES))
    parts = {label: keys_of(label, read) for label in labels}
    return {label: sum(read.get(key, 0) for key in keys) for label, keys in parts.items() if any(key in read for key in keys)}


def _of_basis(figure: Figure) -> Iterator[FigureEvidence]:
    if figure.basis in _BASIS:
        yield _BASIS[figure.basis]


def _of_cells(figure: Figure, told: Mapping[str, int | float], settled: set[str]) -> Iterator[FigureEvidence]:
    """Whether the tables say the same. A part of a number that the tables confirm as a whole (`settled`) is confirmed with it."""
    if figure.value is not None and figure.label in told:
        agrees = figure.label in settled or same(figure.value, told[figure.label])
        yield FigureEvidence.CELL_AGREES if agrees else FigureEvidence.CELL_CONTRADICTS


def _of_statements(figure: Figure, stated: Sequence[Figure]) -> Iterator[FigureEvidence]:
    """Whether other places of the narrative give the same label the same value, or only other values."""
    others = [other for other in stated if (other.start, other.end) != (figure.start, figure.end)]
    if any(other.value == figure.value for other in others):
        yield FigureEvidence.STATEMENT_AGREES
    elif others:
        yield FigureEvidence.STATEMENT_DIFFERS


def _no_surer_than_sources(cells: Sequence[Cell], figures: Sequence[Figure]) -> tuple[Cell, ...]:
    """`cells`, each derived one with at most the confidence of every figure and cell at the places that it follows from."""
    derived = [(frozenset(cell.spans), cell.confidence) for cell in cells if cell.status is Status.DERIVED and cell.spans]
    if not derived:
        return tuple(cells)
    at: dict[Offsets, float] = {}
    for place, confidence in _places(cells, figures):
        at[place] = min(confidence, at.get(place, 1.0))
    least = {
        places: min(*(at.get(place, 1.0) for place in places), *(sure for others, sure in derived if others <= places))
        for places in {places for places, _ in derived}
    }
    return tuple(
        cell.with_confidence(min(cell.confidence, least[frozenset(cell.spans)])) if cell.status is Status.DERIVED and cell.spans else cell
        for cell in cells
    )


def _places(cells: Sequence[Cell], figures: Sequence[Figure]) -> Iterator[tuple[Offsets, float]]:
    yield from (((figure.start, figure.end), figure.confidence) for figure in figures)
    yield from ((place, cell.confidence) for cell in cells if cell.status in _READ for place in cell.spans)
