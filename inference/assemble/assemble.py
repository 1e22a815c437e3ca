"""A labelled page to its statutory tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from operator import attrgetter

from gongkai.inference.arithmetic import form_for_sums
from gongkai.inference.assemble.cut import without_cut_cells
from gongkai.inference.assemble.merge import merged
from gongkai.inference.assemble.page_numbers import without_page_numbers
from gongkai.inference.assemble.proactive import read_proactive
from gongkai.inference.assemble.reading import Context, TableReading
from gongkai.inference.assemble.regions import Region, find_regions
from gongkai.inference.assemble.requests import read_requests
from gongkai.inference.assemble.review import TABLE, read_review
from gongkai.inference.assemble.tokens import Kind, Token, cells_overlooked, tokens_of
from gongkai.inference.derive import derive
from gongkai.inference.facts import facts_of
from gongkai.inference.forms import forms
from gongkai.inference.results import Cell, Figure, Offsets
from gongkai.model.types import LabelledPage

_ENOUGH_LINES = 40
_DISTINCT = 0.9


@dataclass(frozen=True, slots=True)
class Assembly:
    """The tables of a page: the form they follow (`2019`, `2021`, `mixed` or None), the cells in printed order, and what was
    left out and why. Offsets are those of the labelled text.
    """

    form: str | None
    cells: tuple[Cell, ...]
    warnings: tuple[str, ...]


def table_regions(page: LabelledPage) -> tuple[Region, ...]:
    """The printed tables of a page, with the cells that the model overlooked."""
    text = page.page.text
    regions = find_regions(tokens_of(page))
    overlooked = cells_overlooked(page, [(region.start, region.end) for region in regions])
    return tuple(_up_to_text(text, _with_cells(text, region, overlooked)) for region in regions)


def assemble(
    page: LabelledPage, figures: Sequence[Figure] = (), grids: Sequence[Offsets] = (), regions: Sequence[Region] | None = None
) -> Assembly:
    """The cells of the statutory tables that `page` prints, and what follows from them and from the narrative's `figures`.

    `grids` are the stretches of the text that a real table was flattened to, every cell between bars.
    """
    found = table_regions(page) if regions is None else regions
    deduplicated = _deduplicated(page.page.text, found)
    contexts = [_context(page, region, grids, deduplicated) for region in found]
    facts = facts_of(figures)
    numbers = {label: fact.value for label, fact in facts.items()}
    readings = [without_cut_cells(read_requests(context, numbers), context) for context in contexts if context.region.table == "requests"]
    learned = next((reading.layout for reading in readings if reading.layout is not None), None)
    contexts = [replace(context, learned=learned) for context in contexts]
    form = next((reading.form for reading in readings if reading.form), None)
    readings += (without_cut_cells(read_proactive(context, form), context) for context in contexts if context.region.table == "proactive")
    readings += (without_cut_cells(read_review(context, numbers), context) for context in contexts if context.region.table == TABLE)
    cells, conflicts = merged(readings, numbers)
    undecided = frozenset(key for reading in readings for key in reading.undecided)
    document_form = _document_form(readings)
    known = derive(cells, facts, form_for_sums(form or document_form, set(cells)), undecided)
    if form is None and document_form not in forms():  # nothing says which rows the requests table has
        known = {key: cell for key, cell in known.items() if key in cells or key in _keys_of_both_forms()}
    warnings = (*(warning for reading in readings for warning in reading.warnings), *conflicts)
    return Assembly(document_form, tuple(known.values()), tuple(dict.fromkeys(warnings)))


@cache
def _keys_of_both_forms() -> frozenset[str]:
    return frozenset.intersection(*(frozenset(form.keys()) for form in forms().values()))


def _with_cells(text: str, region: Region, overlooked: Sequence[Token]) -> Region:
    inside = (token for token in overlooked if region.start <= token.start < region.end)
    return replace(region, tokens=without_page_numbers(text, sorted((*region.tokens, *inside), key=attrgetter("start"))))


def _up_to_text(text: str, region: Region) -> Region:
    """The region with the blanks after its last cell, which may show that the last row ends in blank cells."""
    return replace(region, end=region.end + len(text[region.end :]) - len(text[region.end :].lstrip(" \t\n|")))


def _context(page: LabelledPage, region: Region, grids: Sequence[Offsets], deduplicated: bool) -> Context:
    cells = [token for token in region.tokens if token.kind is not Kind.TITLE] or region.tokens
    gridded = all(any(start <= token.start and token.end <= end for start, end in grids) for token in cells)
    return Context(page.page, region, gridded, deduplicated)


def _deduplicated(text: str, regions: Sequence[Region]) -> bool:
    """Whether tables of one cell a line never repeat a line, which no filled statutory table can: 信息内容 and 0 recur."""
    if not any(token.kind is Kind.VALUE for region in regions for token in region.tokens):
        return False
    lines = [line for region in regions for line in map(str.strip, text[region.start : region.end].split("\n")) if line]
    if len(lines) < _ENOUGH_LINES or len(set(lines)) < _DISTINCT * len(lines):
        return False
    pairs = (pair for region in regions for pair in pairwise(region.tokens))
    return sum("\n" not in text[a.end : b.start] for a, b in pairs) * 10 <= len(lines)


def _document_form(readings: Sequence[TableReading]) -> str | None:
    named = {reading.form for reading in readings if reading.form}
    if len(named) > 1:
        return "mixed"
    return next(iter(named), None)
