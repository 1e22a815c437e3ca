"""One document as a page for checking: its source beside its tables, what does not fit on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongkai.inference.report.review import words
from gongkai.inference.report.review.beside import Beside
from gongkai.inference.report.review.data import page_data, quotes
from gongkai.inference.report.review.fingerprint import fingerprint
from gongkai.inference.report.review.grid import Grid, grid_of
from gongkai.inference.report.review.html import Lang, as_json, render
from gongkai.inference.report.review.legacy import legacy_refs, legacy_rows
from gongkai.inference.report.review.review import Review
from gongkai.inference.report.review.source import Piece, glyphs_of, pieces_of
from gongkai.inference.report.review.unplaced import Warned, warned
from gongkai.inference.report.tables import table_views
from gongkai.inference.report.words import number, plain, squeezed
from gongkai.inference.results import Extraction, Offsets, Status, Verdict

_PARTS = {
    "css": ("base.css", "page.css", "source.css", "dock.css", "print.css"),
    "js": ("chrome.js", "store.js", "sums.js", "source.js", "dock.js", "page.js"),
}


def render_page(review: Review, lang: Lang = "zh", index: str | None = None) -> str:
    """The page as HTML, first shown in `lang`. `index` is the address of the page of all documents, if there is one."""
    extraction = review.extraction
    pieces = _pieces(review)
    tables = [(view, [grid_of(block) for block in view.blocks]) for view in table_views(extraction)]
    broken = [(place, check) for place, check in enumerate(extraction.checks) if check.verdict is Verdict.BROKEN]
    context = {
        "review": review,
        "extraction": extraction,
        "tables": tables,
        "pieces": pieces,
        "map": _map(pieces, len(review.reading.document.flat.text)),
        "broken": broken,
        "counts": _counts(extraction, [grid for _, grids in tables for grid in grids]),
        "verdicts": {verdict: sum(check.verdict is verdict for check in extraction.checks) for verdict in Verdict},
        "figures_by_key": _figures_by_key(review.beside),
        "cell_refs": {cell.key: f"c{place}" for place, cell in enumerate(extraction.cells)},
        "fingerprint": fingerprint(extraction, review.doubts),
        "warnings": _notes(review),
        "legacy": (old := legacy_rows(extraction)),
        "legacy_refs": legacy_refs(old),
        "entities": list(dict.fromkeys((words.label(one.label), squeezed(one.text, 80)) for one in extraction.entities)),
        "quoted": [quotes(review.reading.document.flat, [(one.figure.start, one.figure.end)]) for one in review.beside],
        "data": as_json(page_data(review, [grid for _, grids in tables for grid in grids])),
        "index": index,
        **_HELPERS,
    }
    return render("page.html.j2", lang, _PARTS, context)


_HELPERS: Mapping[str, Any] = {
    "title": words.title,
    "label": words.label,
    "rule": words.rule,
    "shared": words.shared,
    "warning": words.warning,
    "repair": words.repair,
    "row_titles": words.row_titles,
    "cell_titles": words.cell_titles,
    "number": number,
    "plain": plain,
    "squeezed": squeezed,
    "glyphs": glyphs_of,
    "kind_of": words.kind_of,
    "file_name": words.file_name,
}


def _pieces(review: Review) -> tuple[Piece, ...]:
    extraction = review.extraction
    refs: dict[str, Sequence[Offsets]] = {f"c{place}": cell.spans for place, cell in enumerate(extraction.cells)}
    refs.update({f"f{place}": [(figure.start, figure.end)] for place, figure in enumerate(extraction.figures)})
    refs.update({row.ref: row.places for row in legacy_rows(extraction)})
    refs.update({f"u{place}": lost.places for place, lost in enumerate(review.unplaced)})
    return pieces_of(review.reading.document.flat, review.reading.spans, refs)


@dataclass(frozen=True, slots=True)
class Mark:
    """A stroke of the map of the source, in thousandths of its length."""

    kind: str
    y: float
    height: float


def _map(pieces: Sequence[Piece], length: int) -> list[Mark]:
    """Where in the text the labels are."""
    scale = 1000 / max(length, 1)
    labelled = ((piece, piece.label) for piece in pieces if piece.label)
    return [
        Mark(words.kind_of(name), round(piece.start * scale, 1), max(1.5, round(len(piece.text) * scale, 1))) for piece, name in labelled
    ]


def _notes(review: Review) -> list[Warned]:
    """The warnings that are not the reason of a number without a place, which is shown beside it."""
    given = {one.reason for one in review.unplaced}
    return [one for one in map(warned, review.extraction.warnings) if one not in given]


def _counts(extraction: Extraction, grids: Sequence[Grid]) -> Mapping[str, int]:
    counts = {str(status): sum(cell.status is status for cell in extraction.cells) for status in Status}
    return {**counts, "gap": sum(place.cell is None for grid in grids for line in grid.lines for place in line.places)}


def _figures_by_key(beside: Sequence[Beside]) -> Mapping[str, list[Beside]]:
    """The figures that one cell repeats, by its key, each value once."""
    found: dict[str, dict[object, Beside]] = {}
    for one in beside:
        if len(one.keys) == 1 and one.table is not None:
            found.setdefault(one.keys[0], {}).setdefault((one.figure.value, one.standing), one)
    return {key: list(values.values()) for key, values in found.items()}
