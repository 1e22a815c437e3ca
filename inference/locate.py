"""From characters of the repaired text back to characters of the text as it was given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from gongkai.inference.aligned import AlignedText
from gongkai.inference.forms import forms
from gongkai.inference.read.grid import GridTable
from gongkai.inference.results import Cell, Entity, Figure, Indicator, Offsets
from gongkai.model.types import Span


@dataclass(frozen=True, slots=True)
class Locator:
    """Maps what was found in `aligned.text` onto `source`; every `text` becomes the slice of `source` at its place."""

    source: str
    aligned: AlignedText

    def cells(self, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        """The cells in the order in which the law prints them."""
        found = [span for cell in cells for span in cell.spans]
        places = iter(self.aligned.source_spans(found))
        located = [self._cell(cell, tuple([next(places) for _ in cell.spans])) for cell in cells]
        return tuple(sorted(located, key=lambda cell: (printed_place(cell.key), cell.key)))

    def figures(self, figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
        """The figures in the order of the source."""
        return tuple(sorted(map(self._figure, figures), key=lambda figure: (figure.start, figure.end, figure.label)))

    def entities(self, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """The entities in the order of the source."""
        return tuple(sorted(map(self._entity, entities), key=lambda entity: (entity.start, entity.end, entity.label)))

    def indicators(self, indicators: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
        """The rows of statistics tables in the order of the source."""
        return tuple(sorted(map(self._indicator, indicators), key=lambda indicator: indicator.name_span))

    def spans(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Labelled spans in the order of the source. Two of them may share a character that a repair made several of.

        Labels of nothing but what the reader of a grid put between cells have no place and are left out.
        """
        placed = ((span, self._offsets(span.start, span.end)) for span in spans)
        return tuple(sorted(replace(span, start=start, end=end) for span, (start, end) in placed if start < end))

    def _cell(self, cell: Cell, spans: tuple[Offsets, ...]) -> Cell:
        text = cell.text if cell.text is None or not spans else self.source[slice(*spans[0])]
        return Cell(cell.key, cell.value, cell.status, text, spans, cell.confidence)

    def _figure(self, figure: Figure) -> Figure:
        start, end = self._offsets(figure.start, figure.end)
        return Figure(figure.label, figure.value, figure.unit, self.source[start:end], start, end, figure.basis, figure.confidence)

    def _indicator(self, indicator: Indicator) -> Indicator:
        spans = tuple(self._offsets(start, end) for start, end in indicator.spans)
        name_span = self._offsets(*indicator.name_span)
        text = indicator.text if indicator.text is None else self.source[slice(*spans[0])]
        return replace(indicator, name=self.source[slice(*name_span)], name_span=name_span, spans=spans, text=text)

    def _entity(self, entity: Entity) -> Entity:
        start, end = self._offsets(entity.start, entity.end)
        return replace(entity, start=start, end=end, text=self.source[start:end])

    def _offsets(self, start: int, end: int) -> Offsets:
        return self.aligned.source_span(start, end)


def own_tables(flat: AlignedText, tables: Iterable[GridTable], own: AlignedText) -> tuple[Offsets, ...]:
    """The stretches of `own` that the grids of `flat` take up; both texts are of one source. A grid without text takes up none."""
    reaches = (_reach(table) for table in tables)
    spans = (own.own_span(*flat.source_span(start, end)) for start, end in reaches if start < end)
    return tuple(span for span in spans if span)


def _reach(table: GridTable) -> Offsets:
    starts, ends = (cell.start for cell in table.cells), (cell.end for cell in table.cells)
    return min(starts, default=0), max(ends, default=0)


def printed_place(key: str) -> int:
    """Where the law prints the cell `key`, both forms laid over each other; a key of neither form comes last."""
    places = _printed_places()
    return places.get(key, len(places))


@cache
def _printed_places() -> dict[str, int]:
    old, new = forms()["2019"], forms()["2021"]
    return {key: place for place, key in enumerate(merged(old.keys(), new.keys()))}


def merged(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Both sequences as one, in the order of `second`; what only `first` has follows what it follows there.

    >>> merged(("a", "x", "b", "y"), ("a", "b", "c"))
    ('a', 'x', 'b', 'y', 'c')
    """
    result = list(second)
    known = set(second)
    place = 0
    for item in first:
        if item in known:
            place = result.index(item) + 1
        else:
            result.insert(place, item)
            place += 1
    return tuple(result)
