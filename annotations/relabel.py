"""Corrected cells to labelled characters: where on the page the number of a corrected cell is printed, if that is certain.

The extraction's own place is taken if it prints the number; else the one place in the right table that prints it and that no other
cell was read from. Everything else of the page keeps the labels that the model gave it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gongkai.annotations.corrections import Correction
from gongkai.inference.assemble import table_regions
from gongkai.inference.extract import Reading
from gongkai.inference.numbers import is_placeholder, read_cell
from gongkai.inference.results import Cell, Offsets, Status
from gongkai.model.types import LabelledPage, Page, Span, moved

SECTION, VALUE, BLANK = "section", "value", "blank"
OVERLOOKED = 200
"""So many characters after the last cell that was seen of a table are searched for more, at most up to the next title of a section."""
TITLES = frozenset(("section", "block", "row", "column"))
_NUMBER = re.compile(r"(?:[-+\u2212]|增加|减少|增|减)?\d(?:[\d,.，．]*\d)?")


@dataclass(frozen=True, slots=True)
class Relabelled:
    """A page whose labels say what people corrected, in characters of the text that is read (`Document.flat`).

    `placed` are the keys whose number was found; `unplaced` says of the others why not.
    """

    page: LabelledPage
    placed: tuple[str, ...]
    unplaced: Mapping[str, str]


def relabel(reading: Reading, corrections: Mapping[str, Correction]) -> Relabelled:
    """The labels of `reading` with the corrected cells (by key) in them."""
    search = _Search.of(reading, corrections)
    spans, placed, unplaced = list(reading.spans), [], {}
    for key, correction in corrections.items():
        found = search.blank(key) if correction.value is None else search.number(correction)
        if isinstance(found, str):
            unplaced[key] = found
        elif found is not None:
            spans = labelled(spans, found, BLANK if correction.value is None else VALUE, reading.document.source_text)
            placed.append(key)
    flat = reading.document.flat
    return Relabelled(LabelledPage(Page(reading.document.name, flat.text), moved(spans, flat.own_span)), tuple(placed), unplaced)


@dataclass(frozen=True, slots=True)
class _Search:
    """Where numbers are printed, by table, in characters of the source; `taken` are the places of cells that stand as they were read."""

    text: str
    cells: Mapping[str, Cell]
    printed: Mapping[str, tuple[Offsets, ...]]
    taken: frozenset[Offsets]

    @classmethod
    def of(cls, reading: Reading, corrections: Mapping[str, Correction]) -> _Search:
        text, cells = reading.document.source_text, {cell.key: cell for cell in reading.extraction.cells}
        printed: dict[str, tuple[Offsets, ...]] = {}
        for table, start, end in _regions(reading):
            printed[table] = (*printed.get(table, ()), *_numbers(text, start, end, reading.spans))
        standing = (cell for key, cell in cells.items() if key not in corrections or _same(corrections[key].value, cell.value))
        return cls(text, cells, printed, frozenset(place for cell in standing if (place := _place(cell))))

    def number(self, correction: Correction) -> Offsets | str:
        """Where the number of a corrected cell is printed, or why that is not certain."""
        own = _place(self.cells.get(correction.key))
        if own is not None:
            whole = next((place for place in self._printed(correction.key) if _inside(own, place)), own)
            if self._says(own, correction) or self._says(whole, correction):
                return whole
        found = [place for place in self._printed(correction.key) if place not in self.taken and self._says(place, correction)]
        if len(found) == 1:
            return found[0]
        if found:
            return f"{correction.value} is printed {len(found)} times in the table where no other cell was read from it"
        return f"{correction.value} is printed nowhere in the table where no other cell was read from it"

    def blank(self, key: str) -> Offsets | str | None:
        """Where a sign for nothing is printed in a blank cell; None if nothing is printed there."""
        own = _place(self.cells.get(key))
        if own is None:
            return None
        if is_placeholder(self.text[slice(*own)]):
            return own
        return f"{self.text[slice(*own)]!r} is printed where the cell was read, and nobody says whose number that is"

    def _printed(self, key: str) -> tuple[Offsets, ...]:
        return self.printed.get(key.split(".", 1)[0], ())

    def _says(self, place: Offsets, correction: Correction) -> bool:
        column = correction.column
        found = read_cell(self.text[slice(*place)], signed=column.signed, decimal=column.decimal)
        return found is not None and _same(found.value, correction.value)


def labelled(spans: Iterable[Span], place: Offsets, label: str, text: str) -> list[Span]:
    """The spans with `label` on `place`: what lay there gives way, but a title keeps what of it stands beside."""
    start, end = place
    found = [Span(start, end, label)]
    for span in spans:
        if span.end <= start or end <= span.start:
            found.append(span)
        elif span.label in TITLES:
            found += _rests(span, place, text)
    return sorted(found)


def _rests(span: Span, place: Offsets, text: str) -> Iterator[Span]:
    for start, end in ((span.start, place[0]), (place[1], span.end)):
        words = text[start:end]
        if words.strip():
            first = start + len(words) - len(words.lstrip())
            yield Span(first, first + len(words.strip()), span.label, span.score)


def _regions(reading: Reading) -> Iterator[tuple[str, int, int]]:
    """The tables of the page in characters of the source."""
    repaired = reading.repaired
    spans = moved(reading.spans, repaired.own_span)
    regions = table_regions(LabelledPage(Page(reading.document.name, repaired.text), spans))
    borders = sorted({*(region.start for region in regions), *(span.start for span in spans if span.label == SECTION), len(repaired.text)})
    for region in regions:
        # A region ends with the last cell that was seen; what was overlooked after it belongs to the table, too.
        end = min(next(border for border in borders if border >= region.end), region.end + OVERLOOKED)
        yield (region.table, *repaired.source_span(region.start, end))


def _numbers(text: str, start: int, end: int, spans: Sequence[Span]) -> Iterator[Offsets]:
    """What may be the number of a cell between two places: every labelled value, and every run of digits under no other label.

    Of two one inside the other the larger counts: a comment may stand beside a number, and a label may have cut it.
    """
    values = [(span.start, span.end) for span in spans if span.label == VALUE and start <= span.start and span.end <= end]
    runs = [found.span() for found in _NUMBER.finditer(text, start, end)]
    yield from (value for value in values if not any(_inside(value, run) for run in runs if run != value))
    other = [(span.start, span.end) for span in spans if span.label not in (VALUE, BLANK)]
    yield from (run for run in runs if not any(_inside(run, place) for place in (*values, *other)))


def _inside(inner: Offsets, outer: Offsets) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _place(cell: Cell | None) -> Offsets | None:
    """Where a cell is printed."""
    printed = cell is not None and cell.status is not Status.DERIVED and cell.spans
    return cell.spans[0] if cell is not None and printed else None


def _same(a: float | None, b: float | None) -> bool:
    return a is b if a is None or b is None else abs(a - b) < 1e-6
