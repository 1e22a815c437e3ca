"""Held-out pages read through the whole chain: every cell and figure with its raw confidence, its evidence, and whether it is right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Generic, TypeVar

from gongkai.inference.arithmetic import same
from gongkai.inference.calibrate import cell_evidence, figure_evidence
from gongkai.inference.extract import Extractor
from gongkai.inference.results import Cell, Extraction, Status
from gongkai.model.calibration import CellEvidence, FigureEvidence
from gongkai.training.passages import HELD_OUT_WRITERS, load_passages
from gongkai.training.sources import HELD_OUT_LAYOUTS, HELD_OUT_SEEDS
from gongkai.training.synth.characters import damage
from gongkai.training.synth.layouts.drawn import DRAWN_LAYOUTS
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.pages import PageOptions, SyntheticPage, generate_page
from gongkai.training.synth.statements import Statement, statements
from gongkai.training.synth.values import Value

FIT_SEEDS = HELD_OUT_SEEDS + 200_000_000
"""Pages that curves are fitted on have seeds from here on; no benchmark and no training has any of them."""
CHECK_SEEDS = HELD_OUT_SEEDS + 300_000_000
"""Pages that fitted curves are measured on have seeds from here on."""
SEVERITIES = (0, 1, 2, 3)
LAYOUTS_IN_TURN: Sequence[tuple[str, ...] | None] = (None, None, DRAWN_LAYOUTS, None, None, DRAWN_LAYOUTS, HELD_OUT_LAYOUTS, None)
"""Which layouts one page after another may have: mostly all of them (None), also those that training never saw, and drawn ones."""
_NOT_THERE = object()
_LOSING_BLANKS = frozenset(("cut", "A19"))

Evidence = TypeVar("Evidence", CellEvidence, FigureEvidence)


@dataclass(frozen=True, slots=True)
class Observation(Generic[Evidence]):
    """A value that was read: how sure the chain was, what else the page said of it, and whether it is right."""

    raw: float
    evidence: frozenset[Evidence]
    right: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A text with what is true of it: the figures that it states (label, start, end, value), the number that is printed in each cell
    (None for a blank), and what `belongs` in cells, printed or not. A passage states figures, but nobody knows its tables. Where some of
    the text is gone, nobody knows either whether a cell that shows nothing was blank or went with it (`all_shown` is False).
    """

    text: str
    figures: frozenset[tuple[str, int, int, float]]
    cells: Mapping[str, Value | None] = field(default_factory=dict)
    belongs: Mapping[str, Value] = field(default_factory=dict)
    all_shown: bool = True


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen on some documents, and the SHA-256 over their texts."""

    documents: int
    sha256: str
    cells: tuple[Observation[CellEvidence], ...]
    figures: tuple[Observation[FigureEvidence], ...]


def documents(first: int, pages: int, half: int) -> Iterator[Document]:
    """`pages` generated pages of each severity with seeds from `first` on, then every second held-out passage (`half` is 0 or 1).

    The layouts take turns; the passages come as written and once more with damaged characters.
    """
    for severity in SEVERITIES:
        for number in range(pages):
            layouts = LAYOUTS_IN_TURN[number % len(LAYOUTS_IN_TURN)]
            options = PageOptions(layouts=layouts, severities=(severity,), writers=HELD_OUT_WRITERS)
            yield _of_page(generate_page(first + number * len(SEVERITIES) + severity, options))
    rng = Random(first)
    for passage in load_passages(HELD_OUT_WRITERS)[half::2]:
        marked = passage.marked()
        yield from (_of_passage(marked), _of_passage(damage(marked, rng)))


def _of_page(page: SyntheticPage) -> Document:
    return Document(page.text, _figures(page.figures), page.cells, page.truth, _LOSING_BLANKS.isdisjoint(page.garble))


def _of_passage(marked: MarkedText) -> Document:
    return Document(marked.text, _figures(statements(marked)))


def _figures(stated: Iterable[Statement]) -> frozenset[tuple[str, int, int, float]]:
    return frozenset((one.label, one.start, one.end, float(one.value)) for one in stated)


def observe(extractor: Extractor, texts: Iterable[Document]) -> Observed:
    """Every document read by `extractor`, whose confidences are to be raw."""
    digests: list[bytes] = []
    cells: list[Observation[CellEvidence]] = []
    figures: list[Observation[FigureEvidence]] = []
    for document in texts:
        extraction = extractor(document.text)
        digests.append(hashlib.sha256(document.text.encode()).digest())
        cells += observed_cells(document, extraction) if document.belongs else ()
        figures += observed_figures(document, extraction)
    return Observed(len(digests), hashlib.sha256(b"".join(digests)).hexdigest(), tuple(cells), tuple(figures))


def observed_cells(document: Document, extraction: Extraction) -> Iterator[Observation[CellEvidence]]:
    """The cells of one document. A cell is right if its number is printed there, whether or not anybody could tell; a blank, if
    one is printed there; a derived cell, if it says what is printed or, where nothing is, what belongs there. A blank of which nobody
    knows is left out.
    """
    evidence = cell_evidence(extraction)
    for cell in extraction.cells:
        if cell.value is not None or cell.key in document.cells or document.all_shown:
            yield Observation(cell.confidence, evidence[cell.key], _is_right(document, cell))


def _is_right(document: Document, cell: Cell) -> bool:
    printed = document.cells.get(cell.key, _NOT_THERE)
    if cell.status is Status.DERIVED and not isinstance(printed, int | float):
        return _same(cell.value, document.belongs.get(cell.key, 0))
    return printed is None if cell.value is None else _same(cell.value, printed)


def observed_figures(document: Document, extraction: Extraction) -> Iterator[Observation[FigureEvidence]]:
    """The figures of one document. A figure is right if the same characters state the same value under the same label."""
    for figure, evidence in zip(extraction.figures, figure_evidence(extraction), strict=True):
        stated = figure.value is not None and (figure.label, figure.start, figure.end, float(figure.value)) in document.figures
        yield Observation(figure.confidence, evidence, stated)


def _same(read: int | float | None, true: object) -> bool:
    return read is not None and isinstance(true, int | float) and same(read, true)
