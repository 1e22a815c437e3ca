"""One organ and year out of all documents that report on it.

Documents that agree are one. Where they disagree in a cell, nothing says which is right: the cell is disputed, and what is disputed has
no value in a panel, unless it is asked for that of the soundest document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gongkai.inference.compare.report import Report, report_of
from gongkai.inference.results import Cell, Extraction, Verdict

DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Document:
    """One of the documents of an organ and year. `differing` are its cells whose values are not those of the document kept."""

    extraction: Extraction
    kept: bool
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrganYear:
    """What is said of `organ` for `year`. The cells of `report` are those of the document kept, without those that are `disputed`."""

    organ: str
    year: int
    report: Report
    documents: tuple[Document, ...]
    disputed: tuple[Cell, ...]

    @property
    def kept(self) -> Extraction:
        """The document kept, as it was read."""
        return self.report.extraction

    def doubts(self, key: str) -> tuple[str, ...]:
        """Why the cell is in doubt; nothing if it is not."""
        disputed = any(key in document.differing for document in self.documents)
        return (*map(str, self.report.doubts.get(key, ())), *((DISPUTED,) if disputed else ()))


def organ_year(organ: str, year: int, extractions: Sequence[Extraction], trust_best: bool = False) -> OrganYear:
    """One organ and year out of at least one document. With `trust_best` disputed cells have the value of the document kept."""
    best = max(extractions, key=_soundness)
    documents = tuple(Document(one, one is best, _differing(best, one)) for one in extractions)
    keys = {key for document in documents for key in document.differing}
    disputed = () if trust_best else tuple(cell for cell in best.cells if cell.key in keys)
    report = report_of(best)
    left = {key: cell for key, cell in report.cells.items() if cell not in disputed}
    return OrganYear(organ, year, replace(report, cells=left), documents, disputed)


def n_values(extraction: Extraction) -> int:
    """How many cells have a value."""
    return sum(cell.value is not None for cell in extraction.cells)


def n_broken(extraction: Extraction) -> int:
    """How many sums are broken."""
    return sum(check.verdict is Verdict.BROKEN for check in extraction.checks)


def mean_confidence(extraction: Extraction) -> float:
    """The mean confidence of the cells; 0 if there are none."""
    return sum(cell.confidence for cell in extraction.cells) / len(extraction.cells) if extraction.cells else 0.0


def _soundness(extraction: Extraction) -> tuple[int, int, float]:
    """Fewest broken sums, then most values, then the surest; the first of equals is taken."""
    return -n_broken(extraction), n_values(extraction), mean_confidence(extraction)


def _differing(best: Extraction, other: Extraction) -> tuple[str, ...]:
    values = {cell.key: cell.value for cell in best.cells if cell.value is not None}
    return tuple(cell.key for cell in other.cells if cell.value is not None and values.get(cell.key, cell.value) != cell.value)
