"""The Python API: a page in, everything that it says out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, overload

from gongkai.inference.aligned import AlignedText
from gongkai.inference.assemble import Assembly, assemble, table_regions
from gongkai.inference.calibrate import calibrated
from gongkai.inference.check import check, check_sums
from gongkai.inference.entities import agency_of, read_entities, report_year_of
from gongkai.inference.facts import facts_of
from gongkai.inference.figures import read_figures
from gongkai.inference.legacy import LegacyTables, read_legacy
from gongkai.inference.locate import Locator, own_tables
from gongkai.inference.normalise import Normalised, normalise
from gongkai.inference.parts import check_parts
from gongkai.inference.read.document import Document, document_from_html, document_from_text
from gongkai.inference.read.evidence import looks_like_html
from gongkai.inference.results import Extraction, Figure
from gongkai.model.calibration import Calibration
from gongkai.model.types import LabelledPage, Page, Span

if TYPE_CHECKING:
    from gongkai.inference.predict import Labeller

NOTHING_FOUND = "no table or figure of an annual report was found"
_TITLES = frozenset(("section", "block", "row", "column"))


@dataclass(frozen=True, slots=True)
class Reading:
    """A document, its text as `repaired`, the labelled spans of its `source_text` in order, and what they say."""

    document: Document
    repaired: AlignedText
    spans: tuple[Span, ...]
    extraction: Extraction


@dataclass(frozen=True, slots=True)
class Extractor:
    """Reads pages with `labeller`. The same page gives the same extraction, whatever is read before or beside it.

    Confidences are those of `calibration`; without one they are raw: the labeller's scores and the assembler's margins.

    >>> extractor = Extractor.from_pretrained()                 # doctest: +SKIP
    >>> extractor("二、收到政府信息公开申请5件").figures[0].value  # doctest: +SKIP
    5
    """

    labeller: Labeller
    calibration: Calibration | None = None

    @classmethod
    def from_pretrained(cls, model: str | Path | None = None, threads: int | None = None) -> Extractor:
        """An extractor with `model`: a folder, or a name of `gongkai models list`; by default the model promoted last, else the shipped one.

        Raises CheckpointError if the folder is incomplete, altered or speaks other labels. A promoted model that cannot be used
        gives way to the shipped one, with a ModelFallbackWarning.
        """
        # Only here: who brings another labeller needs no runtime for networks, and whoever only asks for help does not wait for it.
        from gongkai.inference.current import open_model

        predictor = open_model(model, threads)
        return cls(predictor, predictor.checkpoint.calibration)

    @overload
    def __call__(self, text: str) -> Extraction: ...  # type: ignore[overload-overlap]  # a str is an iterable of str, too
    @overload
    def __call__(self, text: Iterable[str]) -> Iterator[Extraction]: ...
    def __call__(self, text: str | Iterable[str]) -> Extraction | Iterator[Extraction]:
        """What one text (plain or HTML) says, or lazily what each of many texts says, in their order.

        Raises TooLargeError for a text of more than 200,000 characters, and nothing else.
        """
        if isinstance(text, str):
            return self.extract(_document(text))
        return (self.extract(_document(one)) for one in text)

    def extract(self, document: Document) -> Extraction:
        """What `document` says. Offsets are characters of `document.source_text`. Odd text raises nothing; it says less."""
        return self._told(document, *self._labelled(document))

    def read(self, document: Document) -> Reading:
        """What `document` says, with the labels that it was read from, for whoever shows or corrects them."""
        text, page = self._labelled(document)
        spans = Locator(document.source_text, text.aligned).spans(page.spans)
        return Reading(document, text.aligned, spans, self._told(document, text, page))

    def _labelled(self, document: Document) -> tuple[Normalised, LabelledPage]:
        text = normalise(document.flat)
        (page,) = self.labeller.label([Page(document.name, text.aligned.text)])
        return text, page

    def _told(self, document: Document, text: Normalised, page: LabelledPage) -> Extraction:
        legacy = read_legacy(text.aligned.text)
        regions = table_regions(statutory := _outside(page, legacy))
        figures = read_figures(statutory, outside=[(region.start, region.end) for region in regions])
        assembly = assemble(statutory, figures, own_tables(document.flat, document.tables, text.aligned), regions)
        entities = read_entities(page)
        located = Locator(document.source_text, text.aligned)
        told = located.figures(figures)
        extraction = Extraction(
            source=document.name,
            form=assembly.form,
            agency=agency_of(entities, page),
            report_year=report_year_of(page, entities),
            cells=located.cells(assembly.cells),
            figures=told,
            entities=located.entities(entities),
            checks=(
                *check({cell.key: cell for cell in assembly.cells}, assembly.form, facts_of(told)),
                *check_parts(told),
                *check_sums(legacy.sums, {row.key: row for row in legacy.indicators if row.key}),
            ),
            repairs=text.repairs,
            warnings=(*document.warnings, *assembly.warnings, *legacy.warnings, *_missing(page, legacy, assembly, figures)),
            legacy=located.indicators(legacy.indicators),
        )
        return extraction if self.calibration is None else calibrated(extraction, self.calibration)


def _document(text: str) -> Document:
    return (document_from_html if looks_like_html(text) else document_from_text)("text", text)


def _outside(page: LabelledPage, legacy: LegacyTables) -> LabelledPage:
    """The page without the labels that touch a statistics table of before 2019, none of whose numbers is a statutory cell."""
    if not legacy.regions:
        return page
    spans = (span for span in page.spans if not any(span.start < end and start < span.end for start, end in legacy.regions))
    return LabelledPage(page.page, tuple(spans))


def _missing(page: LabelledPage, legacy: LegacyTables, assembly: Assembly, figures: tuple[Figure, ...]) -> tuple[str, ...]:
    found = assembly.cells or figures or legacy.regions or any(span.label in _TITLES for span in page.spans)
    return () if found else (NOTHING_FOUND,)
