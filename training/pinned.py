"""Documents that models are held against each other on: pinned gold of people, and generated pages that no training saw."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gongkai.annotations.gold import KINDS, read_gold, read_gold_records
from gongkai.annotations.tasks import digest
from gongkai.inference.extract import Extractor
from gongkai.inference.read.document import document_from_html, document_from_text
from gongkai.inference.read.evidence import looks_like_html
from gongkai.inference.results import Cell, Figure, Status
from gongkai.model.checkpoint import MANIFEST, manifest_of, verified_files
from gongkai.model.errors import BadRecordError, CheckpointError, RegistryError
from gongkai.model.labels import label_set, split_class
from gongkai.model.registry import Registry, replace_file
from gongkai.model.types import LabelledPage, Span
from gongkai.training.accuracy.measure import GoldLabels
from gongkai.training.accuracy.pages import orders
from gongkai.training.examples import normalised_page
from gongkai.training.seeds import GoldTable
from gongkai.training.synth.marked import Mark, MarkedText
from gongkai.training.synth.pages import SyntheticPage

Number = int | float
ROUNDING = 1e-6
READ = (Status.PRINTED, Status.PLACED)


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A text with what is true of it: its cells and the spans of its figures, or None where the gold does not say.

    `group` is the severity of a generated page, `gold` for a page that people read. `partial` cells are some of the page's: of the
    others nothing is known.
    """

    id: str
    text: str
    group: str
    cells: GoldTable | None
    figures: tuple[Span, ...] | None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """What a model made of one document: cells printed, of them read right, all read; figures stated, found, and found right."""

    printed: int = 0
    right: int = 0
    read: int = 0
    stated: int = 0
    found: int = 0
    hits: int = 0


def pin(registry: Registry, paths: Iterable[Path]) -> tuple[Path, ...]:
    """Copy gold files into the registry, where their digests are kept; what is pinned already stays.

    All of the files are pinned, at once, or none. Raises BadRecordError for a file that is no gold, RegistryError for a name that
    is pinned already or if pinned gold was altered.
    """
    known = {path.name for path in pinned_files(registry)}
    files: dict[str, Path] = {}
    for path in paths:
        if not list(gold_documents(path)):
            raise BadRecordError(f"{path}: holds no page, so nothing can be measured on it")
        if path.name in files:
            raise RegistryError(f"{files[path.name]} and {path} are both called {path.name}; give one of them another name")
        files[path.name] = path
    for name in files:
        if name in known or name == MANIFEST:
            raise RegistryError(f"{registry.gold / name}: is pinned already; pinned gold is never replaced, so give the file another name")
    registry.gold.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        shutil.copyfile(path, registry.gold / name)
    replace_file(registry.gold / MANIFEST, manifest_of(registry.gold, known | files.keys()))
    return tuple(registry.gold / name for name in files)


def pinned_files(registry: Registry) -> tuple[Path, ...]:
    """The pinned gold of the registry. Raises RegistryError if a file of it was altered since it was pinned."""
    if not (registry.gold / MANIFEST).exists():
        return ()
    try:
        return tuple(registry.gold / name for name in verified_files(registry.gold))
    except CheckpointError as error:
        raise RegistryError(f"pinned gold is not what was pinned, so models measured on it cannot be compared: {error}") from error


def pinned_digests(registry: Registry) -> frozenset[str]:
    """SHA-256 of every pinned text: what must not be trained on."""
    texts = (text for path in pinned_files(registry) for page in read_gold(path) for text in _forms_of(page.page.text))
    return frozenset(digest(text) for text in texts)


def _forms_of(text: str) -> tuple[str, ...]:
    """A text, and for HTML what it shows: people label that."""
    return (text, document_from_html("", text).flat.text) if looks_like_html(text) else (text,)


def gold_documents(path: Path) -> Iterator[GoldDocument]:
    """The documents of a gold file. Raises BadRecordError for a line that is no gold.

    Cells are those that the record states; where it has none but labels the tables, those that the assembler reads off the gold labels.
    """
    for gold, record in read_gold_records(path):
        page = gold.page
        if "cells" in record and not _are_cells(record["cells"]):
            raise BadRecordError(f"{path}, page {page.page.id}: its `cells` are not numbers and nulls by key")
        cells = GoldTable.of(record) if "cells" in record else _assembled(page) if record.get(KINDS[0]) else None
        figures = _figures(page.spans) if any(kind in record for kind in KINDS) else None
        yield GoldDocument(page.page.id, page.page.text, "gold", cells, figures, bool(record.get("partial")))


def _are_cells(cells: object) -> bool:
    return isinstance(cells, dict) and all(value is None or type(value) in (int, float) for value in cells.values())


def generated_documents(per_severity: int) -> Iterator[GoldDocument]:
    """Generated pages of every severity whose seeds and writers no training saw."""
    return (generated_document(order.page()) for order in orders(per_severity))


def count(model: Extractor, document: GoldDocument) -> Counted:
    """What `model` makes of one document."""
    extraction = model(document.text)
    cells = _count_cells(document.cells, document.partial, extraction.cells) if document.cells is not None else (0, 0, 0)
    figures = _count_figures(document.figures, extraction.figures) if document.figures is not None else (0, 0, 0)
    return Counted(*cells, *figures)


def _count_cells(gold: GoldTable, partial: bool, cells: Sequence[Cell]) -> tuple[int, int, int]:
    """Cells printed, read right and read; of partial gold only the cells that it states."""
    known = {*gold.printed, *gold.blank}
    stated = [cell for cell in cells if cell.status in READ and (cell.key in known or not partial) and cell.key not in gold.ambiguous]
    right = sum(cell.key in gold.printed and _same(cell.value, gold.printed[cell.key]) for cell in stated)
    return len(gold.printed), right, len(stated)


def _same(read: Number | None, printed: Number) -> bool:
    return read is not None and abs(read - printed) < ROUNDING


def _count_figures(gold: Sequence[Span], figures: Sequence[Figure]) -> tuple[int, int, int]:
    """Figures stated, found, and found on the same characters under the same label."""
    stated = Counter((span.start, span.end, label) for span in gold for label in split_class(span.label))
    found = Counter((figure.start, figure.end, figure.label) for figure in figures)
    return stated.total(), found.total(), (stated & found).total()


def _figures(spans: Iterable[Span]) -> tuple[Span, ...]:
    names = label_set().figures
    return tuple(span for span in spans if split_class(span.label)[0] in names)


def _assembled(page: LabelledPage) -> GoldTable:
    """The cells that the assembler reads if every label is as the person set it."""
    marks = tuple(Mark(span.start, span.end, span.label) for span in page.spans)
    known = Extractor(GoldLabels(normalised_page(MarkedText(page.page.text, marks))))
    return _table(
        {
            cell.key: cell.value
            for cell in known.extract(document_from_text(page.page.id, page.page.text)).cells
            if cell.status is not Status.DERIVED
        }
    )


def generated_document(page: SyntheticPage) -> GoldDocument:
    """A generated page with what the generator knows of it."""
    return GoldDocument(page.id, page.text, f"severity {page.severity}", _table(page.cells), _figures(page.marked.spans()))


def _table(cells: Mapping[str, Number | None]) -> GoldTable:
    return GoldTable.of({"cells": dict(cells)})
